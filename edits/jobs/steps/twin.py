"""A second edit for something that was ordered once: for a recovered result, or for one more picture of the same paid Run."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from ...models import Attempt, Edit, Event, EventCode, State
from ...wiro import WiroTask
from .uncommitted_photo import stored_region

_ASKED_FOR = (
    "owner",
    "photo",
    "origin",
    "parent",
    "batch",
    "batch_place",
    "file_name",
    "model",
    "prompt",
    "inputs",
    "guidance_scale",
    "watermark",
    "seed",
    "started_at",
    "crop_window",
    "sent_percent",
)
# Any constant; it keeps the nonces drawn here apart from those of forms.
_FURTHER = uuid.UUID("0a3c1d3e-5a47-4f0c-8b43-5b1c52f1c2f7")
# More pictures than any model gives.
FURTHER_MAX = 15


def twin(edit: Edit, **fields: Any) -> Edit:
    """A saved edit with the same order as `edit`, whose result is to be fetched."""
    copied = {name: getattr(edit, name) for name in _ASKED_FOR}
    return Edit.objects.create(state=State.FETCHING, **(copied | fields))


def region_of_twin(edit: Edit) -> bytes:
    """Its region's file; empty if it has none, or if the file is lost: then the painted part is delivered as it is."""
    if not edit.region:
        return b""
    try:
        with edit.region.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        return b""


def addresses_of(task: WiroTask) -> dict[str, Any]:
    """The columns of an attempt for the addresses of its pictures; none unless the task has succeeded."""
    urls = [picture.url for picture in task.pictures] or [task.picture.url if task.picture else ""]
    urls = urls if task.is_successful else [""]
    return {"output_url": urls[0], "further_urls": urls[1 : FURTHER_MAX + 1]}


@contextmanager
def regions_for(edit: Edit, count: int) -> Iterator[list[str]]:
    """`count` stored copies of its region, "" if it has none. Copies that no edit uses at the end are removed."""
    data = region_of_twin(edit) if count else b""
    with ExitStack() as stack:
        yield [stack.enter_context(stored_region(data)) for _ in range(count)]


def further_versions(edit: Edit, attempt: Attempt, regions: list[str]) -> None:
    """A version for each picture of the attempt's task beyond the first. They cost nothing more. In a transaction."""
    # Somebody may have deleted it while it was running.
    deleted_at = Edit.objects.values_list("deleted_at", flat=True).get(pk=edit.pk)
    for number, region in enumerate(regions, 1):
        nonce = uuid.uuid5(_FURTHER, f"{attempt.pk} {number}").hex
        place = {"output_of": attempt, "output_number": number, "region": region, "deleted_at": deleted_at}
        version = twin(edit, nonce=nonce, cost=0, **place)
        told = {"code": EventCode.FURTHER_RESULT, "data": {"edit": str(edit.pk)}}
        Event.objects.create(edit=version, kind=Event.Kind.CREATED, **told)
