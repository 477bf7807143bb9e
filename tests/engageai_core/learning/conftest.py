from pathlib import Path

import pytest
from django.conf import settings

from engageai_core.accounts.models import Learner
from tests.engageai_core.school import BotClient, School, make_learner


@pytest.fixture
def school(db: None, tmp_path: Path) -> School:
    built = School(tmp_path / "content")
    built.open_doors()
    return built


@pytest.fixture
def learner(db: None) -> Learner:
    return make_learner()


@pytest.fixture
def bot(learner: Learner) -> BotClient:
    return BotClient(learner, settings.INTERNAL_BOTS["1"])
