"""Edits and costs as CSV, streamed while they are read, so that only a few are in memory at a time."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from ..models import Attempt, Edit

# Characters that begin a formula; the full-width forms are from Chinese and Japanese keyboards.
_SIGN = r"([=+\-@\uff1d\uff0b\uff0d\uff20])"
_FIRST = re.compile(rf'[\s";]*{_SIGN}')
# What a spreadsheet may take for the start of another cell.
_INNER = re.compile(rf'([;\t\r\n][\s"]*){_SIGN}')
# Edits that are read at a time.
CHUNK = 500
JOBS: dict[str, Callable[[Edit], Any]] = {
    "edit": attrgetter("pk"),
    "asked_for_at": attrgetter("created_at"),
    "owner": attrgetter("owner.username"),
    "state": attrgetter("state"),
    "failure": attrgetter("failure_code"),
    "instruction": attrgetter("prompt"),
    "model": attrgetter("model"),
    "guidance_scale": attrgetter("guidance_scale"),
    "seed": attrgetter("seed"),
    "watermark": attrgetter("watermark"),
    "inputs": lambda edit: json.dumps(edit.inputs, sort_keys=True) if edit.inputs else "",
    "changed_percent": attrgetter("changed_percent"),
    "visibility": attrgetter("visibility"),
    "review": attrgetter("review"),
    "cost_usd": attrgetter("cost"),
    "reserved_usd": attrgetter("cost_reserved"),
    "started_at": attrgetter("started_at"),
    "ended_at": attrgetter("ended_at"),
    "waited_seconds": lambda edit: _seconds(edit.created_at, edit.started_at),
    "edited_seconds": lambda edit: _seconds(edit.started_at, edit.ended_at),
}
COSTS: dict[str, Callable[[Attempt], Any]] = {
    "edit": attrgetter("edit_id"),
    "owner": attrgetter("edit.owner.username"),
    "model": attrgetter("edit.model"),
    "state": attrgetter("edit.state"),
    "attempt": attrgetter("number"),
    "task": attrgetter("wiro_task_id"),
    "outcome": attrgetter("outcome"),
    "started_at": attrgetter("started_at"),
    "cost_usd": attrgetter("cost"),
    "callback_seen_at": attrgetter("callback_seen_at"),
    "cleaned_up_at": attrgetter("cleaned_up_at"),
}


def export(kind: str, edits: QuerySet[Edit]) -> StreamingHttpResponse:
    """`kind` is jobs (a row for each edit) or costs (a row for each attempt)."""
    edits = edits.prefetch_related(None).prefetch_related("owner").order_by("-created_at", "-pk")
    lines = _csv(JOBS, edits.iterator(chunk_size=CHUNK)) if kind == "jobs" else _csv(COSTS, _attempts(edits))
    name = f"{kind}-{timezone.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


class _Echo:
    """A file whose `write` returns what was written."""

    def write(self, text: str) -> str:
        return text


def _csv(columns: Mapping[str, Callable[[Any], Any]], rows: Iterable[Any]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # Without this mark, spreadsheets assume the local encoding instead of UTF-8.
    yield "\ufeff" + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_cell(value_of(row)) for value_of in columns.values()])


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front of it.

    Also inside a cell: if a semicolon or a tab separates cells, a spreadsheet treats what follows it as another cell.
    """
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if not isinstance(value, str):
        return value
    marked = _INNER.sub(r"\1'\2", value)
    return f"'{marked}" if _FIRST.match(value) else marked


def _attempts(edits: QuerySet[Edit]) -> Iterator[Attempt]:
    for edit in edits.prefetch_related("attempts").iterator(chunk_size=CHUNK):
        yield from edit.attempts.all()


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 1) if start and end else None
