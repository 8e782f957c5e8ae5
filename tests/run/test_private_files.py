"""Pictures, database and keys are not for other users of the machine."""

import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from edits.storage import DurableFileSystemStorage, restrict_to_owner
from tests.run.site import RunningSite


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.processes
def test_what_make_run_keeps_is_for_its_owner_only(site: RunningSite) -> None:
    site.visitor.wait_for(site.visitor.upload("rocket.jpg", "Make it night"))
    kept = [site.data, *(path for name in ("media", "broker") for path in (site.data / name).rglob("*")), *site.data.glob("*")]
    assert {"db.sqlite3", "run.env", "media"} <= {path.name for path in kept}
    assert [path for path in kept if path.exists() and mode(path) & 0o077] == []


def test_the_folder_of_an_earlier_version_is_closed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "media" / "photos").mkdir(parents=True)
    for name in ("db.sqlite3", "db.sqlite3-wal", "run.env"):
        (data / name).touch(mode=0o644)
    restrict_to_owner(data)
    assert mode(data) == mode(data / "media") == 0o700
    assert {mode(path) for path in data.glob("*.*")} == {0o600}


def test_a_folder_that_everybody_shares_stays_shared(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    restrict_to_owner(tmp_path)
    assert mode(tmp_path) == 0o777 | stat.S_ISVTX


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere, data = tmp_path / "elsewhere", tmp_path / "data"
    data.mkdir()
    elsewhere.touch(mode=0o644)
    (data / "linked").symlink_to(elsewhere)
    restrict_to_owner(data)
    assert mode(elsewhere) == 0o644


def test_stored_pictures_are_for_the_owner_only(tmp_path: Path, settings: Any) -> None:
    storage = DurableFileSystemStorage(location=tmp_path / "media")
    storage.save("photos/ab/photo.jpg", ContentFile(b"whole"))
    assert mode(tmp_path / "media" / "photos" / "ab" / "photo.jpg") == 0o600
    assert {mode(folder) for folder in (tmp_path / "media" / "photos", tmp_path / "media" / "photos" / "ab")} == {0o700}
