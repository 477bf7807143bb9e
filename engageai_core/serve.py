"""`python -m engageai_core.serve`: the core under waitress, as in production."""

import argparse
import signal
import sys

import waitress

from utils.errors import EngageError

_THREADS = 8


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m engageai_core.serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=_THREADS)
    arguments = parser.parse_args()
    try:
        # The import reads the settings, which may be refused.
        from engageai_core.wsgi import application  # noqa: PLC0415
    except EngageError as error:
        sys.exit(str(error))
    # Without this the process would end in the middle of the requests it is answering.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    waitress.serve(  # type: ignore[no-untyped-call]
        application, host=arguments.host, port=arguments.port, threads=arguments.threads,
        ident=None,
    )  # fmt: skip


if __name__ == "__main__":
    main()
