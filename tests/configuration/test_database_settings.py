"""Where the database is, and its password, which may be in a setting of its own."""

from pathlib import Path

import pytest

from editor_site.configuration.database_settings import database_settings
from editor_site.configuration.environment import Env


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgres://reword@db:5432/reword", "a/b@c: d%41"),
        ("postgres://reword:in-the-address@db:5432/reword", "in-the-address"),
    ],
)
def test_a_password_of_its_own_counts_where_the_address_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str, expected: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("POSTGRES_PASSWORD", "a/b@c: d%41")
    found = database_settings(Env(), tmp_path)
    assert (found["USER"], found["HOST"], found["NAME"], found["PASSWORD"]) == ("reword", "db", "reword", expected)


def test_sqlite_needs_no_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("POSTGRES_PASSWORD", "sesame")
    found = database_settings(Env(), tmp_path)
    assert (found["NAME"], found["PASSWORD"]) == (f"{tmp_path}/db.sqlite3", "")
