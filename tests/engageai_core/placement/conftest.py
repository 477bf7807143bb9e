from tests.engageai_core.learning.conftest import bot, learner, school

__all__ = ["bot", "learner", "school"]
