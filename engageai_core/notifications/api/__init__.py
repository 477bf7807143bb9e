"""The API by which the bots tell what became of messages."""
