"""The form over HTTP, as a page and as JSON: every refusal, every default, one edit per form."""

import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from edits.models import Edit, Photo, State
from tests.fixtures import SignIn
from tests.forms import NEW_EDIT, codes, named, post
from tests.photos import photo_path
from tests.pictures import FOREIGN, MIB, encoded, jpeg_cut_at, plain
from tests.rows import present

pytestmark = pytest.mark.django_db


def huge() -> bytes:
    return encoded(Image.new("1", (10_000, 5_001)))


REFUSALS = {
    "empty": lambda: b"",
    "too_large": lambda: bytes(10 * MIB + 1),
    "unsupported_format": lambda: FOREIGN["GIF"],
    "unreadable": lambda: jpeg_cut_at(0.6),
    "too_small": lambda: plain(14, 30),
    "aspect_ratio": lambda: plain(300, 100),
    "too_many_pixels": huge,
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refused_photo_keeps_what_was_typed(browser: Client, code: str) -> None:
    response = post(browser, photo=named(REFUSALS[code]()), prompt="Give the cat a <hat>")
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/html")
    assert response.context["form"].errors.as_data()["photo"][0].code == code
    page = response.content.decode()
    assert "Give the cat a &lt;hat&gt;" in page
    assert response.context["form"].errors["photo"][0].split(";")[0] in page
    assert not Edit.objects.exists()


@pytest.mark.parametrize("code", REFUSALS)
def test_a_program_gets_the_code_and_the_sentence(browser: Client, code: str) -> None:
    response = post(browser, as_json=True, photo=named(REFUSALS[code]()))
    assert codes(response) == {"photo": [code]}
    assert len(response.json()["errors"]["photo"][0]["message"]) > 10


def test_a_photo_is_required(browser: Client) -> None:
    assert codes(post(browser, as_json=True, without=["photo"])) == {"photo": ["required"]}
    page = post(browser, without=["photo"], prompt="Only words")
    assert page.status_code == 400
    assert "Only words" in page.content.decode()


def test_text_in_the_place_of_the_file_is_no_photo(browser: Client) -> None:
    assert codes(post(browser, as_json=True, photo="rocket.jpg")) == {"photo": ["required"]}


def test_how_large_a_file_was_is_said_although_it_was_not_kept(browser: Client) -> None:
    response = post(browser, as_json=True, photo=named(bytes(12 * MIB)))
    assert response.json()["errors"]["photo"][0]["message"] == "This file is 12.0 MB. The limit is 10 MB."


def test_a_file_one_byte_over_the_limit_never_reads_as_the_limit(browser: Client) -> None:
    response = post(browser, as_json=True, photo=named(bytes(10 * MIB + 1)))
    assert response.json()["errors"]["photo"][0]["message"] == "This file is 10.1 MB. The limit is 10 MB."


@pytest.mark.parametrize("value", ["0.99", "10.01", "nan", "inf", "-inf", "much", "1e400", "4,0"])
def test_guidance_from_1_to_10(browser: Client, value: str) -> None:
    assert list(codes(post(browser, as_json=True, guidance_scale=value))) == ["guidance_scale"]


@pytest.mark.parametrize("value", ["-1", "some", "2147483648", "1.5", "9" * 5000, "1e3"])
def test_a_seed_is_a_number_that_the_model_takes(browser: Client, value: str) -> None:
    assert list(codes(post(browser, as_json=True, seed=value))) == ["seed"]


@pytest.mark.parametrize(
    ("value", "code"),
    [("", "required"), ("  \n ", "required"), ("x" * 2001, "max_length"), ("a\x00b", "null_characters_not_allowed")],
)
def test_an_instruction_has_to_say_something_and_not_too_much(browser: Client, value: str, code: str) -> None:
    assert codes(post(browser, as_json=True, prompt=value)) == {"prompt": [code]}
    assert post(browser, prompt=value).status_code == 400


def test_nul_in_a_nonce_is_refused_and_not_a_crash(browser: Client) -> None:
    assert codes(post(browser, as_json=True, nonce="a\x00b")) == {"nonce": ["null_characters_not_allowed"]}
    assert codes(post(browser, as_json=True, nonce="n" * 65)) == {"nonce": ["max_length"]}


@pytest.mark.parametrize(("field", "value"), [("guidance_scale", "1"), ("guidance_scale", "10"), ("seed", "2147483647")])
def test_the_limits_themselves_are_allowed(browser: Client, field: str, value: str) -> None:
    assert post(browser, as_json=False, **{field: value}).status_code == 302
    assert str(getattr(Edit.objects.get(), field)).removesuffix(".0") == value


def test_the_longest_instruction_in_any_script_is_kept_as_it_is(browser: Client) -> None:
    words = "雪を降らせて 🐈 " * 200
    assert post(browser, prompt=words[:2000]).status_code == 302
    assert Edit.objects.get().prompt == words[:2000].strip()


def test_success_leads_a_person_to_the_edit(browser: Client, alice: User) -> None:
    response = post(browser, watermark="on", guidance_scale="5.5")
    edit = Edit.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/edits/{edit.pk}/"
    assert (edit.owner, edit.prompt, edit.guidance_scale, edit.watermark, edit.seed) == (alice, "Make it night", 5.5, True, 7)
    assert browser.get(response["Location"]).status_code == 200


def test_success_tells_a_program_where_to_look(browser: Client) -> None:
    response = post(browser, as_json=True)
    edit = Edit.objects.get()
    assert response.status_code == 201
    found = {"id": str(edit.pk), "url": f"/edits/{edit.pk}/", "status_url": f"/edits/{edit.pk}/status/"}
    assert response.json() == {**found, "edits": [found], "batch": None, "batch_url": None}


def test_what_is_left_out_has_the_models_defaults(browser: Client) -> None:
    response = browser.post(NEW_EDIT, {"photo": named(plain(64, 48)), "prompt": "Snow"})
    assert response.status_code == 302
    edit = Edit.objects.get()
    assert (edit.guidance_scale, edit.watermark) == (4.0, False)
    assert 0 < edit.seed <= 2_147_483_647


def test_a_seed_of_0_is_drawn(browser: Client) -> None:
    post(browser, seed="0")
    post(browser, seed="0")
    seeds = set(Edit.objects.values_list("seed", flat=True))
    assert len(seeds) == 2
    assert 0 not in seeds


def test_without_a_broker_the_edit_is_queued_and_the_answer_is_quick(browser: Client) -> None:
    begun = time.perf_counter()
    assert post(browser).status_code == 302
    assert time.perf_counter() - begun < 5
    edit = Edit.objects.get()
    assert edit.state == State.QUEUED
    assert present(edit.due_at) <= timezone.now()


def test_the_same_form_sent_twice_is_one_edit(browser: Client) -> None:
    nonce = uuid.uuid4().hex
    first, second = (post(browser, as_json=True, nonce=nonce) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Edit.objects.count() == 1


def test_nonces_of_two_owners_do_not_collide(browser: Client, signed_in: SignIn, bob: User) -> None:
    nonce = uuid.uuid4().hex
    post(browser, nonce=nonce)
    post(signed_in(bob), nonce=nonce)
    assert sorted(Edit.objects.values_list("owner__username", flat=True)) == ["alice", "bob"]


def test_forms_without_a_nonce_are_edits_of_their_own(browser: Client) -> None:
    for _ in range(2):
        assert post(browser, without=["nonce"]).status_code == 302
    assert Edit.objects.count() == 2


def test_every_drawn_form_has_a_nonce_of_its_own_and_a_refused_one_keeps_it(browser: Client) -> None:
    first, second = (browser.get(NEW_EDIT).context["form"]["nonce"].value() for _ in range(2))
    assert first != second
    assert f'value="{first}"' in post(browser, nonce=first, prompt="").content.decode()


def test_the_same_picture_twice_is_stored_once(browser: Client, media: Path) -> None:
    for _ in range(2):
        post(browser)
    assert Photo.objects.count() == 1
    assert len([path for path in (media / "photos").rglob("*") if path.is_file()]) == 3


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [("EDITS_PER_DAY", 1, "all your edits for today"), ("SPEND_PER_DAY", "0.06", "used its budget for today")],
)
def test_over_quota_it_says_when_it_renews(browser: Client, settings: Settings, limit: str, value: Any, words: str) -> None:
    setattr(settings, limit, type(getattr(settings, limit))(value))
    assert post(browser).status_code == 302
    page, answer = post(browser, prompt="One more"), post(browser, as_json=True)
    assert (page.status_code, answer.status_code) == (429, 429)
    text = page.content.decode()
    assert words in text
    assert "One more" in text
    assert "12:00 AM UTC" in text
    assert answer.json()["errors"]["__all__"][0]["code"] == limit.lower()
    assert Edit.objects.count() == 1


def test_the_over_quota_photo_is_not_kept(browser: Client, settings: Settings, media: Path) -> None:
    settings.EDITS_PER_DAY = 1
    post(browser)
    post(browser, name="chelsea.png")
    assert Photo.objects.count() == 1
    assert len([path for path in (media / "photos").rglob("*") if path.is_file()]) == 3


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "photo",
        "x" * 300 + ".jpg",
        "a\"b;c'd.jpg",
        "Фото кота.jpg",
        "photo.php",
        "CON.jpg",
        "photo.jpg\u202egpj.exe",
    ],
)
def test_what_the_file_is_called_does_not_matter(browser: Client, media: Path, name: Any) -> None:
    assert post(browser, photo=named(photo_path("rocket.jpg").read_bytes(), name)).status_code == 302
    stored = [path.name for path in (media / "photos").rglob("*") if path.is_file()]
    assert len(stored) == 3
    assert all(path.endswith(("-photo.jpg", "-card.webp", "-page.webp")) for path in stored)


