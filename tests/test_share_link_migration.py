"""Links of an earlier version, whose address was the signed number of their row, keep working after the migration."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from edits.models import ShareLink
from tests.fixtures import NewEdit
from tests.upgrade.loading import without_squashed_migrations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

MIGRATION = ("edits", "0006_share_link_token_hash")


@pytest.fixture(autouse=True)
def _each_migration() -> Iterator[None]:
    with without_squashed_migrations():
        yield


def test_old_addresses_open_their_rows_and_no_later_ones(new_edit: NewEdit) -> None:
    edit, expires_at = new_edit(), timezone.now() + timedelta(days=1)
    links = _old_links()
    kept = [links.create(edit_id=edit.pk, expires_at=expires_at).pk for _ in range(2)]
    _migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    later = ShareLink.issue(edit, expires_at)
    assert [_opened_by_old_token(number) for number in (*kept, later.pk, 999)] == [*kept, None, None]
    assert ShareLink.find(later.token) == later


def _opened_by_old_token(number: Any) -> Any:
    link = ShareLink.find(signing.Signer(salt="edits.share_link").sign(str(number)))
    return link and link.pk


def _old_links() -> Any:
    """The rows as they were before the migration."""
    executor = MigrationExecutor(connection)
    before = [parent.key for parent in executor.loader.graph.node_map[MIGRATION].parents]
    return _migrate(before).apps.get_model("edits", "ShareLink").objects


def _migrate(targets: Any) -> Any:
    return MigrationExecutor(connection).migrate(targets)
