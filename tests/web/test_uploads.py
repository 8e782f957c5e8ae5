"""Bodies and files: nothing more is kept than a picture may have, and a stored file is whole."""

import errno
import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from edits.models import Photo
from edits.storage import DurableFileSystemStorage
from edits.web.uploads import LimitedUploadHandler
from tests.forms import NEW_EDIT, named
from tests.pages import Response
from tests.pictures import MIB, plain

pytestmark = pytest.mark.django_db


def received(handler: LimitedUploadHandler, size: int, name: str = "photo") -> Any:
    handler.new_file(name, "a.jpg", "image/jpeg", None)
    block = bytes(64 * 1024)
    for start in range(0, size, len(block)):
        handler.receive_data_chunk(block, start)
    return handler.file_complete(size)


def test_of_a_huge_upload_only_the_limit_is_kept_and_hardly_anything_in_memory() -> None:
    tracemalloc.start()
    file = received(LimitedUploadHandler(), 200 * MIB)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert file.size == 200 * MIB
    assert file.file.seek(0, io.SEEK_END) == 40 * MIB + 1
    assert peak < 10 * MIB


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux to tell which files a process has open")
def test_what_is_kept_on_disk_has_no_name_that_could_outlive_the_process() -> None:
    file = received(LimitedUploadHandler(), 5 * MIB)
    assert Path(f"/proc/self/fd/{file.file.fileno()}").readlink().name.endswith("(deleted)")


def test_a_small_upload_stays_in_memory() -> None:
    assert not received(LimitedUploadHandler(), MIB).file._rolled


class Unread(io.BytesIO):
    def read(self, *_: object) -> NoReturn:
        raise AssertionError("this body should not be read")


def far_too_large(browser: Client, **headers: Any) -> Response:
    form: dict[str, Any] = {
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": str(61 * MIB),
        "wsgi.input": Unread(),
    }
    return browser.generic("POST", NEW_EDIT, headers=headers, **form)


def test_a_body_far_over_the_limit_is_answered_before_it_is_read(browser: Client) -> None:
    page = far_too_large(browser)
    assert page.status_code == 413
    assert "This file is 61.0 MB. The limit is 10 MB." in page.content.decode()
    answer = far_too_large(browser, accept="application/json")
    assert answer.status_code == 413
    assert [error["code"] for error in answer.json()["errors"]["photo"]] == ["too_large"]


def test_a_body_in_chunks_is_told_what_is_missing(browser: Client) -> None:
    form: dict[str, Any] = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": "", "wsgi.input": Unread()}
    headers = {"transfer-encoding": "chunked"}
    assert "Content-Length" in browser.generic("POST", NEW_EDIT, headers=headers, **form).content.decode()
    answer = browser.generic("POST", NEW_EDIT, headers={**headers, "accept": "application/json"}, **form)
    assert answer.status_code == 411
    assert answer.json()["errors"]["__all__"][0]["code"] == "length_required"


def test_of_many_files_in_one_request_only_the_first_photo_is_kept(browser: Client) -> None:
    photos = [named(plain(64, 48)), named(bytes(1000))]
    others = {f"file{number}": named(bytes(MIB)) for number in range(20)}
    response = browser.post(NEW_EDIT, {**others, "photo": photos, "prompt": "Snow"})
    assert response.status_code == 302
    assert list(response.wsgi_request.FILES) == ["photo"]
    assert len(response.wsgi_request.FILES.getlist("photo")) == 1
    assert Photo.objects.get().width == 64


def test_a_hundred_and_one_files_are_refused(browser: Client) -> None:
    response = browser.post(NEW_EDIT, {f"file{number}": io.BytesIO(b"x") for number in range(101)})
    assert response.status_code == 400


def test_fields_of_megabytes_are_refused(browser: Client) -> None:
    assert browser.post(NEW_EDIT, {"prompt": "x" * 1_100_000}).status_code == 400


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    class FullDisk(ContentFile):  # type: ignore[type-arg]  # ContentFile[bytes] fails at runtime
        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            yield b"half"
            raise OSError(errno.ENOSPC, "No space left on device")

    storage = DurableFileSystemStorage(location=tmp_path)
    with pytest.raises(OSError, match="No space left"):
        storage.save("photos/ab/photo.jpg", FullDisk(b""))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert storage.save("photos/ab/photo.jpg", ContentFile(b"whole")) == "photos/ab/photo.jpg"
    assert [path.read_bytes() for path in tmp_path.rglob("*.*")] == [b"whole"]
