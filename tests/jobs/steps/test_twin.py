"""A Run that gives several pictures: each becomes a version, nothing is paid twice, and nothing is lost."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from edits.gallery import trash
from edits.jobs import engine
from edits.jobs.flow_control import spending
from edits.jobs.steps import provider_cleanup, result_recovery
from edits.models import Attempt, Edit, EventCode, State, clock
from edits.ordering import quotas
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.forms import post
from tests.regions import BOX, bytes_of
from tests.rows import present, reloaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def two_at_once(browser: Client, sandbox: SandboxServer, settings: Settings) -> Callable[..., Edit]:
    """Order an edit from a model that gives two pictures, up to the moment when they are to be fetched."""
    settings.MODELS = ["*"]

    def order(**fields: str) -> Edit:
        answer = post(browser, as_json=True, model="FireRedTeam/FireRed-Image-Edit", samples="2", **fields)
        edit = Edit.objects.get(pk=answer.json()["id"])
        while edit.state not in (State.FETCHING, State.SUCCEEDED, State.FAILED):
            engine.advance(edit.pk)
            edit.refresh_from_db()
        return edit

    return order


def further(edit: Edit) -> Edit:
    return Edit.objects.exclude(pk=edit.pk).get()


def clean_up(edit: Edit) -> Attempt:
    """What the scheduler does about Wiro's copies."""
    attempt = edit.attempts.get()
    Attempt.objects.filter(pk=attempt.pk, cleanup_due_at__isnull=False).update(cleanup_due_at=clock.now())
    if attempt.cleanup_due_at:
        provider_cleanup.clean_up(attempt.pk)
    return edit.attempts.get()


def test_each_picture_is_a_version_of_the_same_run(two_at_once: Callable[..., Edit], sandbox: SandboxServer, alice: User) -> None:
    left = quotas.remaining(alice)
    edit = two_at_once()
    other = further(edit)
    first, second = advance_to_rest(edit), advance_to_rest(other)
    assert [first.state, second.state] == ["succeeded", "succeeded"]
    assert bytes_of(present(first.result)) != bytes_of(present(second.result))
    same = ("batch", "photo", "origin", "parent", "model", "prompt", "seed", "inputs")
    assert [getattr(first, name) for name in same] == [getattr(second, name) for name in same]
    assert first.batch
    assert second.events.filter(code=EventCode.FURTHER_RESULT).exists()
    # One Run, one charge, one of the day's edits.
    assert len(sandbox.runs()) == 1
    assert (first.cost, second.cost, second.attempts.count()) == (Decimal("0.03"), Decimal(0), 0)
    assert spending.spent_today() == Decimal("0.03")
    assert quotas.remaining(alice) == left - 1


def test_wiros_copies_stay_until_every_picture_is_stored(two_at_once: Callable[..., Edit]) -> None:
    edit = two_at_once()
    other = further(edit)
    advance_to_rest(edit)
    assert clean_up(edit).cleaned_up_at is None
    assert advance_to_rest(other).state == "succeeded"
    assert clean_up(edit).cleaned_up_at


def test_a_picture_that_cannot_be_used_takes_nothing_from_the_others(
    two_at_once: Callable[..., Edit], sandbox: SandboxServer, rita: User
) -> None:
    edit = two_at_once()
    other = further(edit)
    assert advance_to_rest(edit).state == "succeeded"
    sandbox.faults.add("output", "svg", count="always")
    assert advance_to_rest(other).failure_code == "output_invalid"
    # Wiro's copy stays, so that it can be fetched again.
    assert clean_up(edit).cleaned_up_at is None
    sandbox.faults.clear()
    recovered = result_recovery.fetch_again(reloaded(other), rita)
    assert not result_recovery.can_fetch_again(reloaded(other))
    assert advance_to_rest(recovered).state == "succeeded"
    assert recovered.cost == 0
    Attempt.objects.update(cleanup_due_at=clock.now())
    assert clean_up(edit).cleaned_up_at


def test_the_first_picture_may_be_the_one_that_cannot_be_used(
    two_at_once: Callable[..., Edit], sandbox: SandboxServer, rita: User
) -> None:
    edit = two_at_once()
    other = further(edit)
    sandbox.faults.add("output", "svg", count="always")
    assert advance_to_rest(edit).failure_code == "output_invalid"
    sandbox.faults.clear()
    assert advance_to_rest(other).state == "succeeded"
    assert clean_up(edit).cleaned_up_at is None
    recovered = result_recovery.fetch_again(reloaded(edit), rita)
    assert advance_to_rest(recovered).state == "succeeded"
    assert clean_up(recovered).cleaned_up_at
    assert Edit.objects.count() == 3


def test_deleting_one_version_takes_nothing_from_the_others(two_at_once: Callable[..., Edit], alice: User) -> None:
    edit = two_at_once()
    other = further(edit)
    trash.delete(edit, alice)
    assert [advance_to_rest(each).state for each in (edit, other)] == ["succeeded", "succeeded"]
    assert reloaded(other).deleted_at is None
    trash.delete_for_good(reloaded(edit), alice)
    clean_up(edit)
    trash.purge()
    # Its own pictures are removed, those of the other version stay.
    assert reloaded(edit).purged_at
    assert present(reloaded(other).result).file


def test_each_picture_of_a_region_is_put_into_the_photo(two_at_once: Callable[..., Edit]) -> None:
    edit = two_at_once(region_box=BOX)
    other = further(edit)
    assert other.region
    assert other.region != edit.region
    for each in (edit, other):
        done = advance_to_rest(each)
        assert done.is_composite
        assert (present(done.result).width, present(done.result).height) == (done.photo.width, done.photo.height)


def test_variations_of_several_pictures_are_all_there(browser: Client, two_at_once: Callable[..., Edit]) -> None:
    edit = two_at_once()
    for each in (edit, further(edit)):
        advance_to_rest(each)
    assert len(browser.get(f"/edits/{edit.pk}/?grid").context["variations"]) == 2
