"""Single steps of a worker, for tests of what happens between them. Each of them must be possible."""

from datetime import timedelta

from django.utils import timezone

from edits.jobs import engine
from edits.jobs.flow_control import admission
from edits.models import Attempt, Edit
from tests.rows import present


def advance(edit: Edit) -> Edit:
    """The edit after its next step."""
    return present(engine.advance(edit.pk))


def claim(edit: Edit, seconds: float) -> Edit:
    """The edit as seen by the worker that now holds its lease; with negative `seconds` the lease has already expired."""
    return present(Edit.objects.claim(edit.pk, seconds))


def begin_attempt(edit: Edit, callback_token: str) -> Attempt:
    """The attempt that a worker commits before it sends anything."""
    attempt = admission.begin_attempt(edit, callback_token)
    assert isinstance(attempt, Attempt)
    return attempt


def its_worker_died(edit: Edit) -> None:
    """Its lease has run out, so that another worker takes it over."""
    past = timezone.now() - timedelta(seconds=1)
    Edit.objects.filter(pk=edit.pk).update(lease_until=past, due_at=past)


class PowerCut(BaseException):
    """Nothing in the program catches it."""
