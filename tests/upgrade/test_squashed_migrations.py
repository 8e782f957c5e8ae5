"""A new site, which applies the squashed migration, has the same tables and groups as one that applied all thirty."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.upgrade import loading

pytestmark = pytest.mark.both_databases

# Made for a table under its first name; nothing asks for it.
RENAMED = {"view_gate": "view_circuitbreaker"}


@pytest.fixture(scope="module")
def found(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What there is after `migrate` in an empty database: on a new site, and with each migration of the older versions."""
    both = []
    for migrations in (nullcontext(), loading.without_squashed_migrations()):
        with django_db_blocker.unblock(), loading.empty_database(tmp_path_factory.mktemp("migrated")):
            with migrations:
                call_command("migrate", verbosity=0)
            both.append({"to migrate": _plan(), "groups": _groups(), **_tables()})
    return both


def _plan() -> list[str]:
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def _groups() -> dict[str, set[str]]:
    groups = Group.objects.prefetch_related("permissions")
    return {group.name: {RENAMED.get(each.codename, each.codename) for each in group.permissions.all()} for group in groups}


def _tables() -> dict[str, Any]:
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if name.startswith("edits_")]
        return {name: (_columns(cursor, name), _constraints(cursor, name)) for name in names}


def _columns(cursor: Any, table: str) -> set[Any]:
    described = connection.introspection.get_table_description(cursor, table)
    return {(c.name, c.type_code, c.display_size, c.precision, c.scale, c.null_ok, c.default) for c in described}


def _constraints(cursor: Any, table: str) -> list[str]:
    """Indexes, keys and checks, without the names that Django makes from the number of a column."""
    constraints = connection.introspection.get_constraints(cursor, table).values()
    return sorted(repr(sorted(_comparable(each).items())) for each in constraints)


def _comparable(constraint: Mapping[str, Any]) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, set) else value for key, value in constraint.items()}


def test_a_new_site_has_what_an_upgraded_one_has(found: list[dict[str, Any]]) -> None:
    new, upgraded = found
    assert new == upgraded
    assert new["to migrate"] == []
    assert len(new) > 20
