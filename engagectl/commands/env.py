"""`engagectl env`: the `.env` files made and checked."""

from typing import Annotated

import typer

from engagectl import console

app = typer.Typer(help="The .env files: made with matched keys, and checked.", no_args_is_help=True)
_AS_JSON = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def init(*, as_json: _AS_JSON = False) -> None:
    """Make what is missing in every .env file, with matched keys; your values are kept.

    Example: engagectl env init
    """
    from engagectl.env_files import write_env_files
    from engagectl.installation import this_installation

    installation = this_installation()
    written = write_env_files(installation)
    files = [{"file": installation.shown(each.path), "outcome": each.outcome} for each in written]
    if as_json:
        console.document({"files": files})
        return
    for each in files:
        console.result(f"{each['outcome']:<8} {each['file']}")


@app.command()
def check(*, as_json: _AS_JSON = False) -> None:
    """Check the .env files; exit code 3 when something is wrong.

    Finds what is missing, malformed, unmatched, double, too short, readable by others or unknown.

    Example: engagectl env check --json
    """
    from engagectl.env_check import check_env
    from engagectl.installation import this_installation

    faults = check_env(this_installation())
    if as_json:
        console.document({"ok": not faults, "faults": [fault.document() for fault in faults]})
    else:
        for fault in faults:
            console.result(f"{fault.file}: {fault.what}\n  do:  {fault.mend}")
        console.say(f"{len(faults)} to mend" if faults else "the .env files are well")
    if faults:
        raise typer.Exit(3)
