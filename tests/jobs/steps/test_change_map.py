"""A result comes with its change map; a comparison that fails never costs the result."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from PIL import Image

from edits import images
from edits.accounts import retention
from edits.jobs import engine
from edits.jobs.steps import change_map, fetch
from edits.models import BackfillCursor, Edit
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.files import is_stored
from tests.fixtures import NewEdit
from tests.jobs.single_steps import claim
from tests.rows import edit_in, present

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Comparing fails until the returned block is left."""

    def compare(before: bytes, after: bytes) -> None:
        raise MemoryError("no room for the comparison")

    with monkeypatch.context() as patched:
        patched.setattr(images, "compare", compare)
        yield patched


def without_comparison(new_edit: NewEdit, media: Path, **fields: Any) -> Edit:
    """An edit as it was delivered some time ago, when nothing was compared."""
    source = new_edit().photo
    longer_ago = timezone.now() - timedelta(hours=1)
    return edit_in("succeeded", source.owner, source, **({"ended_at": longer_ago} | fields))


def files_in(media: Path) -> int:
    return sum(path.is_file() for path in (media / "photos").rglob("*"))


def to_fetching(edit: Edit) -> Edit:
    while edit.state != "fetching":
        engine.advance(edit.pk)
        edit = Edit.objects.get(pk=edit.pk)
    return edit


def test_a_result_comes_with_how_much_changed_and_a_map_of_it(sandbox: SandboxServer, new_edit: NewEdit, media: Path) -> None:
    edit = advance_to_rest(new_edit(prompt="Make it night"))
    assert edit.state == "succeeded"
    assert present(edit.changed_percent) > 90
    result = present(edit.result)
    with edit.change_map.open("rb") as file, Image.open(file) as heat:
        assert heat.width / heat.height == pytest.approx(result.width / result.height, abs=0.02)
    assert edit.events.filter(kind="moved", data__to="succeeded").count() == 1


def test_cleanup_keeps_the_map_and_removes_one_that_no_edit_names(sandbox: SandboxServer, new_edit: NewEdit, media: Path) -> None:
    edit = advance_to_rest(new_edit())
    Edit(pk=edit.pk).change_map.save("changes.webp", edit.change_map.file, save=False)
    assert retention.clean_up(older_than=-1) == 1
    assert is_stored(edit.change_map)
    assert files_in(media) == 7


def test_a_comparison_that_fails_delivers_the_result_without(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path, broken: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.changed_percent, edit.change_map.name) == ("succeeded", None, "")
    assert files_in(media) == 6
    assert f"edit {edit.pk} cannot be compared" in caplog.text


def test_a_source_that_is_lost_delivers_the_result_without(sandbox: SandboxServer, new_edit: NewEdit, media: Path) -> None:
    edit = to_fetching(new_edit())
    edit.photo.remove_files()
    edit = advance_to_rest(edit)
    assert (edit.state, edit.changed_percent) == ("succeeded", None)
    assert is_stored(present(edit.result).file)


def test_a_map_that_finds_no_room_on_the_disk_delivers_the_result_without(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = type(Edit().change_map).save

    def refuse(self: FieldFile, name: str, *args: Any, **kwargs: Any) -> None:
        if name == "changes.webp":
            raise OSError(28, "No space left on device")
        save(self, name, *args, **kwargs)

    monkeypatch.setattr(type(Edit().change_map), "save", refuse)
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.changed_percent, edit.change_map.name) == ("succeeded", None, "")


def test_the_result_is_announced_and_its_files_are_there_before_it_is_compared(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit, announced = to_fetching(new_edit()), []
    compare = images.compare

    def look_and_compare(*args: Any) -> images.Comparison:
        seen = Edit.objects.get(pk=edit.pk)
        announced.append((seen.state, seen.changed_percent, is_stored(present(seen.result).file)))
        return compare(*args)

    monkeypatch.setattr(images, "compare", look_and_compare)
    edit = advance_to_rest(edit)
    assert announced == [("succeeded", None, True)]
    assert present(edit.changed_percent) > 0


def test_the_loser_of_a_finishing_race_removes_its_own_map_only(sandbox: SandboxServer, new_edit: NewEdit, media: Path) -> None:
    edit = to_fetching(new_edit())
    loser = claim(edit, -1)
    Edit.objects.filter(pk=edit.pk).update(fruitless_claims=0)
    winner = advance_to_rest(edit)
    fetch.fetch(loser)
    assert Edit.objects.get(pk=edit.pk).change_map.name == winner.change_map.name != ""
    assert is_stored(winner.change_map)
    assert files_in(media) == 7


def test_a_missing_map_is_added_later_and_nothing_else_changes(sandbox: SandboxServer, new_edit: NewEdit, media: Path) -> None:
    edit = without_comparison(new_edit, media)
    before = Edit.objects.filter(pk=edit.pk).values().get()
    retention.clean_up()
    after = Edit.objects.filter(pk=edit.pk).values().get()
    assert after["changed_percent"] == 0
    assert Edit.objects.get(pk=edit.pk).change_map.storage.exists(after["change_map"])
    assert {name for name, value in after.items() if (name, value) not in before.items()} == {"changed_percent", "change_map"}


def test_a_comparison_that_is_there_is_not_made_again(sandbox: SandboxServer, new_edit: NewEdit, media: Path) -> None:
    edit = without_comparison(new_edit, media)
    assert change_map.backfill_change_maps() == 1
    BackfillCursor.objects.all().delete()
    assert change_map.backfill_change_maps() == 0
    assert Edit.objects.get(pk=edit.pk).changed_percent == 0


def test_an_edit_that_cannot_be_compared_holds_up_no_other_and_is_tried_once(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path, broken: pytest.MonkeyPatch
) -> None:
    hopeless = without_comparison(new_edit, media)
    assert change_map.backfill_change_maps() == 0
    broken.undo()
    later = without_comparison(new_edit, media, ended_at=timezone.now() - timedelta(minutes=30))
    assert change_map.backfill_change_maps() == 1
    assert Edit.objects.get(pk=later.pk).changed_percent == 0
    assert Edit.objects.get(pk=hopeless.pk).changed_percent is None


def test_one_backfill_adds_a_limited_number(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_map, "AT_ONCE", 2)
    for minutes in (50, 40, 30):
        without_comparison(new_edit, media, ended_at=timezone.now() - timedelta(minutes=minutes))
    assert [change_map.backfill_change_maps() for _ in range(3)] == [2, 1, 0]


@pytest.mark.parametrize("column", ["purged_at", "ended_at"])
def test_what_is_purged_or_was_just_delivered_is_left_alone(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path, column: str
) -> None:
    without_comparison(new_edit, media, **{column: timezone.now()})
    assert change_map.backfill_change_maps() == 0


def test_an_edit_that_is_purged_meanwhile_gets_no_map(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = without_comparison(new_edit, media)
    compare = images.compare

    def purged_meanwhile(before: bytes, after: bytes) -> images.Comparison:
        Edit.objects.filter(pk=edit.pk).update(purged_at=timezone.now())
        return compare(before, after)

    monkeypatch.setattr(images, "compare", purged_meanwhile)
    files = files_in(media)
    assert change_map.backfill_change_maps() == 0
    assert files_in(media) == files
    assert Edit.objects.get(pk=edit.pk).change_map.name == ""
