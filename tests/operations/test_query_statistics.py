"""SQLite knows how many rows its indexes have."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection

from edits.models import Photo, State
from edits.operations import query_statistics
from edits.tasks import clean_up
from tests.rows import edit_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_after_a_cleanup_sqlite_knows_its_indexes(alice: User, photo: Photo, media: Path) -> None:
    edit_in(State.SUCCEEDED, alice, photo)
    clean_up()
    assert _counted() == 1


def test_it_counts_again_when_there_are_twice_as_many(alice: User, photo: Photo) -> None:
    counted = []
    for _ in range(5):
        edit_in(State.SUCCEEDED, alice, photo)
        query_statistics.update()
        counted.append(_counted())
    assert counted == ([1, 2, 2, 4, 4] if connection.vendor == "sqlite" else [1] * 5)


def _counted() -> int:
    """Edits that SQLite's statistics know of. PostgreSQL needs no help."""
    if connection.vendor != "sqlite":
        return 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'edits_edit' AND idx = 'edit_owner_newest'")
        return int(cursor.fetchone()[0].split()[0])
