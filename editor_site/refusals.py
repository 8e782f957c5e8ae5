"""Why a start is refused, in one line: for `make run`, and for commands that run without it, as in containers."""

import os
import re
import sys
from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import urlsplit

SCHEMES = {"DATABASE_URL": ("postgres", "postgresql", "sqlite"), "REDIS_URL": ("redis", "rediss")}
# Settings whose values are not shown.
_SECRET = re.compile("KEY|SECRET|PASSWORD|URL|DSN|TOKEN")
_READ = re.compile(r'(?:settings|database_settings|picture_settings)\.py.*\n.*\benv\.\w+\("([A-Z0-9_]+)"')


def fail(line: str) -> NoReturn:
    sys.exit(f"make run: {line}")


def reason(output: str) -> str:
    """The unreadable setting or model, the failed check, or the last line of what a command printed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["the preparation failed without an error message"]
    if mistake := lines[-1].partition("DeclarationError: ")[2]:
        return f"A model cannot be used: {mistake}"
    read = _READ.findall(output)
    said = lines[-1].partition("ImproperlyConfigured: ")[2]
    if read and "Traceback" in output:
        if said.startswith(f"{read[-1]}="):
            return said
        value = "" if _SECRET.search(read[-1]) else f"={os.environ.get(read[-1], '')}"
        return f"{read[-1]}{value} is not a valid value"
    complaints = [line for line in lines if "(edits.E" in line]
    return complaints[0].partition(") ")[2] if complaints else said or lines[-1].removeprefix("CommandError: ")


def unknown_scheme(environ: Mapping[str, str]) -> str:
    """What is wrong with the scheme of a URL, which the programs would report late or not at all. Shows no passwords."""
    for name, schemes in SCHEMES.items():
        address = environ.get(name)
        if address and urlsplit(address).scheme not in schemes:
            return f"{name} must start with {' or '.join(f'{scheme}://' for scheme in schemes)}"
    return ""
