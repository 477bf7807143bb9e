"""What a laptop may lack is skipped there with a printed reason, and required in CI."""

import os
from typing import NoReturn

import pytest


def skip_or_fail(reason: str) -> NoReturn:
    """Skip the test with `reason`; with ENGAGE_REQUIRE_ALL=1 fail it instead."""
    if os.environ.get("ENGAGE_REQUIRE_ALL") == "1":  # noqa: TID251 (the suite's own switch)
        pytest.fail(f"required here (ENGAGE_REQUIRE_ALL=1): {reason}")
    pytest.skip(reason)
