"""Sign-ups of an earlier version, which knew their exact times: those of the last day keep only the hour, older ones go."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from edits.models import Signup
from tests.upgrade.loading import without_squashed_migrations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

MIGRATION = ("edits", "0007_signup_hour")


@pytest.fixture(autouse=True)
def _each_migration() -> Iterator[None]:
    with without_squashed_migrations():
        yield


def test_recent_sign_ups_keep_only_their_hour_and_older_ones_are_removed() -> None:
    now = timezone.now()
    signups = _old_signups()
    for age in (timedelta(minutes=5), timedelta(hours=23), timedelta(hours=25), timedelta(days=60)):
        # create() would put the current time there.
        signups.filter(pk=signups.create(address="192.0.2.7").pk).update(at=now - age)
    _migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    kept = [(now - age).replace(minute=0, second=0, microsecond=0) for age in (timedelta(hours=23), timedelta(minutes=5))]
    assert list(Signup.objects.order_by("at").values_list("at", flat=True)) == kept


def _old_signups() -> Any:
    """The rows as they were before the migration."""
    executor = MigrationExecutor(connection)
    before = [parent.key for parent in executor.loader.graph.node_map[MIGRATION].parents]
    return _migrate(before).apps.get_model("edits", "Signup").objects


def _migrate(targets: Any) -> Any:
    return MigrationExecutor(connection).migrate(targets)
