"""`manage.py verify` says which rows lack files and which files lack rows."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from edits.models import Edit, Photo
from tests.fixtures import NewEdit

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def said() -> str:
    output = io.StringIO()
    call_command("verify", stdout=output)
    return output.getvalue()


def test_a_site_whose_rows_and_files_agree(new_edit: NewEdit) -> None:
    new_edit()
    assert said() == "3 files, 0 rows that lack files, 0 files without a row.\n"


def test_a_photo_that_was_cut_off_is_damaged(new_edit: NewEdit) -> None:
    edit = new_edit()
    path = Path(edit.photo.file.path)
    path.write_bytes(path.read_bytes()[:100])
    output = io.StringIO()
    with pytest.raises(CommandError, match="missing or damaged"):
        call_command("verify", stdout=output)
    line = f"photo {edit.photo_id} has a damaged file: {edit.photo.file.name} no longer has the size that it was stored with"
    assert output.getvalue().splitlines()[0] == line


def test_missing_and_unnamed_files_are_listed_by_row_and_name(new_edit: NewEdit, media: Path) -> None:
    edit = new_edit()
    Edit.objects.filter(pk=edit.pk).update(change_map="photos/ab/gone.webp")
    card = Photo.objects.get().card
    Path(card.path).unlink()
    (media / "photos" / "ff").mkdir(parents=True, exist_ok=True)
    (media / "photos" / "ff" / "stray.jpg").touch()
    output = io.StringIO()
    with pytest.raises(CommandError, match="pictures are missing"):
        call_command("verify", stdout=output)
    lines = output.getvalue().splitlines()
    assert f"edit {edit.pk} lacks photos/ab/gone.webp" in lines
    assert f"photo {edit.photo_id} lacks {card.name}" in lines
    assert "photos/ff/stray.jpg belongs to no row; it is removed a day after it was stored" in lines
    assert lines[-1] == "3 files, 2 rows that lack files, 1 files without a row."
