"""PostgreSQL's own programs for backups, with the address and the password of the site's database."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient


class ToolFailed(Exception):
    """In words for operators, without the password."""


def dump(target: Path) -> None:
    """Raises ToolFailed."""
    _run("pg_dump", "--format=custom", f"--file={target}")


def restore(source: Path) -> None:
    """All of it or nothing. Raises ToolFailed."""
    _run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(source))


def _run(name: str, *options: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise ToolFailed(
            f"{name} is not installed here; it comes with PostgreSQL's client (on Debian: apt-get install postgresql-client)"
        )
    # psql's own arguments and variables; the last one is the name of the database.
    (_psql, *arguments, database), variables = DatabaseClient.settings_to_cmd_args_env(_settings(), [])
    command = [program, *arguments, f"--dbname={database}", *options]
    environment = os.environ | (variables or {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise ToolFailed(f"{name} failed: {(done.stderr.strip().splitlines() or ['it did not say why'])[0]}")


def _settings() -> dict[str, Any]:
    """A socket's folder stands in the query of DATABASE_URL, where Django does not look for it here."""
    found = connection.settings_dict
    return found | {
        "HOST": found["HOST"] or found["OPTIONS"].get("host", ""),
        "PORT": found["PORT"] or found["OPTIONS"].get("port", ""),
    }
