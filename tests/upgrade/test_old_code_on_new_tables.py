"""While `prepare` migrates, and again after a rollback, the previous version runs with the tables of this one."""

from collections.abc import Iterator

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

# Newer migrations have to follow the rules. Those up to this one belong to the upgrade from 0.1, which cannot be rolled back.
LAST_WITHOUT_RULES = "0015_file_name"
# These take away what the previous version may still use. Allowed one release after the code stopped using it: see UNUSED_BEFORE.
TAKES_AWAY = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
UNUSED_BEFORE: set[str] = set()


def breaks(operation: Operation) -> bool:
    """Whether code that knows nothing of this change could no longer read or write."""
    if isinstance(operation, migrations.AddField):
        field = operation.field
        return not (field.null or field.has_db_default() or field.many_to_many)
    return isinstance(operation, TAKES_AWAY)


def newer() -> Iterator[tuple[str, Operation]]:
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if app == "edits" and name > LAST_WITHOUT_RULES:
            yield from ((name, operation) for operation in migration.operations)


def test_no_migration_breaks_the_version_before() -> None:
    """A new column needs null=True or db_default: Django's own default is not in the database, and old code does not name it."""
    broken = [f"{name}: {operation.describe()}" for name, operation in newer() if breaks(operation)]
    assert set(broken) - UNUSED_BEFORE == set()


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (migrations.AddField("edit", "note", models.TextField(default="")), True),
        (migrations.AddField("edit", "note", models.TextField(db_default="")), False),
        (migrations.AddField("edit", "note", models.TextField(null=True)), False),
        (migrations.RemoveField("edit", "prompt"), True),
        (migrations.RenameField("edit", "prompt", "words"), True),
        (migrations.DeleteModel("event"), True),
        (migrations.CreateModel("note", [("id", models.BigAutoField(primary_key=True))]), False),
    ],
)
def test_what_breaks_it_is_found(operation: Operation, expected: bool) -> None:
    assert breaks(operation) is expected
