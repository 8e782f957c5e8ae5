"""Redaction: remove the texts of an edit, its instruction and all that may quote it or mention its owner. Its numbers stay."""

from typing import Any

from django.db.models import QuerySet

from ..models import Attempt, Edit, Event


def redact(edits: QuerySet[Edit, Any]) -> None:
    """For edits that have ended: until then the engine needs the instruction. Safe to repeat."""
    attempts, events = Attempt.objects.filter(edit__in=edits), Event.objects.filter(edit__in=edits)
    attempts.update(error_message="", output_url="")
    events.exclude(reason="").update(reason="")
    edits.update(prompt="", file_name="", failure_message="", review_reason="", uploaded_source_url="", request_hash="")
