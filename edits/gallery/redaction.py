"""The words of an edit go: the instruction, and whatever else may quote it or speak of its owner. Its numbers stay."""

from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import StrIndex, Substr

from ..models import Attempt, Edit, Event

# Notes of these kinds are "what happened: why", and a why is in somebody's own words.
_EXPLAINED = (Event.Kind.MOVED, Event.Kind.ASKED, Event.Kind.REVIEWED)


def forget_words(edits: QuerySet[Edit, Any]) -> None:
    """For edits that have ended: until then the engine needs what was asked for. Harmless to repeat."""
    attempts, events = Attempt.objects.filter(edit__in=edits), Event.objects.filter(edit__in=edits)
    attempts.update(error_message="", output_url="")
    events.filter(kind=Event.Kind.POSTPONED).update(note="")
    explained = events.filter(kind__in=_EXPLAINED, note__contains=": ")
    explained.update(note=Substr("note", 1, StrIndex("note", Value(": ")) - 1))
    edits.update(prompt="", failure_message="", review_reason="")
