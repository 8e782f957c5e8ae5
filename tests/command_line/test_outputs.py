"""Results are there completely or not at all, replace nothing unasked, and no photo is ever overwritten."""

import errno
import os
from decimal import Decimal
from pathlib import Path
from unittest.mock import Mock

import pytest

from edits.command_line.outcomes import Job, Made, NotDone, Refused, Status
from edits.command_line.outputs import jobs_for, prepare_folders, writer

MADE = Made("1", Decimal("0.03"))


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path / "photo.jpg", tmp_path / "out" / "photo.jpg")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()


def test_a_result_appears_under_its_name_and_nothing_else_is_left(job: Job) -> None:
    writer(force=False)(job, b"picture", MADE)
    assert job.output.read_bytes() == b"picture"
    assert os.listdir(job.output.parent) == ["photo.jpg"]
    assert job.output.stat().st_mode & 0o400


def test_what_is_there_is_replaced_only_with_force(job: Job) -> None:
    job.output.write_bytes(b"mine")
    with pytest.raises(NotDone, match="not replaced"):
        writer(force=False)(job, b"picture", MADE)
    assert job.output.read_bytes() == b"mine"
    writer(force=True)(job, b"picture", MADE)
    assert job.output.read_bytes() == b"picture"
    assert os.listdir(job.output.parent) == ["photo.jpg"]


@pytest.mark.parametrize("is_there", [False, True])
def test_a_file_system_without_links_replaces_nothing_either(job: Job, monkeypatch: pytest.MonkeyPatch, is_there: bool) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    if is_there:
        job.output.write_bytes(b"mine")
        with pytest.raises(NotDone, match="not replaced"):
            writer(force=False)(job, b"picture", MADE)
    else:
        writer(force=False)(job, b"picture", MADE)
        assert job.output.read_bytes() == b"picture"


def test_what_a_killed_command_left_unfinished_is_removed_and_nothing_else(job: Job) -> None:
    left, other = job.output.parent / ".photo.jpg.abcdefgh.part", job.output.parent / ".other.jpg.abcdefgh.part"
    for path in (left, other):
        path.write_bytes(b"half")
    prepare_folders([job], job.output.parent)
    assert (left.exists(), other.exists()) == (False, True)


def test_photos_with_the_same_stem_have_results_of_their_own(tmp_path: Path) -> None:
    jobs = jobs_for([tmp_path / "a.jpg", tmp_path / "a.png"], None, tmp_path / "out")
    assert [job.output.name for job in jobs] == ["a.jpg", "a.png"]


@pytest.mark.parametrize(
    ("photos", "output", "folder", "words"),
    [
        (["a.jpg", "b.jpg"], "c.jpg", None, "several photos"),
        (["a.jpg", "x/a.jpg"], None, "out", "called a.jpg"),
        (["a.jpg", "b.jpg"], None, ".", "is one of the photos"),
        (["a.jpg"], "a.jpg", None, "is one of the photos"),
    ],
)
def test_what_would_lose_a_photo_or_a_result_is_refused(
    photos: list[str], output: str | None, folder: str | None, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        jobs_for([*map(Path, photos)], (output and Path(output)) or None, (folder and Path(folder)) or None)


def test_a_folder_that_cannot_be_written_to_is_told_before_anything_is_paid_for(job: Job, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="Cannot write"):
        prepare_folders([Job(job.photo, tmp_path / "file" / "photo.jpg")], tmp_path / "file")
    with pytest.raises(Refused, match="Cannot write"):
        prepare_folders([Job(job.photo, tmp_path / "nowhere" / "photo.jpg")], None)


def test_what_cannot_be_stored_was_paid_for_and_can_be_fetched_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(NotDone, match="No space left on device") as caught:
        writer(force=False)(job, b"picture", MADE)
    assert (caught.value.status, caught.value.id, caught.value.cost) == (Status.PENDING, "1", Decimal("0.03"))
    assert os.listdir(job.output.parent) == []


def test_a_result_of_a_kind_that_nobody_can_make_is_refused_before_anything_is_paid(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"out\.txt must end in \.jpg, \.jpeg, \.png, \.webp"):
        jobs_for([tmp_path / "photo.jpg"], tmp_path / "out.txt", None)