@pytest.mark.parametrize("content_type", ["text/html", "application/x-php", "image/svg+xml", "", "not a type"])
def test_what_the_browser_says_the_file_is_does_not_matter(browser: Client, content_type: str) -> None:
    assert post(browser, photo=named(photo_path("rocket.jpg").read_bytes(), "x.html", content_type)).status_code == 302
    assert Photo.objects.get().format == "JPEG"


def test_a_page_that_calls_itself_a_photo_is_refused(browser: Client) -> None:
    assert codes(post(browser, as_json=True, photo=named(FOREIGN["HTML"], "photo.png", "image/png"))) == {
        "photo": ["unsupported_format"]
    }


@pytest.mark.parametrize(
    "body", [b"", b"junk", b"--x\r\n", b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\nhalf']
)
def test_a_broken_body_is_a_refused_form(browser: Client, body: bytes) -> None:
    assert browser.post(NEW_EDIT, body, content_type="multipart/form-data; boundary=x").status_code == 400


@pytest.mark.parametrize("accept", ["*/*", "", "text/html,application/json;q=0.5", "junk", "image/webp"])
def test_a_browser_gets_a_page_whatever_else_it_accepts(browser: Client, accept: str) -> None:
    response = browser.post(NEW_EDIT, {"prompt": "x"}, headers={"accept": accept})
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "accept", ["application/json", "application/json, text/plain, */*", "application/json;q=1.0,text/html;q=0.1"]
)
def test_a_program_gets_json(browser: Client, accept: str) -> None:
    assert browser.post(NEW_EDIT, {"prompt": "x"}, headers={"accept": accept})["Content-Type"] == "application/json"


def test_the_form_is_shown_with_samples_and_what_is_left(browser: Client, settings: Settings) -> None:
    settings.EDITS_PER_DAY = 5
    post(browser)
    response = browser.get(NEW_EDIT)
    assert response.status_code == 200
    assert response.context["remaining"] == 4
    assert "4 edits left today" in response.content.decode()
