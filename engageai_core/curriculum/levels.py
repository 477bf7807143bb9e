"""The CEFR's levels in their order, and where they lie on the ability scale."""

LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
LEVEL_CENTRES = {"A1": -2.0, "A2": -1.0, "B1": 0.0, "B2": 1.0, "C1": 2.0, "C2": 3.0}
"""The middle of each level in logits: one logit a level, B1 is 0."""
