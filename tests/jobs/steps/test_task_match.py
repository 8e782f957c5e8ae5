"""Which of Wiro's tasks belongs to which attempt: a URL proves or disproves a match, inputs and time only suggest one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from edits.jobs.steps.task_match import is_certain, is_ours, source_hash
from edits.models import Attempt, Outcome, Photo, State
from edits.wiro import WiroTask
from tests.rows import attempt_of, edit_in, present

pytestmark = pytest.mark.django_db

MakeTask: TypeAlias = Callable[..., WiroTask]


@pytest.fixture
def sent(alice: User, photo: Photo) -> tuple[Attempt, str]:
    """An attempt of Alice's that was sent a minute ago and never answered, and its callback token."""
    edit = edit_in(State.UNCONFIRMED, alice, photo, prompt="Snow", seed=7)
    began = timezone.now() - timedelta(minutes=1)
    return attempt_of(edit, Outcome.UNKNOWN, started_at=began, sent_at=began, source_hash=source_hash("https://a/1.jpg"))


@pytest.fixture
def task(sent: tuple[Attempt, str]) -> MakeTask:
    """A task with the inputs and the time of that attempt, and without any address."""

    def make(seconds: float = 1.0, **values: Any) -> WiroTask:
        attempt, _ = sent
        created = (present(attempt.sent_at) + timedelta(seconds=seconds)).timestamp()
        told = {"id": "4711", "socketaccesstoken": "a-token-of-4711", "status": "task_queue", "createtime": str(int(created))}
        return WiroTask.from_answer(told | {"parameters": {"prompt": "Snow", "seed": "7"}} | values)

    return make


def test_the_same_inputs_at_that_time_speak_for_a_task(sent: tuple[Attempt, str], task: MakeTask) -> None:
    assert is_ours(task(), sent[0])
    assert not is_certain(task(), sent[0])


def test_other_inputs_speak_against_it(sent: tuple[Attempt, str], task: MakeTask) -> None:
    assert not is_ours(task(parameters={"prompt": "Rain", "seed": "7"}), sent[0])


@pytest.mark.parametrize("seconds", [-30, -86_400, 3600])
def test_a_task_of_another_time_is_not_ours(sent: tuple[Attempt, str], task: MakeTask, seconds: int) -> None:
    assert not is_ours(task(seconds), sent[0])


def test_a_task_that_another_attempt_owns_is_not_ours(
    sent: tuple[Attempt, str], task: MakeTask, alice: User, photo: Photo
) -> None:
    other, _ = attempt_of(edit_in(State.RUNNING, alice, photo))
    Attempt.objects.filter(pk=other.pk).update(wiro_task_id="4711", wiro_task_token="a-token-of-4711")
    assert not is_ours(task(), sent[0])


def test_a_task_that_could_equally_belong_to_another_attempt_is_not_ours(
    sent: tuple[Attempt, str], task: MakeTask, alice: User, photo: Photo
) -> None:
    rival = edit_in(State.UNCONFIRMED, alice, photo, prompt="Snow", seed=7)
    attempt_of(rival, Outcome.UNKNOWN, started_at=sent[0].started_at, sent_at=sent[0].sent_at)
    assert not is_ours(task(), sent[0])


def test_a_task_that_may_be_of_an_attempt_still_awaiting_its_response_is_not_ours(
    sent: tuple[Attempt, str], task: MakeTask, alice: User, photo: Photo
) -> None:
    rival = edit_in(State.SUBMITTING, alice, photo, prompt="Snow", seed=7)
    attempt_of(rival, Outcome.PENDING, started_at=sent[0].started_at, sent_at=sent[0].sent_at)
    assert not is_ours(task(), sent[0])


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.PENDING])
def test_an_identical_edit_may_own_it_whatever_time_a_wrong_clock_noted_for_that_one(
    sent: tuple[Attempt, str], task: MakeTask, alice: User, photo: Photo, outcome: Outcome
) -> None:
    rival = edit_in(State.UNCONFIRMED, alice, photo, prompt="Snow", seed=7)
    long_ago = present(sent[0].sent_at) - timedelta(hours=26)
    attempt_of(rival, outcome, started_at=long_ago, sent_at=long_ago)
    assert not is_ours(task(), sent[0])


def test_two_attempts_of_one_edit_are_told_apart_by_time(sent: tuple[Attempt, str], task: MakeTask) -> None:
    long_ago = present(sent[0].sent_at) - timedelta(hours=1)
    attempt_of(sent[0].edit, Outcome.UNKNOWN, number=2, started_at=long_ago, sent_at=long_ago)
    assert is_ours(task(), sent[0])


@pytest.mark.parametrize("seconds", [-93_600, 93_600])
def test_a_claimed_task_with_the_same_inputs_is_ours_at_any_time(sent: tuple[Attempt, str], task: MakeTask, seconds: int) -> None:
    assert is_ours(task(seconds), sent[0], is_claimed=True)
    assert not is_ours(task(seconds, parameters={}), sent[0], is_claimed=True)


def test_a_claimed_task_that_an_identical_edit_may_own_is_not_ours_yet(
    sent: tuple[Attempt, str], task: MakeTask, alice: User, photo: Photo
) -> None:
    rival = edit_in(State.UNCONFIRMED, alice, photo, prompt="Snow", seed=7)
    attempt_of(rival, Outcome.UNKNOWN, started_at=sent[0].started_at, sent_at=sent[0].sent_at)
    assert not is_ours(task(93_600), sent[0], is_claimed=True)


def test_the_callbacks_address_proves_or_refutes(sent: tuple[Attempt, str], task: MakeTask) -> None:
    attempt, token = sent
    assert is_certain(task(callbackurl=f"https://photos.example.org/wiro/callback/{token}/"), attempt)
    assert not is_ours(task(callbackurl="https://photos.example.org/wiro/callback/another-token/"), attempt)


def test_the_sources_address_proves_or_refutes(sent: tuple[Attempt, str], task: MakeTask) -> None:
    attempt, _ = sent
    assert is_certain(task(parameters={"prompt": "Rain", "inputImageUrl": "https://a/1.jpg"}), attempt)
    assert not is_ours(task(parameters={"prompt": "Snow", "seed": "7", "inputImageUrl": "https://a/2.jpg"}), attempt)
