"""Provider cleanup: the copies at Wiro are erased once the result is stored here."""

import pytest
from django.utils import timezone

from edits.jobs import provider_cleanup
from edits.models import Edit
from tests.conftest import advance_to_rest

pytestmark = pytest.mark.django_db


def test_the_copies_at_wiro_are_erased_after_the_result_is_stored_and_that_is_recorded(sandbox, new_edit):
    edit = advance_to_rest(new_edit())
    attempt = edit.attempts.get()
    assert attempt.cleaned_up_at is None
    sandbox.faults.add("Task/InputOutputDelete", "http", status=500)
    for _ in range(2):
        type(attempt).objects.update(cleanup_due_at=timezone.now())
        provider_cleanup.clean_up(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.cleaned_up_at > edit.ended_at
    assert attempt.cleanup_due_at is None
    assert edit.events.filter(kind="cleaned_up").count() == 1
    assert Edit.objects.get(pk=edit.pk).cleaned_up_at == attempt.cleaned_up_at
