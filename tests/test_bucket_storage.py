"""Pictures in a bucket: a real S3 server, and the same promises as with a disk."""

import io
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from edits.accounts import retention
from edits.bucket_storage import BucketStorage
from edits.gallery import trash
from edits.jobs import engine
from edits.jobs.flow_control import storage_health
from edits.models import Edit, EventCode, MediaMarker, Photo
from edits.storage import pictures
from edits.wiro.sandbox import SandboxServer
from tests.buckets import BUCKET, SECRET, BucketServer, UseBucket
from tests.conftest import advance_to_rest
from tests.faults.proxy import Disruption, Proxy
from tests.fixtures import NewEdit

pytestmark = pytest.mark.django_db

NAME = "photos/ab/cd-photo.jpg"


@pytest.fixture
def media(use_bucket: UseBucket, tmp_path: Path) -> Path:
    """Replaces the media folder of other tests: here pictures go to the bucket, and this folder stays empty."""
    use_bucket()
    return tmp_path / "media"


def test_a_picture_is_stored_listed_read_and_removed(use_bucket: UseBucket, bucket: BucketServer) -> None:
    stored = use_bucket()
    began = time.time() - 2
    assert stored.save(NAME, ContentFile(b"whole")) == NAME
    assert bucket.files() == [NAME]
    assert stored.exists(NAME)
    with stored.open(NAME) as file:
        assert file.read() == b"whole"
    assert stored.listdir("photos") == (["ab"], [])
    assert stored.listdir("photos/ab") == ([], ["cd-photo.jpg"])
    ((name, stored_at),) = stored.stored_at("photos/ab/")
    assert name == NAME
    assert began < stored_at < time.time() + 2
    stored.delete(NAME)
    stored.delete(NAME)
    assert not stored.exists(NAME)
    with pytest.raises(FileNotFoundError):
        stored.open(NAME)


