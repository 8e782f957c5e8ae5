"""How much a person may send in an hour and keep, exactly, also with many forms at once."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits import images
from edits.accounts import deletion
from edits.jobs import actions
from edits.jobs.flow_control import spending
from edits.models import Edit, GroupBudget, Outcome, Photo, Profile, State
from edits.ordering import quotas
from tests.files import files_in
from tests.fixtures import NewEdit, SignIn
from tests.forms import upload
from tests.parallel import at_once, at_once_or_refused
from tests.photos import photo_path
from tests.rows import attempt_of, edit_in, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def refusal(make: Any) -> Any:
    with pytest.raises(quotas.QuotaExceeded) as caught:
        make()
    return caught.value


def test_what_was_canceled_counts_for_the_hour_and_renews_when_the_first_is_an_hour_old(
    new_edit: NewEdit, alice: User, settings: Settings
) -> None:
    settings.SUBMISSIONS_PER_HOUR = 3
    edits = [new_edit() for _ in range(3)]
    for number, edit in enumerate(edits):
        actions.cancel(edit, alice)
        Edit.objects.filter(pk=edit.pk).update(created_at=timezone.now() - timedelta(minutes=50 - 10 * number))
    error = refusal(new_edit)
    assert (error.code, error.left) == ("submissions_per_hour", 0)
    assert timedelta(minutes=9) < error.renews_at - timezone.now() <= timedelta(minutes=10)
    Edit.objects.filter(pk=edits[0].pk).update(created_at=timezone.now() - timedelta(minutes=61))
    assert new_edit().pk


def test_fifty_submits_at_once_keep_the_limit_of_the_hour_exactly(new_edit: NewEdit, settings: Settings) -> None:
    settings.SUBMISSIONS_PER_HOUR = 7
    answers = at_once_or_refused(50, lambda _: new_edit())
    assert sum(isinstance(answer, Edit) for answer in answers) == Edit.objects.count() == 7


def test_the_limit_of_storage_counts_photos_and_what_edits_under_way_will_store(
    new_edit: NewEdit, picture: Any, settings: Settings
) -> None:
    # Room for a photo and two results of its size, and for nothing more.
    settings.STORAGE_PER_USER = 3 * len(picture.data) - 1
    new_edit()
    new_edit()
    assert refusal(new_edit).code == "storage"


def test_another_persons_pictures_take_no_room(new_edit: NewEdit, picture: Any, bob: User, settings: Settings) -> None:
    settings.STORAGE_PER_USER = len(picture.data)
    new_edit()
    assert refusal(new_edit).code == "storage"
    assert new_edit(owner=bob).pk


def test_many_uploads_at_once_do_not_pass_the_limit_of_storage(
    signed_in: SignIn, alice: User, media: Path, settings: Settings
) -> None:
    settings.STORAGE_PER_USER = 300_000
    names = ("rocket.jpg", "chelsea.png", "coffee.png", "astronaut.png", "rocket.jpg", "chelsea.png")
    browsers = [signed_in(alice) for _ in names]
    answers = at_once(len(names), lambda n: browsers[n].post("/edits/new/", upload(names[n])).status_code)
    assert set(answers) <= {302, 429}
    assert 429 in answers
    assert quotas.stored(alice) <= 300_000


def test_a_refused_upload_leaves_no_files_and_says_what_to_do(
    signed_in: SignIn, alice: User, media: Path, settings: Settings
) -> None:
    settings.STORAGE_PER_USER = 1000
    answer = signed_in(alice).post("/edits/new/", upload(), headers={"accept": "application/json"})
    assert answer.status_code == 429
    [error] = answer.json()["errors"]["__all__"]
    assert error["code"] == "storage"
    assert "Permanently delete some edits" in error["message"]
    assert not Photo.objects.exists()
    assert not files_in(media)


def test_the_account_page_tells_how_much_is_used(signed_in: SignIn, alice: User, new_edit: NewEdit, settings: Settings) -> None:
    settings.STORAGE_PER_USER = 5 * 1024**3
    with photo_path("rocket.jpg").open("rb") as file:
        size = len(images.clean(file).data)
    new_edit()
    page = signed_in(alice).get("/accounts/").text
    assert f"{size / 1024:.1f}\xa0KB of 5.0\xa0GB" in page


def test_the_page_says_when_the_hour_is_over(signed_in: SignIn, alice: User, new_edit: NewEdit, settings: Settings) -> None:
    settings.SUBMISSIONS_PER_HOUR = 1
    new_edit()
    page = signed_in(alice).post("/edits/new/", upload())
    assert page.status_code == 429
    assert "You’ve reached your hourly limit." in page.text


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.SUPERSEDED])
def test_what_an_attempt_may_have_cost_stays_reserved_beside_the_next(alice: User, media: Path, outcome: Outcome) -> None:
    edit = edit_in(State.QUEUED, alice, stored(alice), cost_reserved=Decimal("0.05"))
    now = timezone.now()
    task = {"wiro_task_id": "4711"} if outcome == Outcome.SUPERSEDED else {}
    attempt_of(edit, outcome, cost_reserved=Decimal("0.05"), started_at=now, **task)
    attempt_of(edit, Outcome.PENDING, cost_reserved=Decimal("0.05"), started_at=now)
    assert spending.spent_today() == Decimal("0.10")


def test_the_budget_of_a_person_is_the_sites_unless_they_have_one_of_their_own(
    new_edit: NewEdit, alice: User, bob: User, settings: Settings
) -> None:
    settings.PRICE_ESTIMATE, settings.SPEND_PER_PERSON = Decimal("0.05"), Decimal("0.12")
    Profile.objects.create(user=bob, spend_per_day=Decimal("0.05"))
    new_edit()
    new_edit()
    new_edit(bob)
    assert [refusal(lambda who=who: new_edit(who)).code for who in (alice, bob)] == ["spend_per_person"] * 2


def test_of_thirty_submits_by_two_members_at_once_the_group_keeps_its_budget_exactly(
    new_edit: NewEdit, alice: User, bob: User, rita: User, settings: Settings
) -> None:
    settings.PRICE_ESTIMATE = Decimal("0.05")
    group = Group.objects.create(name="friends")
    group.user_set.set([alice, bob])
    GroupBudget.objects.create(group=group, spend_per_day=Decimal("0.37"))
    answers = at_once_or_refused(30, lambda number: new_edit((alice, bob)[number % 2]))
    assert sum(isinstance(answer, Edit) for answer in answers) == Edit.objects.count() == 7
    assert {answer.code for answer in answers if isinstance(answer, quotas.QuotaExceeded)} == {"spend_per_group"}
    assert spending.spent_today(group=group) == Decimal("0.35")
    new_edit(rita)
    assert spending.spent_today(group=group) == Decimal("0.35")
    GroupBudget.objects.update(spend_per_day=None)
    assert new_edit().pk


def test_what_a_member_spent_counts_for_the_group_after_the_account_is_deleted(
    new_edit: NewEdit, alice: User, bob: User, settings: Settings
) -> None:
    group = Group.objects.create(name="friends")
    group.user_set.set([alice, bob])
    GroupBudget.objects.create(group=group, spend_per_day=Decimal("2.5") * settings.PRICE_ESTIMATE)
    new_edit(owner=bob)
    new_edit()
    deletion.delete_account(bob, bob)
    assert spending.spent_today(group=group) == 2 * settings.PRICE_ESTIMATE
    assert refusal(new_edit).code == "spend_per_group"
    GroupBudget.objects.update(departed_on=timezone.now().date() - timedelta(days=1))
    assert spending.spent_today(group=group) == settings.PRICE_ESTIMATE
