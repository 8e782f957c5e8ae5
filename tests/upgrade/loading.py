"""A database as an older version left it: the tables of its migrations, the rows of a fixture, and the pictures they name."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from PIL import Image, ImageOps


def read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


@contextmanager
def empty_database(folder: Path) -> Iterator[None]:
    """Inside the block, the default connection leads to a database without tables, on the same kind of server."""
    settings, name = connection.settings_dict, f"upgrade_{os.getpid()}"
    before, is_postgresql = settings["NAME"], connection.vendor == "postgresql"
    if is_postgresql:
        _on_the_server(f"CREATE DATABASE {name}")
    connection.close()
    settings["NAME"] = name if is_postgresql else str(folder / "db.sqlite3")
    try:
        yield
    finally:
        connection.close()
        settings["NAME"] = before
        if is_postgresql:
            _on_the_server(f"DROP DATABASE {name}")


def _on_the_server(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def without_squashed_migrations() -> Iterator[None]:
    """Inside the block, the program has only the migrations that an older version had, too, so that each can be reached."""
    load_all = MigrationLoader.load_disk

    def load(self: MigrationLoader) -> None:
        load_all(self)
        last = {key: each.replaces[-1] for key, each in self.disk_migrations.items() if each.replaces}
        self.disk_migrations = {key: each for key, each in self.disk_migrations.items() if key not in last}
        for each in self.disk_migrations.values():
            each.dependencies = [last.get(key, key) for key in each.dependencies]  # type: ignore[misc]  # of this instance

    with patch.object(MigrationLoader, "load_disk", load):
        yield


def apps_at(migrations: dict[str, str]) -> Any:
    """Migrate to exactly these, and return the models as they were then."""
    with without_squashed_migrations():
        for app, name in migrations.items():
            call_command("migrate", app, name, verbosity=0)
        return MigrationExecutor(connection).loader.project_state(list(migrations.items())).apps


def load(fixture: dict[str, Any], apps: Any) -> None:
    """Write the rows with all times moved forward by the fixture's age, so that what had not expired then has not expired now."""
    age = timezone.now() - datetime.fromisoformat(fixture["made_at"])
    with transaction.atomic():
        for label, rows in fixture["rows"].items():
            model = apps.get_model(label)
            model.objects.bulk_create([_row(model, row, age, apps) for row in rows])
        _join_groups(fixture["groups"], apps)
    _advance_sequences([apps.get_model(label) for label in fixture["rows"]])


def _row(model: Any, values: dict[str, str], age: timedelta, apps: Any) -> Any:
    fields = model._meta.concrete_fields
    for field in fields:
        # Otherwise the row would say that it was made just now.
        field.auto_now_add = False
    # What is left out is NULL, not the default.
    given = {field: values.get(field.attname) for field in fields}
    return model(**{field.attname: text if text is None else _value(field, text, age, apps) for field, text in given.items()})


def _value(field: Any, text: str, age: timedelta, apps: Any) -> Any:
    if field.attname == "content_type_id":
        return apps.get_model("contenttypes.ContentType").objects.get(app_label="edits", model=text).pk
    value = (field.target_field if field.is_relation else field).to_python(text)
    return value + age if isinstance(field, models.DateTimeField) else value


def _join_groups(groups: dict[str, list[str]], apps: Any) -> None:
    users, known = apps.get_model("auth.User").objects, apps.get_model("auth.Group").objects
    for username, names in groups.items():
        users.get(username=username).groups.add(*known.filter(name__in=names))


def _advance_sequences(loaded: list[Any]) -> None:
    """PostgreSQL does not notice rows that came with a number."""
    statements = connection.ops.sequence_reset_sql(no_style(), loaded)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def draw_media(media: list[str], folder: Path) -> None:
    """A picture of the right format and size under each name; what is on it does not matter."""
    for number, described in enumerate(media):
        name, file_format, mode, width, height = described.split()
        drawn = ImageOps.colorize(Image.linear_gradient("L").resize((int(width), int(height))), (number, 9, 9), "white")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        drawn.convert(mode).save(folder / name, file_format)
