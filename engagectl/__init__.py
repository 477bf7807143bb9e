"""The command line that makes, starts and watches an engageAI installation."""