def test_an_upload_that_breaks_off_is_an_error_and_leaves_nothing(use_bucket: UseBucket, bucket: BucketServer) -> None:
    with Proxy(bucket.port) as proxy:
        proxy.disruption(Disruption(b"PUT ", count=2, cut_after=2000))
        stored = use_bucket(endpoint_url=f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(OSError, match="does not answer"):
            stored.save(NAME, ContentFile(bytes(200_000)))
    assert bucket.files() == []


def test_a_bucket_that_confirms_something_else_is_not_believed(
    use_bucket: UseBucket, bucket: BucketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = use_bucket()
    client = cast(BucketStorage, storages["default"])._client
    put = client.put_object
    monkeypatch.setattr(client, "put_object", lambda **sent: put(**sent) | {"ETag": '"encrypted"'})
    assert stored.save(NAME, ContentFile(b"whole")) == NAME
    monkeypatch.setattr(client, "head_object", lambda **_: {"ContentLength": 3})
    with pytest.raises(OSError, match="3 of 5 bytes"):
        stored.save(NAME, ContentFile(b"whole"))


@pytest.mark.parametrize(
    ("changes", "code", "refused"),
    [
        ({}, "", False),
        ({"bucket_name": "another"}, "wrong_media", True),
        ({"secret_key": "wrong"}, "forbidden", True),
        ({"endpoint_url": "http://127.0.0.1:9"}, "unreachable", False),
    ],
)
def test_what_is_wrong_with_the_bucket_has_a_name_and_a_start_is_refused_where_waiting_does_not_help(
    use_bucket: UseBucket, changes: dict[str, str], code: str, refused: bool
) -> None:
    use_bucket(**changes)
    found = storage_health.problem()
    assert (found.code if found else "") == code
    assert bool(storage_health.refusal()) == refused


def test_the_bucket_of_another_site_is_refused(use_bucket: UseBucket, new_edit: NewEdit, media: Path) -> None:
    new_edit()
    own = MediaMarker.objects.get().media_id
    MediaMarker.objects.update(media_id="6d0f3f0e-4b0c-4a57-9a3e-6f1f5d0f6a11")
    assert storage_health.refusal() == f"the bucket {BUCKET} is not the one that belongs to this database"
    MediaMarker.objects.update(media_id=own)
    assert storage_health.refusal() == ""
    # A database without pictures would consider all existing ones unreferenced.
    for rows in (Edit, Photo, MediaMarker):
        rows.objects.all().delete()
    assert "not the one that belongs to this database" in storage_health.refusal()


def test_an_edit_goes_all_the_way_with_its_pictures_in_the_bucket(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path, bucket: BucketServer
) -> None:
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert len(bucket.files()) == 7
    assert not media.exists()
    output = io.StringIO()
    call_command("verify", stdout=output)
    assert output.getvalue() == "7 files, 0 rows that lack files, 0 files without a row.\n"


def test_a_bucket_that_is_away_loses_no_result_and_stops_new_paid_work(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path, bucket: BucketServer
) -> None:
    edit, waiting = new_edit(), new_edit()
    while edit.state != "fetching":
        engine.advance(edit.pk)
        edit = Edit.objects.get(pk=edit.pk)
    bucket.stop()
    storage_health.invalidate()
    for _ in range(2):
        Edit.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        engine.advance(edit.pk)
        engine.advance(waiting.pk)
    edit, waiting = Edit.objects.get(pk=edit.pk), Edit.objects.get(pk=waiting.pk)
    assert (edit.state, edit.fruitless_claims, waiting.state) == ("fetching", 0, "queued")
    assert edit.events.filter(code=EventCode.WAITING_FOR_STORAGE).exists()
    assert len(sandbox.runs()) == 1
    bucket.start()
    storage_health.invalidate()
    assert [advance_to_rest(each).state for each in (edit, waiting)] == ["succeeded", "succeeded"]


def test_while_the_bucket_is_away_pages_work_and_forms_and_pictures_say_when_to_come_back(
    browser: Client, new_edit: NewEdit, media: Path, bucket: BucketServer
) -> None:
    edit = new_edit()
    bucket.stop()
    storage_health.invalidate()
    for page in ("/edits/", f"/edits/{edit.pk}/", f"/edits/new/?version={edit.pk}&side=source"):
        assert browser.get(page).status_code == 200
    for picture in ("source", "source/card"):
        answer = browser.get(f"/edits/{edit.pk}/{picture}")
        assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    upload = {"photo": io.BytesIO(b""), "prompt": "x"}
    assert browser.post("/edits/new/", upload).status_code == 400
    checks = browser.get("/readyz").json()["checks"]
    assert (checks["storage"]["ok"], checks["storage"]["code"], checks["disk"]["ok"]) == (False, "unreachable", True)


def test_what_no_row_names_is_removed_after_a_day_and_the_trash_is_emptied(
    new_edit: NewEdit, media: Path, bucket: BucketServer
) -> None:
    edit = new_edit()
    kept = bucket.files()
    pictures().save(NAME, ContentFile(b"nobody's"))
    assert retention.clean_up() == 0
    assert retention.clean_up(older_than=-5) == 1
    assert bucket.files() == kept
    Edit.objects.filter(pk=edit.pk).update(state="canceled", due_at=None, ended_at=timezone.now())
    trash.delete(Edit.objects.get(pk=edit.pk), edit.owner)
    Edit.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    retention.clean_up()
    assert bucket.files() == []


def test_pictures_that_cannot_be_removed_now_are_removed_by_a_later_cleanup(
    new_edit: NewEdit, media: Path, bucket: BucketServer
) -> None:
    edit = new_edit()
    Edit.objects.filter(pk=edit.pk).update(state="canceled", due_at=None, ended_at=timezone.now())
    trash.delete(Edit.objects.get(pk=edit.pk), edit.owner)
    bucket.stop()
    trash.delete_for_good(Edit.objects.get(pk=edit.pk), edit.owner)
    bucket.start()
    assert len(bucket.files()) == 3
    assert retention.clean_up(older_than=-5) == 3


def test_a_signed_address_opens_one_picture_for_a_while(use_bucket: UseBucket, bucket: BucketServer) -> None:
    stored = use_bucket(signed_for=("wiro",))
    for name in (NAME, "photos/ab/other.jpg"):
        stored.save(name, ContentFile(b"whole"))
    assert stored.signed_url(NAME, "browsers", seconds=600, content_type="image/jpeg") == ""
    url = stored.signed_url(NAME, "wiro", seconds=600, content_type="image/jpeg", file_name="source-1.jpg")
    answer = requests.get(url, timeout=10)
    assert (answer.content, answer.headers["Content-Type"]) == (b"whole", "image/jpeg")
    assert SECRET not in url
    assert not requests.get(url.replace("cd-photo", "other"), timeout=10).ok
    assert not requests.get(url.partition("?")[0], timeout=10).ok
    brief = stored.signed_url(NAME, "wiro", seconds=1, content_type="image/jpeg")
    time.sleep(2.1)
    assert not requests.get(brief, timeout=10).ok


def test_wiro_reads_the_photo_from_the_bucket_and_each_attempt_has_its_own_address(
    use_bucket: UseBucket, sandbox: SandboxServer, new_edit: NewEdit, bucket: BucketServer
) -> None:
    use_bucket(signed_for=("wiro",))
    sandbox.faults.add("Run", "http", status=500)
    assert advance_to_rest(new_edit()).state == "unconfirmed"
    assert advance_to_rest(new_edit()).state == "succeeded"
    addresses = [str(run.parameters["inputImageUrl"]) for run in sandbox.runs()]
    assert all(address.startswith(f"{bucket.url}/{BUCKET}/photos/") for address in addresses)
    names = {re.findall(r"source-\w+\.jpg", address)[0] for address in addresses}
    assert len(names) == len(addresses) >= 2


def test_a_task_whose_answer_was_lost_is_found_by_the_address_in_the_bucket(
    use_bucket: UseBucket, sandbox: SandboxServer, new_edit: NewEdit
) -> None:
    use_bucket(signed_for=("wiro",))
    sandbox.faults.add("Run", "reset", after=True)
    edit = advance_to_rest(new_edit())
    assert (edit.state, len(sandbox.runs())) == ("succeeded", 1)


def test_browsers_are_sent_to_the_bucket_for_previews_that_they_may_see(
    use_bucket: UseBucket, browser: Client, client: Client, new_edit: NewEdit, media: Path
) -> None:
    use_bucket(signed_for=("wiro", "browsers"))
    page = f"/edits/{new_edit().pk}/source"
    for size in ("card", "page"):
        answer = browser.get(f"{page}/{size}")
        assert answer.status_code == 302
        picture = requests.get(answer["Location"], timeout=10)
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/webp")
        assert answer["Cache-Control"] == "private, max-age=300"
        assert client.get(f"{page}/{size}").status_code == 404
    # Labeled pictures and downloads, which need a file name, come from the site itself.
    assert browser.get(page).status_code == 200


def test_a_worker_that_is_started_with_the_wrong_bucket_says_so(use_bucket: UseBucket) -> None:
    use_bucket(bucket_name="another")
    with pytest.raises(CommandError, match=r"bucket another: .*there is no such bucket"):
        call_command("dispatch")
