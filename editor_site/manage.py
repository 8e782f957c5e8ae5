"""Django's command-line utility, and which version this is."""

import os
import platform
import sys

import django
from django.core.management import execute_from_command_line

from edits.version import VERSION


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor_site.settings")
    if sys.argv[1:] == ["version"]:
        # Django's own command of this name tells Django's version alone.
        print(f"Reword {VERSION} (Django {django.get_version()}, Python {platform.python_version()})")
        return
    execute_from_command_line(sys.argv)
