"""One form, several edits: all or none, each with a seed of its own; and one instruction for many photos."""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from edits.jobs.flow_control import storage_health
from edits.models import Edit, Photo
from tests.files import files_in
from tests.fixtures import SignIn
from tests.forms import NEW_EDIT, codes, post
from tests.pages import Response

pytestmark = pytest.mark.django_db


def made(response: Response) -> dict[str, Any]:
    assert response.status_code == 201, response.content
    answer: dict[str, Any] = response.json()
    return answer


def test_a_person_is_led_to_all_variations_together(browser: Client) -> None:
    response = post(browser, variations="3")
    edits = Edit.objects.all()
    assert len(edits) == 3
    batch = edits[0].batch
    assert {edit.batch for edit in edits} == {batch}
    assert response.status_code == 302
    assert response["Location"] == f"/edits/?batch={batch}"
    page = browser.get(response["Location"]).content.decode()
    assert all(str(edit.pk) in page for edit in edits)


def test_a_program_gets_every_variation_and_the_first_where_the_only_one_was(browser: Client) -> None:
    answer = made(post(browser, as_json=True, variations="4"))
    assert len({edit["id"] for edit in answer["edits"]}) == 4
    assert {name: answer[name] for name in ("id", "url", "status_url")} == answer["edits"][0]
    assert answer["batch_url"] == f"/edits/?batch={answer['batch']}"


def test_variations_differ_in_their_seed_alone_and_the_first_has_the_one_that_was_asked_for(browser: Client) -> None:
    answer = made(post(browser, as_json=True, variations="4", seed="77"))
    edits = [Edit.objects.get(pk=edit["id"]) for edit in answer["edits"]]
    assert edits[0].seed == 77
    assert len({edit.seed for edit in edits}) == 4
    assert len({(edit.photo_id, edit.origin_id, edit.prompt, edit.guidance_scale, edit.watermark) for edit in edits}) == 1
    assert all(edit.events.get().kind == "created" for edit in edits)


@pytest.mark.parametrize("variations", ["", "1"])
def test_one_edit_is_no_batch(browser: Client, variations: str) -> None:
    response = post(browser, variations=variations)
    edit = Edit.objects.get()
    assert edit.batch is None
    assert response["Location"] == f"/edits/{edit.pk}/"


@pytest.mark.parametrize("value", ["0", "5", "-1", "some", "1.5", "9" * 5000, "1\x00"])
def test_there_are_1_to_4_variations(browser: Client, value: str) -> None:
    assert list(codes(post(browser, as_json=True, variations=value))) == ["variations"]
    assert post(browser, variations=value).status_code == 400
    assert not Edit.objects.exists()


@pytest.mark.parametrize("nonce", ["n", "n" * 64])
def test_the_same_form_sent_twice_gives_the_same_edits(browser: Client, nonce: str) -> None:
    first, second = (made(post(browser, as_json=True, variations="4", nonce=nonce)) for _ in range(2))
    assert first == second
    assert Edit.objects.count() == 4


def test_a_form_keeps_its_edits_however_its_nonce_resembles_another(browser: Client) -> None:
    made(post(browser, as_json=True, variations="4", nonce="a"))
    for nonce in ("a-2", "a2", "2 a"):
        made(post(browser, as_json=True, nonce=nonce))
    assert Edit.objects.count() == 7


def test_more_variations_than_the_day_has_edits_left_are_refused_together(
    browser: Client, settings: Settings, media: Path
) -> None:
    settings.EDITS_PER_DAY = 3
    page, answer = post(browser, variations="4"), post(browser, as_json=True, variations="4")
    assert (page.status_code, answer.status_code) == (429, 429)
    error = answer.json()["errors"]["__all__"][0]
    assert error["code"] == "edits_per_day"
    assert "left today (3)" in error["message"]
    assert "12:00 AM UTC" in error["message"]
    assert error["message"] in page.content.decode()
    assert not Edit.objects.exists()
    assert not [path for path in (media / "photos").rglob("*") if path.is_file()]
    assert post(browser, variations="3").status_code == 302


