"""The words bot: add words by sending them, and review those that are due."""
