"""Counts of calls are added up over processes, and none is lost while the database is unreachable."""

import pytest
from django.db import OperationalError

from edits.jobs import provider_calls
from edits.models import ProviderCall

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_counts_of_several_processes_are_added_up() -> None:
    for seconds in (0.2, 0.3, 400.0):
        provider_calls.note("Run", "answered", seconds)
        provider_calls.save()
    provider_calls.save()
    assert provider_calls.totals() == {("Run", "answered"): {0.25: (1, 0.2), 0.5: (1, 0.3), provider_calls.LONGER: (1, 400.0)}}


def test_what_cannot_be_saved_is_saved_later(monkeypatch: pytest.MonkeyPatch) -> None:
    provider_calls.note("Run", "no_answer", 1.0)
    with monkeypatch.context() as away:
        away.setattr(provider_calls, "_save_row", _fail)
        with pytest.raises(OperationalError):
            provider_calls.save()
    provider_calls.save()
    assert ProviderCall.objects.get(outcome="no_answer").count == 1


def _fail(*_: object) -> None:
    raise OperationalError