def test_more_variations_than_the_site_can_pay_are_refused_together(browser: Client, settings: Settings) -> None:
    settings.SPEND_PER_DAY = settings.PRICE_ESTIMATE * 2
    answer = post(browser, as_json=True, variations="3")
    assert answer.status_code == 429
    assert answer.json()["errors"]["__all__"][0]["code"] == "spend_per_day"
    assert "today (2)." in answer.json()["errors"]["__all__"][0]["message"]
    assert post(browser, variations="2").status_code == 302


def test_many_photos_share_a_batch(browser: Client) -> None:
    batch = uuid.uuid4()
    answers = [made(post(browser, as_json=True, name=name, batch=str(batch))) for name in ("rocket.jpg", "chelsea.png")]
    assert Photo.objects.count() == 2
    assert {edit.batch for edit in Edit.objects.all()} == {batch}
    assert {answer["batch_url"] for answer in answers} == {f"/edits/?batch={batch}"}


def test_variations_of_many_photos_are_one_batch(browser: Client) -> None:
    batch = uuid.uuid4()
    for name in ("rocket.jpg", "chelsea.png"):
        made(post(browser, as_json=True, name=name, batch=str(batch), variations="2"))
    assert Edit.objects.filter(batch=batch).count() == 4


def test_without_javascript_one_photo_of_a_batch_leads_to_its_own_page(browser: Client) -> None:
    response = post(browser, batch=str(uuid.uuid4()))
    assert response["Location"] == f"/edits/{Edit.objects.get().pk}/"


@pytest.mark.parametrize("value", ["junk", "1", "a\x00b", "'; drop table", "9" * 5000])
def test_a_batch_is_a_uuid(browser: Client, value: str) -> None:
    assert list(codes(post(browser, as_json=True, batch=value))) == ["batch"]
    assert post(browser, batch=value).status_code == 400


def test_nothing_can_be_added_to_another_owners_batch(browser: Client, alice: User, bob: User, signed_in: SignIn) -> None:
    batch = uuid.uuid4()
    mine = made(post(browser, as_json=True, batch=str(batch)))
    theirs = made(post(signed_in(bob), as_json=True, batch=str(batch)))
    page = signed_in(bob).get(f"/edits/?batch={batch}").content.decode()
    assert theirs["id"] in page
    assert mine["id"] not in page


def test_an_address_may_fill_in_the_instruction(browser: Client) -> None:
    page = browser.get(NEW_EDIT, {"prompt": "Snow <b>" + "x" * 3000 + "\x00"})
    assert page.status_code == 200
    assert page.context["form"]["prompt"].value() == ("Snow <b>" + "x" * 3000)[:2000]
    assert "Snow &lt;b&gt;" in page.content.decode()
    assert browser.get(NEW_EDIT, {"prompt": "a\x00b"}).context["form"]["prompt"].value() == "ab"


# --- where the photo cannot be stored ----------------------------------------------------------------------------------


def test_a_photo_that_another_sites_folder_would_swallow_is_refused_for_now(browser: Client, media: Path) -> None:
    assert storage_health.probe() is None
    aside = media.rename(media.with_name("aside"))
    media.mkdir()
    (media / storage_health.MARKER_NAME).write_text(f"{uuid.uuid4()}\n")
    response = post(browser, as_json=True)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert response.json()["errors"]["__all__"][0]["code"] == "storage_unavailable"
    assert not Edit.objects.exists()
    assert not files_in(media)
    shutil.rmtree(media)
    aside.rename(media)
    made(post(browser, as_json=True))


def test_a_full_disk_refuses_the_photo_and_keeps_what_was_typed(browser: Client, full_disk: Callable[[], None]) -> None:
    full_disk()
    response = post(browser, prompt="Give the cat a hat")
    assert response.status_code == 503
    assert "Give the cat a hat" in response.content.decode()
    assert not Photo.objects.exists()
