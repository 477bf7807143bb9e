from collections.abc import Iterator
from typing import Any

import pytest

from engageai_core.accounts.models import BotChat
from tests.engageai_core.notifications.fake_bots import FakeBots
from tests.engageai_core.school import make_learner
from tests.services import redis_url

__all__ = ["redis_url"]


@pytest.fixture
def bots(settings: Any) -> Iterator[FakeBots]:
    """The bots, serving."""
    fake = FakeBots()
    fake.start()
    settings.INTERNAL_BOT_API_URL = fake.url
    yield fake
    fake.stop()


@pytest.fixture
def chat(db: None) -> BotChat:
    """The chat of a learner with bot 1."""
    return make_learner().chats.get()
