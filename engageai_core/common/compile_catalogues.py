"""`python -m engageai_core.common.compile_catalogues`: makes each `django.mo` from its `django.po`.

Django reads compiled catalogues alone; the usual compiler, msgfmt, is not on every machine.
"""

import sys
from pathlib import Path

import polib  # type: ignore[import-untyped]

_PROJECT = Path(__file__).resolve().parent.parent


def find_catalogues(folder: Path = _PROJECT) -> list[Path]:
    """Return the source catalogues of all apps in `folder`, sorted."""
    return sorted(folder.glob("*/locale/*/LC_MESSAGES/django.po"))


def compiled(catalogue: Path) -> bytes:
    """Return the compiled form of one source catalogue."""
    return bytes(polib.pofile(str(catalogue)).to_binary())


def main() -> None:
    """Write every compiled catalogue that is missing or out of date; name those written."""
    for catalogue in find_catalogues():
        target = catalogue.with_suffix(".mo")
        wanted = compiled(catalogue)
        if not target.exists() or target.read_bytes() != wanted:
            target.write_bytes(wanted)
            sys.stdout.write(f"{target.relative_to(_PROJECT)}\n")


if __name__ == "__main__":
    main()
