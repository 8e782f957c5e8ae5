"""Pictures as they are served: labeled as edited by AI. Stored pictures carry no metadata, since any may be the next source."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePath

from django.db.models import Q
from django.utils.text import slugify

from .. import images
from ..jobs.catalog import SEEDEDIT, catalog
from ..jobs.steps.sent_picture import UnreadablePicture, region_of
from ..models import Edit, Photo

# Characters and names that Windows reserves.
_UNPORTABLE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³")}


def marked_result(edit: Edit) -> bytes:
    """The result as it is served. Raises FileNotFoundError when its file is gone."""
    return _marked(_result_of(edit), edit)


def marked_painted(edit: Edit) -> bytes:
    """What the model returned, as it is served. Raises FileNotFoundError when its file is gone."""
    return _marked(painted_of(edit), edit)


def painted_of(edit: Edit) -> Photo:
    """What the model returned: the result itself unless that is a composite."""
    return edit.painted or _result_of(edit)


def marked_source(edit: Edit) -> bytes:
    """The picture before: an upload exactly as it is stored, an earlier result with its own label."""
    if edit.photo_id == edit.origin_id:
        return _content(edit.photo)
    # The photo may be a smaller copy of the earlier result, so its version is asked first.
    maker = edit.source_version or Edit.objects.filter(result=edit.photo_id).order_by("ended_at").first()
    return _marked(edit.photo, maker) if maker else _content(edit.photo)


def marked_pair(edit: Edit, labels: tuple[str, str], style: str) -> bytes:
    """Before and after as one JPEG; `style` is "wipe", and anything else means side by side."""
    before, after = _content(edit.photo), _content(_result_of(edit))
    return images.mark(images.pair(before, after, labels, style), provenance(edit))


def marked_photo(photo: Photo) -> bytes:
    """Any stored picture: what a model made with its label, an upload as it is stored."""
    maker = Edit.objects.filter(Q(result=photo) | Q(painted=photo)).order_by("ended_at").first()
    return _marked(photo, maker) if maker else _content(photo)


def download_name(edit: Edit, side: str, *, is_own: bool = False) -> str:
    """turn-the-sky-into-night-after.jpg, for a side of "before", "after", "painted", "region", "before-after" or "changes".

    For its owner it is named after the file that was uploaded: IMG_2100-reword.jpg.
    """
    extensions: dict[str, Callable[[], str]] = {
        "before": lambda: edit.photo.extension,
        "after": lambda: _result_of(edit).extension,
        "painted": lambda: painted_of(edit).extension,
        "region": lambda: "png",
        "before-after": lambda: "jpg",
        "changes": lambda: PurePath(edit.change_map.name or "").suffix[1:],
    }
    if is_own and edit.file_name:
        end = {"before": "", "after": "-reword"}.get(side, f"-{side}")
        return f"{_portable(PurePath(edit.file_name).stem)}{end}.{extensions[side]()}"
    return f"{slugify(edit.prompt)[:60].strip('-') or 'photo'}-{side}.{extensions[side]()}"


def _portable(name: str) -> str:
    """A name that every system can store, with as little changed as possible.

    Source: Microsoft, "Naming Files, Paths, and Namespaces", which has the strictest rules.
    """
    kept = _UNPORTABLE.sub("_", name).strip(" .")
    return f"_{kept}" if kept.split(".")[0].strip().upper() in _DEVICES else kept or "photo"


def provenance(edit: Edit, region: images.Box | None = None) -> images.Provenance:
    """What the label of an edit's result says. The instruction may be personal, so it is left out; so are names.

    `region` is the box around what the model painted in a composite.
    """
    edited_at, model = edit.ended_at or edit.created_at, catalog().get(edit.model)
    seed = edit.seed if model is None or model.seed else None
    guidance = edit.guidance_scale if model is None or "guidance_scale" in model.defaults else None
    return images.Provenance(ai_system(edit.model), seed, guidance, edited_at, region=region)


def ai_system(slug: str) -> str:
    """What made a picture, as labels name it."""
    return f"{slug} via Wiro"


def _painted_part(photo: Photo, edit: Edit) -> images.Box | None:
    """The box around the region of a composite; None for any other picture of `edit`, or if the region can't be read anymore."""
    if not (edit.is_composite and edit.region and photo.pk == edit.result_id):
        return None
    try:
        return region_of(edit).bounding_box
    except (FileNotFoundError, UnreadablePicture):
        return None


def example_mark() -> str:
    """An example of the label, for people to read."""
    moment = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
    return images.packet(images.Provenance(ai_system(SEEDEDIT), seed=812_304, guidance_scale=4.0, edited_at=moment)).decode(
        "utf-8"
    )


def _marked(photo: Photo, edit: Edit) -> bytes:
    return images.mark(_content(photo), provenance(edit, _painted_part(photo, edit)))


def _result_of(edit: Edit) -> Photo:
    if edit.result is None:
        raise ValueError(f"edit {edit.pk} has no result")
    return edit.result


def _content(photo: Photo) -> bytes:
    if not photo.file:
        raise FileNotFoundError(f"photo {photo.pk} is erased")
    with photo.file.open("rb") as file:
        return bytes(file.read())
