"""Django's command-line utility, and which version this is."""

import os
import platform
import sys
import traceback
from importlib import import_module

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from edits.version import VERSION
from edits.wiro.catalog import DeclarationError

from .refusals import reason


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor_site.settings")
    if sys.argv[1:] == ["version"]:
        # Django's own command of this name tells Django's version alone.
        print(f"Reword {VERSION} (Django {django.get_version()}, Python {platform.python_version()})")
        return
    _refuse_wrong_settings()
    try:
        execute_from_command_line(sys.argv)
    except DeclarationError as error:
        # The check that tells it in one line comes after Django has imported the pages, which need the models.
        sys.exit(f"A model cannot be used: {error}")


def _refuse_wrong_settings() -> None:
    """In one line: a value that cannot be meant is the operator's to change, and a traceback would hide which one."""
    try:
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except (ImproperlyConfigured, ValueError, ArithmeticError):
        sys.exit(reason(traceback.format_exc()))
