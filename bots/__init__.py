"""The cluster of Telegram bots: one engine, one folder for each bot."""
