"""The running stack: which services, how they are started, watched and stopped."""
