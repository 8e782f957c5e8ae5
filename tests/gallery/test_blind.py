"""Several models side by side: one order, one price, no names until one is picked, and then a record of it."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from edits.gallery import blind, trash
from edits.models import Edit, NotAllowed, Photo, State
from edits.operations import model_record
from edits.web.addresses import edit_url, status_url
from edits.wiro.catalog import SEEDEDIT
from tests.fixtures import SignIn
from tests.forms import codes, post
from tests.pages import text_of
from tests.rows import edit_in, reloaded

pytestmark = pytest.mark.django_db

REVE, FLUX, FIRERED = "reve/Edit", "black-forest-labs/flux-2-pro", "FireRedTeam/FireRed-Image-Edit"
NAMES = {SEEDEDIT: "SeedEdit 3", REVE: "Reve Edit", FLUX: "FLUX.2 Pro"}


@pytest.fixture(autouse=True)
def _offers_all(settings: Settings, media: Path) -> None:
    settings.MODELS = ["*"]


def ordered(browser: Client, *slugs: str, **fields: str) -> list[Edit]:
    answer = post(browser, as_json=True, model=",".join(slugs), **fields)
    assert answer.status_code == 201, answer.content
    return list(Edit.objects.filter(pk__in=[edit["id"] for edit in answer.json()["edits"]]))


@pytest.fixture
def compared(browser: Client, photo: Photo) -> list[Edit]:
    """Three finished results of one instruction."""
    edits = ordered(browser, *NAMES)
    done = {"state": State.SUCCEEDED, "result": photo, "due_at": None, "started_at": edits[0].created_at}
    Edit.objects.update(**done, ended_at=edits[0].created_at, cost=Decimal("0.04"))
    return [reloaded(edit) for edit in edits]


def test_one_instruction_goes_to_each_model_once_in_one_batch(browser: Client) -> None:
    edits = ordered(browser, SEEDEDIT, REVE, FLUX, FLUX, seed="77")
    assert {edit.model for edit in edits} == set(NAMES)
    assert len({(edit.batch, edit.prompt, edit.photo_id) for edit in edits}) == 1
    assert {edit.model: edit.seed for edit in edits} == {SEEDEDIT: 77, FLUX: 77, REVE: 0}
    assert {edit.model: edit.cost_reserved for edit in edits} == {
        SEEDEDIT: Decimal("0.05"),
        REVE: Decimal("0.04"),
        FLUX: Decimal("0.045"),
    }


def test_at_most_four_models_are_compared(browser: Client) -> None:
    five = [*NAMES, FIRERED, "google/nano-banana-2"]
    assert codes(post(browser, as_json=True, model=",".join(five))) == {"model": ["too_many_models"]}
    assert not Edit.objects.exists()


def test_variations_are_made_by_each_model(browser: Client) -> None:
    edits = ordered(browser, SEEDEDIT, REVE, variations="2")
    assert sorted(edit.model for edit in edits) == [SEEDEDIT] * 2 + [REVE] * 2


def test_the_grid_hides_the_names_until_one_is_picked(browser: Client, compared: list[Edit]) -> None:
    best = compared[0]
    assert browser.get(f"{edit_url(best)}?grid").context["is_blind"]
    assert 'class="variation-model"' not in browser.get(f"{edit_url(best)}?grid").text
    assert "Model hidden until" in text_of(browser.get(edit_url(best)))
    # Its cost would reveal the model.
    assert not re.search(r"Version \d · \$", text_of(browser.get(edit_url(best))))
    browser.post(f"{edit_url(best)}pick/")
    page = browser.get(f"{edit_url(best)}?grid")
    assert f"You picked the result by {NAMES[best.model]}." in text_of(page)
    assert f"{NAMES[best.model]}, your pick" in text_of(page)
    assert page.text.count('class="variation-model"') == 3
    assert re.search(r"Version \d · \$0\.04", text_of(page))
    assert "Model hidden until" not in text_of(page)


def test_a_choice_counts_once(browser: Client, alice: User, compared: list[Edit]) -> None:
    first, second, _third = compared
    blind.pick(first, alice)
    with pytest.raises(NotAllowed):
        blind.pick(second, alice)
    assert [edit.picked_at is not None for edit in map(reloaded, compared)] == [True, False, False]


def test_keeping_one_is_picking_it(browser: Client, compared: list[Edit]) -> None:
    browser.post(f"{edit_url(compared[1])}keep/")
    assert reloaded(compared[1]).picked_at
    assert [edit.deleted_at is None for edit in map(reloaded, compared)] == [False, True, False]


def test_only_the_owner_picks(signed_in: SignIn, browser: Client, bob: User, compared: list[Edit]) -> None:
    assert signed_in(bob).post(f"{edit_url(compared[0])}pick/").status_code == 404
    assert browser.get(f"{edit_url(compared[0])}pick/").status_code == 405


def test_variations_of_one_model_hide_nothing(browser: Client, alice: User, photo: Photo) -> None:
    edits = ordered(browser, SEEDEDIT, variations="2")
    assert not blind.is_blind(edits)
    assert "SeedEdit 3" in text_of(browser.get(edit_url(edits[0])))


def test_when_there_is_nothing_to_choose_between_nothing_is_hidden(compared: list[Edit]) -> None:
    for edit in compared[1:]:
        Edit.objects.filter(pk=edit.pk).update(state=State.FAILED, failure_code="model_failed")
    assert not blind.is_blind(blind.compared_with(compared[0]))


def hides(browser: Client, edit: Edit, page: str = "") -> bool:
    """Whether a page of this edit, made by Reve Edit or SeedEdit, reveals neither model nor price."""
    # The composer names every model that is offered, whichever made this result.
    answer = browser.get(f"{edit_url(edit)}{page}")
    answer.content = re.sub(rb'<form class="composer".*?</form>', b"", answer.content, flags=re.DOTALL)
    text = " ".join(text_of(answer).split())
    told = re.search(rf"Model {NAMES[edit.model]}|Cost \$0\.04|· \$0\.04", text)
    assert "Created" in text
    return not told


def test_the_preview_of_sharing_hides_the_name_as_its_public_page_does(
    signed_in: SignIn, browser: Client, bob: User, compared: list[Edit]
) -> None:
    edit = compared[0]
    Edit.objects.filter(pk=compared[1].pk).update(visibility="public")
    assert hides(browser, edit, "share/")
    assert hides(signed_in(bob), compared[1])
    browser.post(f"{edit_url(edit)}pick/")
    assert not hides(browser, edit, "share/")
    assert not hides(signed_in(bob), compared[1])


def test_what_is_made_from_a_compared_result_hides_its_model_too(browser: Client, alice: User, compared: list[Edit]) -> None:
    edit = next(edit for edit in compared if edit.model == FLUX)
    fields = {"parent": edit, "model": edit.model, "sent_percent": 0, "result": edit.result}
    kept = edit_in(State.SUCCEEDED, alice, edit.photo, **fields)
    again = edit
    for nonce in ("one", "two"):
        # Another variation, and a further variation of that one.
        browser.post(f"{edit_url(again)}retry/", {"seed": "new", "nonce": nonce})
        again = Edit.objects.get(nonce=nonce)
        done = {"state": State.SUCCEEDED, "result": edit.result, "due_at": None, "cost": Decimal("0.04")}
        Edit.objects.filter(pk=again.pk).update(**done, started_at=again.created_at, ended_at=again.created_at)
    assert hides(browser, kept)
    assert hides(browser, again)
    browser.post(f"{edit_url(again)}retry/", {"seed": "new", "nonce": "other", "model": REVE})
    assert not hides(browser, Edit.objects.get(nonce="other"))
    browser.post(f"{edit_url(compared[0])}pick/")
    assert not hides(browser, kept)
    assert not hides(browser, again)


def test_a_deleted_result_takes_part_until_it_is_gone_for_good(browser: Client, compared: list[Edit]) -> None:
    left, *deleted = compared
    for edit in deleted:
        browser.post(f"{edit_url(edit)}delete/")
    assert hides(browser, left)
    assert "Pick this" in text_of(browser.get(edit_url(left)))
    Edit.objects.filter(pk__in=[edit.pk for edit in deleted]).update(deleted_at=left.created_at - timedelta(days=400))
    assert not hides(browser, left)
    assert "Pick this" not in text_of(browser.get(edit_url(left)))


def test_what_is_left_can_be_picked_and_then_restoring_hides_nothing(browser: Client, alice: User, compared: list[Edit]) -> None:
    left, *deleted = compared
    for edit in deleted:
        browser.post(f"{edit_url(edit)}delete/")
    browser.post(f"{edit_url(left)}pick/")
    assert reloaded(left).picked_at
    trash.restore(deleted[0], alice)
    assert not hides(browser, left)
    assert not hides(browser, deleted[0])


def test_scripts_know_what_they_asked_for(browser: Client, compared: list[Edit]) -> None:
    assert {browser.get(status_url(edit)).json()["model"] for edit in compared} == set(NAMES)


def test_the_record_counts_what_became_of_each_model(browser: Client, alice: User, photo: Photo, compared: list[Edit]) -> None:
    by_model = {edit.model: edit for edit in compared}
    browser.post(f"{edit_url(by_model[REVE])}keep/")
    edit_in(State.FAILED, alice, photo, model=REVE)
    browser.post(f"{edit_url(by_model[REVE])}retry/", {"seed": "new", "nonce": "n"})
    record = model_record.records()[REVE]
    assert (record.edits, record.succeeded, record.failed, record.kept, record.retried) == (3, 1, 1, 1, 1)
    assert (record.picked, record.compared, record.cost) == (1, 1, Decimal("0.0400"))
    assert (model_record.records()[FLUX].picked, model_record.records()[FLUX].kept) == (0, 0)


def test_people_read_how_often_a_model_was_picked(browser: Client, alice: User, photo: Photo) -> None:
    for number in range(model_record.ENOUGH):
        batch = f"00000000-0000-4000-8000-00000000000{number}"
        picked = edit_in(State.SUCCEEDED, alice, photo, model=REVE, batch=batch)
        edit_in(State.SUCCEEDED, alice, photo, model=FLUX, batch=batch)
        Edit.objects.filter(pk=picked.pk).update(picked_at=picked.created_at)
    text = text_of(browser.get("/edits/new/"))
    assert "picked in 5 of 5 comparisons" in text
    assert "picked in 0 of 5 comparisons" in text
