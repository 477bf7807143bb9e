"""Mini Apps: the signed data by which a page knows who opened it."""

import hashlib
import hmac
import json
import secrets
from urllib.parse import urlencode

from engagectl.simulator.records import Bot, Person


def sign_init_data(bot: Bot, person: Person, *, now: int, start_param: str | None = None) -> str:
    """Return the init data of a Mini App that the person opened, signed with the bot's token.

    Args:
        bot: whose Mini App it is.
        person: who opened it.
        now: seconds since the epoch.
        start_param: what the link that opened it carried.
    """
    fields = {
        "auth_date": str(now),
        "query_id": secrets.token_urlsafe(18),
        "user": json.dumps(
            {**person.as_user(), "allows_write_to_pm": True},
            ensure_ascii=False,
            separators=(",", ":"),
        ),
    }
    if start_param:
        fields["start_param"] = start_param
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    key = hmac.digest(b"WebAppData", bot.token.encode(), hashlib.sha256)
    fields["hash"] = hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()
    return urlencode(fields)
