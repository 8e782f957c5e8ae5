"""`manage.py version` tells the program's version, which the wheel and the admin have as well."""

import subprocess
import sys
from pathlib import Path

from edits.version import VERSION

ROOT = Path(__file__).resolve().parent.parent


def test_the_version_is_told_without_any_configuration() -> None:
    command = [sys.executable, "manage.py", "version"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith(f"Reword {VERSION} (Django ")
