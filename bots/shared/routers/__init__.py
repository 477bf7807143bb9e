"""The handlers that the shipped bots share, as routers that a bot's own router includes."""
