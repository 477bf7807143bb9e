"""The two bots of the tests, as they call the core."""

from rest_framework.test import APIClient

from tests.core_environment import ENVIRONMENT
from utils.internal_auth import HEADER


def bot_client(number: int = 1) -> APIClient:
    """Return a client that carries the key of bot `number`."""
    client = APIClient(headers={HEADER: ENVIRONMENT[f"BOT_SYSTEM_KEY_{number}"]})
    client.raise_request_exception = False
    return client
