"""Rows as text that both databases can read: each value as Django's own serializers write it, None left out."""

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db.migrations.recorder import MigrationRecorder
from PIL import Image

from edits.models import Edit, Photo

MODELS = [
    "auth.User",
    "edits.Photo",
    "edits.Edit",
    "edits.Attempt",
    "edits.Event",
    "edits.ShareLink",
    "edits.Profile",
    "edits.Signup",
    "edits.Gate",
    "edits.Heartbeat",
    "admin.LogEntry",
]
# Rows of other tables have other numbers in another database; their names are the same everywhere.
BY_NAME = {"content_type_id": lambda row: row.content_type.model}


def rows() -> dict[str, list[dict[str, str]]]:
    return {label: [_row(row) for row in _all(label)] for label in MODELS}


def _all(label: str) -> Any:
    """In the order in which they were made, so that a version comes after the one it continues."""
    found = apps.get_model(label).objects.all()
    return found.order_by("created_at", "pk") if label == "edits.Edit" else found.order_by("pk")


def _row(row: Any) -> dict[str, str]:
    fields = [field for field in row._meta.concrete_fields if getattr(row, field.attname) is not None]
    values = {field.attname: field.value_to_string(row).replace("+00:00", "Z") for field in fields}
    return values | {name: BY_NAME[name](row) for name in BY_NAME.keys() & values.keys()}


def groups() -> dict[str, list[str]]:
    found = User.objects.filter(groups__isnull=False).distinct().order_by("pk")
    return {user.username: list(user.groups.values_list("name", flat=True)) for user in found}


def migrations() -> dict[str, str]:
    """The newest applied migration of each app."""
    applied = MigrationRecorder.Migration.objects.order_by("pk").values_list("app", "name")
    return dict(applied)


def media() -> list[str]:
    """What is stored, to be drawn again: name, format, mode, and width and height in pixels."""
    return sorted(_media())


def _media() -> Iterator[str]:
    for photo in Photo.objects.filter(purged_at__isnull=True):
        for file in (photo.file, photo.card, photo.page):
            yield _described(file)
    for edit in Edit.objects.exclude(change_map=""):
        yield _described(edit.change_map)


def _described(file: Any) -> str:
    with file.open("rb") as opened, Image.open(opened) as picture:
        return f"{file.name} {picture.format} {picture.mode} {picture.width} {picture.height}"


def text(fixture: dict[str, Any]) -> str:
    """JSON with one row a line, so that a difference can be read."""
    lines = []
    for name, value in fixture.items():
        lines.append(f"{json.dumps(name)}: {_block(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _block(value: Any) -> str:
    if isinstance(value, dict) and "edits.Edit" in value:
        return "{\n" + ",\n".join(f" {json.dumps(name)}: {_block(item)}" for name, item in value.items()) + "\n}"
    if isinstance(value, list) and (len(value) > 9 or (value and isinstance(value[0], dict))):
        return "[\n" + ",\n".join("  " + json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in value) + "\n ]"
    return json.dumps(value, ensure_ascii=False)
