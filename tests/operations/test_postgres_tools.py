"""PostgreSQL's programs: a clear message if they are missing or fail."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_django.fixtures import Settings

from edits.operations import postgres_tools

SETTINGS = {"NAME": "x", "USER": "me", "PASSWORD": "sesame", "HOST": "127.0.0.1", "PORT": 9, "OPTIONS": {}}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(postgres_tools, "connection", SimpleNamespace(settings_dict=SETTINGS))


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(postgres_tools.ToolFailed, match=r"pg_dump is not installed here; .* apt-get install postgresql-client"):
        postgres_tools.dump(tmp_path / "dump")


def test_what_the_program_says_is_passed_on_and_the_password_is_not_on_its_command_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path / "pg_dump", 'echo "$* $PGPASSWORD" > "$0.called"\necho "pg_dump: error: no such server" >&2\nexit 1')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(postgres_tools.ToolFailed, match="no such server"):
        postgres_tools.dump(tmp_path / "dump")
    arguments, _space, password = (tmp_path / "pg_dump.called").read_text().strip().rpartition(" ")
    assert password == "sesame"
    assert "sesame" not in arguments
    assert arguments.startswith("-U me -h 127.0.0.1 -p 9 --dbname=x --format=custom")


def test_a_client_that_is_newer_than_the_server_can_restore(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """pg_restore of version 17 begins with a setting that version 16 refuses; docker-compose has exactly these two."""
    setting, data = "SET transaction_timeout = 0;", "COPY public.words (word) FROM stdin;"
    (tmp_path / "made").write_text(f"SET lock_timeout = 0;\n{setting}\n{data}\n{setting}\n\\.\n")
    file = 'for option; do case "$option" in --file=*) file="${option#--file=}";; esac; done'
    program(tmp_path / "pg_restore", f'{file}; cp {tmp_path}/made "$file"')
    program(tmp_path / "psql", f'{file}; cp "$file" {tmp_path}/run')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    postgres_tools.restore(tmp_path / "dump")
    assert (tmp_path / "run").read_text() == f"SET lock_timeout = 0;\n{data}\n{setting}\n\\.\n"


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
