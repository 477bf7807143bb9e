"""Runs the simulator: `python -m engagectl.simulator --host --port --state-dir`."""

import argparse
import logging
from pathlib import Path

import uvicorn

from engagectl.simulator.app import create_app
from engagectl.simulator.settings import refuse_production
from utils.errors import EngageError
from utils.logs import set_up_logging
from utils.settings import repository_root


def main() -> None:
    """Serve until told to stop."""
    options = _read_options()
    try:
        refuse_production()
    except EngageError as error:
        raise SystemExit(str(error)) from None
    set_up_logging("simulator")
    # Every call is in the record that the page shows; addresses carry tokens.
    logging.getLogger("uvicorn.access").propagate = False
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    uvicorn.run(
        create_app(options.state_dir),
        host=options.host,
        port=options.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=75,
    )


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m engagectl.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
    parser.add_argument("--port", type=int, default=8003, help="port to listen at")
    parser.add_argument(
        "--state-dir",
        type=Path,
        default=repository_root() / ".engage" / "simulator",
        help="folder that keeps people, bots, chats and files",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
