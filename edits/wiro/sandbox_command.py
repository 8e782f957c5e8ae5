"""`wiro-sandbox`: a local Wiro; the command comes with `wiro[sandbox]`."""

import argparse
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from .catalog import DeclarationError

try:
    from .sandbox import program
except ModuleNotFoundError as error:
    MISSING = error.name
else:
    MISSING = None

if TYPE_CHECKING:
    from .sandbox import SandboxServer

DESCRIPTION = """\
A local stand-in for Wiro's API, over real HTTP, that checks signatures and keeps tasks, and edits photos with a simple, visible
effect. Wiro is never called, and nothing costs money. It keeps everything in memory, and forgets it when it stops.
"""
EPILOG = """\
The key and the secret that its clients have to use are those in WIRO_API_KEY and WIRO_API_SECRET (no secret: a project with a key
alone). Without a key, both are made up and printed.

Faults can be requested. Here the connection is reset after the next Run has been accepted:

  curl -H 'Content-Type: application/json' -d '{"call": "Run", "kind": "reset", "after": true}' URL/sandbox/faults

GET /sandbox/runs lists the Runs that came in, GET /sandbox/state the balance and the tasks.
"""


def main() -> None:
    if MISSING:
        sys.exit(f"wiro-sandbox: {MISSING} is missing; it comes with pip install 'wiro[sandbox]'")
    options = vars(_parser().parse_args())
    is_made_up = _make_up_keys()
    if options["models"] and not options["models"].is_dir():
        sys.exit(f"wiro-sandbox: there is no folder {options['models']}")
    try:
        program.run(options, options["models"], lambda sandbox: _greet(sandbox, is_made_up))
    except (program.CannotRun, DeclarationError) as error:
        sys.exit(f"wiro-sandbox: {error}")


def _parser() -> ArgumentParser:
    kind = argparse.RawDescriptionHelpFormatter
    parser = ArgumentParser("wiro-sandbox", description=DESCRIPTION, epilog=EPILOG, formatter_class=kind)
    program.add_options(parser)
    parser.add_argument("--models", type=Path, metavar="FOLDER", help="folder with the files of additional models")
    return parser


def _make_up_keys() -> bool:
    if os.environ.get("WIRO_API_KEY"):
        return False
    os.environ |= {"WIRO_API_KEY": token_hex(16), "WIRO_API_SECRET": token_hex(16)}
    return True


def _greet(sandbox: "SandboxServer", is_made_up: bool) -> None:
    """The environment variables to set, ready to be copied. Keys that the user chose are not printed."""
    program.say_where(sandbox)
    print("Its clients need, in their environment:\n")
    for name in ("WIRO_API_KEY", "WIRO_API_SECRET") if is_made_up else ():
        print(f"  export {name}={os.environ[name]}")
    print(f"  export WIRO_BASE_URL={sandbox.url}\n  export WIRO_OUTPUT_HOSTS={sandbox.origin}")
    if sandbox.socket_url:
        print(f"  export WIRO_SOCKET_URL={sandbox.socket_url}")
    print("\n" + ("" if is_made_up else "and the key that this command was started with. ") + "Ctrl-C stops it.", flush=True)


if __name__ == "__main__":
    main()
