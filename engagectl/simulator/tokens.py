"""Bot tokens of the simulator: well-formed, and to be told from Telegram's own at sight."""

import re
import secrets

TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{35,}")
"""What a token looks like."""


def new_token(bot_id: int) -> str:
    """Return a fresh token for a bot."""
    return f"{bot_id}:SIM{secrets.token_urlsafe(24)}"


def mask_token(token: str) -> str:
    """Return the token as it may be shown: the bot's id alone."""
    return f"{token.partition(':')[0]}:••••"
