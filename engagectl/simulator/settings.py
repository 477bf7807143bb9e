"""What the simulator reads from the environment."""

from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

from utils.errors import EngageError


class SimulatorRefusedError(EngageError):
    """The simulator may not run here."""


class SimulatorSettings(BaseSettings):
    """The simulator's settings; everything else comes by arguments."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False)

    engage_env: Literal["development", "production"] = "development"


def refuse_production() -> None:
    """Raise unless this is a development environment.

    Raises:
        SimulatorRefusedError: `ENGAGE_ENV` says production.
    """
    if SimulatorSettings().engage_env == "production":
        raise SimulatorRefusedError(
            "the simulator does not start in production",
            why="ENGAGE_ENV is production, and anyone who reaches the simulator may speak as "
            "any person",
            mend="serve real bots there, or unset ENGAGE_ENV on a developer's machine",
        )
