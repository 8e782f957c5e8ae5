"""PostgreSQL's programs: a clear word where they are missing or fail."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from edits.operations import postgres_tools

SETTINGS = {"NAME": "x", "USER": "me", "PASSWORD": "sesame", "HOST": "127.0.0.1", "PORT": 9, "OPTIONS": {}}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_tools, "connection", SimpleNamespace(settings_dict=SETTINGS))


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(postgres_tools.ToolFailed, match=r"pg_dump is not installed here; .* apt-get install postgresql-client"):
        postgres_tools.dump(tmp_path / "dump")


def test_what_the_program_says_is_passed_on_and_the_password_is_not_on_its_command_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "pg_restore"
    program.write_text('#!/bin/sh\necho "$* $PGPASSWORD" > "$0.called"\necho "pg_restore: error: no such server" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(postgres_tools.ToolFailed, match="no such server"):
        postgres_tools.restore(tmp_path / "dump")
    arguments, _space, password = (tmp_path / "pg_restore.called").read_text().strip().rpartition(" ")
    assert password == "sesame"
    assert "sesame" not in arguments
    assert arguments.startswith("-U me -h 127.0.0.1 -p 9 --dbname=x --single-transaction")
