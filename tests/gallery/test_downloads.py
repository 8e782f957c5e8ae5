"""An edit's pictures on their way out: marked if AI edited them, named after the instruction, and without a trace of a person."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from edits import images
from edits.gallery import downloads
from edits.models import Edit, State
from tests.fixtures import NewEdit
from tests.photos import photo_path
from tests.regions import BOX
from tests.rows import edit_in, present, stored
from tests.xmp import EDITED_WITH_AI, NAMES, facts, packet_in


def other_picture(name: str = "coffee.png") -> images.CleanPicture:
    with photo_path(name).open("rb") as file:
        return images.clean(file, images.RESULT)


@pytest.fixture
def edit(new_edit: NewEdit, alice: User) -> Edit:
    """Alice's edit with a result of its own, and an instruction that reveals a lot."""
    waiting = new_edit(prompt="Remove my ex Zacharias from 5 Garden Lane")
    result = type(waiting.photo).from_picture(alice.pk, other_picture())
    result.save()
    return edit_in(State.SUCCEEDED, alice, waiting.photo, prompt=waiting.prompt, result=result, seed=99, guidance_scale=7.0)


def test_a_result_leaves_marked_with_its_own_facts(edit: Edit) -> None:
    found = facts(downloads.marked_result(edit))
    assert found["iptc:DigitalSourceType"] == EDITED_WITH_AI
    assert found["iptc:AISystemUsed"] == "ByteDance/image-to-image-seededit-v3 via Wiro"
    assert found["xmp:CreateDate"] == present(edit.ended_at).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert found["xmpMM:History/rdf:Seq/rdf:li/stEvt:parameters"] == "seed 99, guidance 7"


def test_what_is_stored_stays_unmarked(edit: Edit) -> None:
    before = present(edit.result).file.open().read()
    assert b"xmpmeta" in downloads.marked_result(edit)
    assert b"xmpmeta" not in before
    assert present(edit.result).file.open().read() == before


def test_neither_words_nor_names_nor_addresses_leave_in_a_picture(edit: Edit, alice: User) -> None:
    for data in (downloads.marked_result(edit), downloads.marked_pair(edit, ("Before", "After"), "side")):
        for secret in ("Zacharias", "Garden", alice.username, str(edit.pk), "GPS", "127.0.0.1"):
            assert secret.encode() not in data


def test_an_upload_leaves_just_as_it_is_kept(edit: Edit) -> None:
    assert downloads.marked_source(edit) == edit.photo.file.open().read()


def test_an_earlier_result_that_is_edited_further_leaves_marked_as_what_it_is(edit: Edit, alice: User) -> None:
    further = edit_in(State.SUCCEEDED, alice, present(edit.result), origin=edit.origin, parent=edit, seed=100)
    assert downloads.marked_source(further) == downloads.marked_result(edit)
    further.parent = None
    assert downloads.marked_source(further) == downloads.marked_result(edit)


def test_a_smaller_copy_of_an_earlier_result_leaves_marked_too(edit: Edit, alice: User) -> None:
    copy = type(edit.photo).from_picture(alice.pk, other_picture("chelsea.png"))
    copy.save()
    further = edit_in(State.SUCCEEDED, alice, copy, origin=edit.origin, parent=edit, seed=100)
    assert facts(downloads.marked_source(further))["xmpMM:History/rdf:Seq/rdf:li/stEvt:parameters"] == "seed 99, guidance 7"


def test_a_result_whose_file_is_gone_says_so(edit: Edit) -> None:
    present(edit.result).remove_files()
    with pytest.raises(FileNotFoundError):
        downloads.marked_result(edit)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Turn the sky into night!", "turn-the-sky-into-night"),
        ("", "photo"),
        ("夜", "photo"),
        ("../../etc/passwd\r\n", "etcpasswd"),
        ("word " * 40, "word-word-word-word-word-word-word-word-word-word-word-word"),
    ],
)
def test_downloads_are_named_after_the_instruction(edit: Edit, prompt: str, name: str) -> None:
    edit.prompt, edit.change_map = prompt, "photos/00/x-changes.png"
    assert downloads.download_name(edit, "before") == f"{name}-before.jpg"
    assert downloads.download_name(edit, "after") == f"{name}-after.png"
    assert downloads.download_name(edit, "before-after") == f"{name}-before-after.jpg"
    assert downloads.download_name(edit, "changes") == f"{name}-changes.png"


def test_the_example_is_a_true_one() -> None:
    example = ElementTree.fromstring(downloads.example_mark().encode())
    assert example.findtext(".//iptc:DigitalSourceType", namespaces=NAMES) == EDITED_WITH_AI
    assert datetime.fromisoformat(present(example.findtext(".//xmp:CreateDate", namespaces=NAMES))).tzinfo == UTC


@pytest.fixture
def composite(edit: Edit, alice: User) -> Edit:
    """An edit of the middle of its photo."""
    painted = stored(alice, "chelsea.png")
    region = present(images.region_from_box(BOX, (edit.photo.width, edit.photo.height)))
    edit.region.save("region.png", ContentFile(region.png()), save=False)
    Edit.objects.filter(pk=edit.pk).update(painted=painted, region=edit.region.name)
    return Edit.objects.get(pk=edit.pk)


BOUNDARY = "iptc:ImageRegion/rdf:Bag/rdf:li/iptc:RegionBoundary"


def boundary_in(data: bytes) -> dict[str, float]:
    """What the note says about the part that AI made, empty if it names none."""
    found = packet_in(data).find(f".//{BOUNDARY}", NAMES)
    named = {} if found is None else {child.tag.rpartition("}")[2]: child.text for child in found}
    return {name: float(present(text)) for name, text in named.items() if name in ("rbX", "rbY", "rbW", "rbH")}


def test_the_note_of_a_composite_says_which_part_ai_made(composite: Edit) -> None:
    found = boundary_in(downloads.marked_result(composite))
    assert found == pytest.approx({"rbX": 0.45, "rbY": 0.45, "rbW": 0.1, "rbH": 0.1}, abs=0.002)
    assert facts(downloads.marked_result(composite))["iptc:DigitalSourceType"] == EDITED_WITH_AI


def test_what_the_model_painted_is_its_work_as_a_whole(composite: Edit) -> None:
    data = downloads.marked_painted(composite)
    assert facts(data)["iptc:DigitalSourceType"] == EDITED_WITH_AI
    assert boundary_in(data) == {}
    assert downloads.download_name(composite, "painted").endswith("-painted.png")


def test_a_composite_that_is_edited_further_keeps_its_note(composite: Edit, alice: User) -> None:
    result = present(composite.result)
    further = edit_in(State.SUCCEEDED, alice, result, origin=composite.origin, parent=composite)
    assert boundary_in(downloads.marked_source(further)) == boundary_in(downloads.marked_result(composite))


def test_the_photo_of_a_composite_keeps_no_mark(composite: Edit) -> None:
    assert downloads.marked_source(composite) == composite.photo.file.open().read()


def test_the_note_does_without_a_region_that_is_lost(composite: Edit) -> None:
    composite.region.storage.delete(str(composite.region.name))
    assert boundary_in(downloads.marked_result(composite)) == {}
