"""How much is tried. The suite takes a few hundred cases; the long form is asked for."""

import os

CASES = int(os.environ.get("ENGAGE_FUZZ_CASES", "300"))  # noqa: TID251 (the suite's own setting)
"""Cases of each kind of input."""

SEED = int(os.environ.get("ENGAGE_FUZZ_SEED", "20260301"))  # noqa: TID251
"""What the cases grow from: the same seed makes the same ones."""
