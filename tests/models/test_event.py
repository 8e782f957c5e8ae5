"""What people read of an event: labels in the place of codes, and never an error."""

from django.utils import translation

from edits.models import Event, EventCode


def test_a_move_and_a_failure_are_told_by_their_labels() -> None:
    event = Event(code=EventCode.FAILED, data={"from": "running", "to": "failed", "failure": "model_failed"}, reason="Too dark")
    assert event.text == "editing → failed: the model couldn’t make this edit: Too dark"
    with translation.override("de"):
        assert "model_failed" not in event.text


def test_a_wait_names_its_reason() -> None:
    assert Event(code=EventCode.WAITING_FOR_WIRO, data={"why": "rate_limit"}).text == "waiting: Wiro asked us to slow down"
    assert Event(code=EventCode.WAITING_FOR_WIRO, data={"why": "something of an older version"}).text.endswith("older version")


def test_a_fact_that_an_older_row_does_not_have_is_a_dash() -> None:
    assert Event(code=EventCode.FAILED, data={}).text == "–"
