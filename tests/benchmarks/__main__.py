"""`python -m tests.benchmarks NAME [--json]`: 0 when every bar holds, 3 when one does not."""

import argparse
import json
import sys
from importlib import import_module

from tests.benchmarks.report import Report

NAMES = ("cli", "startup", "reply", "gateway", "worker", "roundtrip", "bots", "reload")


def main() -> int:
    """Run the benchmark named on the command line, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("name", choices=[*NAMES, "all"])
    parser.add_argument("--json", action="store_true", help="one document on standard output")
    arguments = parser.parse_args()
    chosen = NAMES if arguments.name == "all" else (arguments.name,)
    reports: list[Report] = [import_module(f"tests.benchmarks.{name}").measure() for name in chosen]
    documents = [report.document() for report in reports]
    sys.stdout.write(
        json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False)
        if arguments.json
        else "\n".join(report.text() for report in reports)
    )
    sys.stdout.write("\n")
    return 0 if all(report.holds for report in reports) else 3


if __name__ == "__main__":
    sys.exit(main())
