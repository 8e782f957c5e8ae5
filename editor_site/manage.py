"""The commands: `reword edit` and others for people, Django's command-line utility, and the version."""

import os
import platform
import sys
import traceback
from importlib import import_module
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from edits.version import VERSION
from edits.wiro.catalog import DeclarationError

from .refusals import reason

FOR_PEOPLE = """\
reword edit PHOTO … INSTRUCTION   edit photos with words (reword edit --help)
reword models                     list the models with their prices (reword models --help)
reword mcp                        connect an assistant to a site's tools, over standard input and output

All other commands are for operators of a site, and read its settings:
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor_site.settings")
    arguments = sys.argv[1:]
    if arguments == ["version"]:
        # Django's own command of this name prints only Django's version.
        print(f"Reword {VERSION} (Django {django.get_version()}, Python {platform.python_version()})")
        return
    if _is_for_people(arguments):
        # Imported here, since no other command needs it, and importing it would slow each of them down.
        sys.exit(import_module("edits.command_line.program").main(arguments))
    if arguments[:1] == ["mcp"]:
        sys.exit(import_module("edits.tool_server.stdio").main(os.environ, arguments[1:]))
    if not _is_manage_py() and arguments in ([], ["help"], ["--help"], ["-h"]):
        print(FOR_PEOPLE, flush=True)
    _refuse_wrong_settings()
    try:
        execute_from_command_line(sys.argv)
    except DeclarationError as error:
        # The check that reports this in one line runs only after Django has imported the pages, which already need the models.
        sys.exit(f"A model cannot be used: {error}")


def _is_for_people(arguments: list[str]) -> bool:
    """`models` is also an operator's command: as `manage.py models`, and with the options that only that command has."""
    if arguments[:1] == ["models"]:
        is_operators = {option.partition("=")[0] for option in arguments} & {"--check", "--draft"}
        return not (_is_manage_py() or is_operators)
    return arguments[:1] == ["edit"]


def _is_manage_py() -> bool:
    return Path(sys.argv[0]).name == "manage.py"


def _refuse_wrong_settings() -> None:
    """Exit with one line: only the operator can correct an invalid value, and a traceback would hide which one it is."""
    try:
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except (ImproperlyConfigured, ValueError, ArithmeticError):
        sys.exit(reason(traceback.format_exc()))
