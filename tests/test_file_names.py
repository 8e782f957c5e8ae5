"""A photo keeps the file name that its owner knows, in lists, in the search and in downloads, and nobody else learns it."""

import io
import uuid
import zipfile

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from edits.gallery import downloads, redaction
from edits.models import Edit, Photo, State, Visibility
from edits.web.addresses import edit_url
from tests.fixtures import SignIn
from tests.pages import content_of, ids_in
from tests.photos import photo_path
from tests.rows import edit_in, reloaded

pytestmark = pytest.mark.django_db


def sent(browser: Client, name: str, **fields: object) -> Edit:
    """An edit of a file with this name, sent by the form."""
    file = io.BytesIO(photo_path("rocket.jpg").read_bytes())
    file.name = name
    answer = browser.post("/edits/new/", {"photo": file, "prompt": "Make it night", "nonce": uuid.uuid4().hex, **fields})
    assert answer.status_code == 302
    return Edit.objects.latest("created_at")


def test_the_name_of_the_file_is_kept_and_found(browser: Client, media: object) -> None:
    edit = sent(browser, "IMG_2100.jpg")
    sent(browser, "IMGX2100.jpg")
    assert edit.file_name == "IMG_2100.jpg"
    assert ids_in(browser.get("/edits/?q=img_2100")) == [edit.pk]
    assert "IMG_2100.jpg" in browser.get("/edits/").text


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/pass\x07wd.jpg", "passwd.jpg"),
        ("x" * 150 + ".jpeg", "x" * 95 + ".jpeg"),
        ("Ümläut 📷.jpg", "Ümläut 📷.jpg"),
    ],
)
def test_a_strange_name_is_cleaned(browser: Client, media: object, name: str, kept: str) -> None:
    assert sent(browser, name).file_name == kept


def test_versions_have_the_name_of_the_photo_they_began_with(browser: Client, media: object) -> None:
    first = sent(browser, "IMG_2100.jpg")
    answer = browser.post("/edits/new/", {"version": str(first.pk), "side": "source", "prompt": "Make it day"})
    assert answer.status_code == 302
    assert {edit.file_name for edit in Edit.objects.all()} == {"IMG_2100.jpg"}


def test_a_zip_and_a_download_of_the_owner_are_named_after_the_file(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, file_name="IMG_2100.HEIC")
    archive = content_of(browser.post("/edits/selection/", {"action": "zip", "id": str(edit.pk)}))
    assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == ["IMG_2100.jpg", "IMG_2100-reword.jpg"]
    assert 'filename="IMG_2100-reword.jpg"' in browser.get(f"{edit_url(edit)}result?download")["Content-Disposition"]


def test_nobody_else_learns_the_name(browser: Client, signed_in: SignIn, bob: User, alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, file_name="Aunt Eulalia.jpg", visibility=Visibility.PUBLIC)
    link = browser.post(f"{edit_url(edit)}link/", {"days": 7}, headers={"Accept": "application/json"}).json()["url"]
    for visitor in (Client(), signed_in(bob)):
        for path in ("/", edit_url(edit), link):
            assert "Eulalia" not in visitor.get(path).text
        assert "Eulalia" not in visitor.get(f"{edit_url(edit)}result?download")["Content-Disposition"]
    assert "Eulalia" not in browser.get(f"{link}result?download")["Content-Disposition"]


def test_the_name_goes_with_the_words(alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, file_name="Aunt Eulalia.jpg")
    redaction.redact(Edit.objects.filter(pk=edit.pk))
    assert reloaded(edit).file_name == ""


def test_a_batch_is_one_page_in_the_order_of_upload(browser: Client, alice: User, photo: Photo) -> None:
    batch, now = uuid.uuid4(), timezone.now()
    made = {
        place: edit_in(
            State.SUCCEEDED, alice, photo, batch=batch, batch_place=place, created_at=now, file_name=f"IMG_{place}.jpg"
        )
        for place in (17, 3, 0, *range(4, 17), 1, 2)
    }
    page = browser.get("/edits/", {"batch": str(batch)})
    assert ids_in(page) == [made[place].pk for place in sorted(made)]
    assert page.context["older_url"] is None
    assert 'class="card-file">IMG_3.jpg<' in page.text


def test_the_form_takes_the_place_of_a_photo_in_its_batch(browser: Client, media: object) -> None:
    assert sent(browser, "a.jpg", batch=str(uuid.uuid4()), place="7").batch_place == 7


def test_a_batch_that_is_pending_has_one_estimate(browser: Client, alice: User, photo: Photo) -> None:
    batch = uuid.uuid4()
    edit_in(State.SUCCEEDED, alice, photo)
    for _ in range(4):
        edit_in(State.QUEUED, alice, photo, batch=batch)
    assert browser.get("/edits/", {"batch": str(batch)}).text.count(" left") == 1


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("a:c*?|<1>.jpg", "a_c____1_-reword.jpg"),
        ("CON.jpg", "_CON-reword.jpg"),
        ("lpt1.png.jpg", "_lpt1.png-reword.jpg"),
        ("   .jpg", "photo-reword.jpg"),
        ("Übung 7 – Größe .jpg", "Übung 7 – Größe-reword.jpg"),
    ],
)
def test_a_name_is_one_that_every_system_can_store(alice: User, photo: Photo, name: str, offered: str) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, file_name=name)
    assert downloads.download_name(edit, "after", is_own=True) == offered
