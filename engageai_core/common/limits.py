"""Bounds that other systems set."""

TELEGRAM_ID_LIMIT = 2**52
"""Telegram promises that ids have at most 52 significant bits."""
