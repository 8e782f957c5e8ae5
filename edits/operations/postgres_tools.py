"""PostgreSQL's own programs for backups, with the address and the password of the site's database."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

# What pg_dump and pg_restore set from version 17 on; an older server knows no such setting and refuses everything after it.
_NEWER_SETTINGS = (b"SET transaction_timeout = 0;",)


class ToolFailed(Exception):
    """In words for operators, without the password."""


def dump(target: Path) -> None:
    """Raises ToolFailed."""
    _run("pg_dump", *_connection_options(), "--format=custom", f"--file={target}")


def restore(source: Path) -> None:
    """All of it or nothing. Raises ToolFailed."""
    with TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        script, usable = Path(folder, "script.sql"), Path(folder, "usable.sql")
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source))
        _without_newer_settings(script, usable)
        options = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={usable}")
        _run("psql", *_connection_options(), *options)


def _without_newer_settings(source: Path, target: Path) -> None:
    """They stand at the top, before any data."""
    with source.open("rb") as lines, target.open("wb") as usable:
        for line in lines:
            if line.rstrip() not in _NEWER_SETTINGS:
                usable.write(line)
            if line.startswith(b"COPY "):
                break
        shutil.copyfileobj(lines, usable)


def _connection_options() -> list[str]:
    """psql's own arguments; the last one is the name of the database."""
    (_psql, *arguments, database), _variables = DatabaseClient.settings_to_cmd_args_env(_settings(), [])
    return [*arguments, f"--dbname={database}"]


def require(*names: str) -> None:
    """Raises ToolFailed for the first of these programs that is missing."""
    for name in names:
        _program(name)


def _program(name: str) -> str:
    if program := shutil.which(name):
        return program
    raise ToolFailed(
        f"{name} is not installed here; it comes with PostgreSQL's client (on Debian: apt-get install postgresql-client)"
    )


def _run(name: str, *options: str) -> None:
    program = _program(name)
    _arguments, variables = DatabaseClient.settings_to_cmd_args_env(_settings(), [])
    command, environment = [program, *options], os.environ | (variables or {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise ToolFailed(f"{name} failed: {(done.stderr.strip().splitlines() or ['it did not say why'])[0]}")


def _settings() -> dict[str, Any]:
    """A socket's folder is in the query of DATABASE_URL, which Django keeps under OPTIONS, not under HOST."""
    found = connection.settings_dict
    return found | {
        "HOST": found["HOST"] or found["OPTIONS"].get("host", ""),
        "PORT": found["PORT"] or found["OPTIONS"].get("port", ""),
    }
