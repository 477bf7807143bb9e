from tests.engageai_core.learning.conftest import learner, school

__all__ = ["learner", "school"]
