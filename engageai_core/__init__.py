"""The Django core: learners, content, learning and every business rule."""
