"""From an accepted form to queued edits, with quota and money reserved in the same transaction."""

import random
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from ..failpoints import failpoint
from ..images import CleanPicture, Region, plan_crop
from ..jobs.catalog import SEEDEDIT, ModelDeclaration, catalog, stored, values_of
from ..jobs.flow_control import storage_health
from ..jobs.steps import sent_picture
from ..jobs.steps.uncommitted_photo import stored_photo, stored_region
from ..models import Denial, Edit, Event, EventCode, NotAllowed, Photo, WriteLock
from . import offers, quotas, seeds
from .prices import Price, PriceRisen, price_of, total
from .sources import Start

# Any constant; it keeps the nonces drawn here apart from those of other uses of uuid5.
VARIATION = uuid.UUID("6d0f3f0e-4b0c-4a57-9a3e-6f1f5d0f6a11")


@dataclass(frozen=True)
class ModelChoice:
    """A model, and the values of its inputs by field."""

    slug: str
    values: dict[str, Any]

    @property
    def columns(self) -> dict[str, Any]:
        return {"model": self.slug, **stored(self.values)}


def create(
    owner: User,
    picture: CleanPicture | Photo,
    *,
    nonce: str,
    prompt: str,
    guidance_scale: float,
    watermark: bool,
    seed: int,
    region: Region | None = None,
) -> Edit:
    """One edit of a picture. The same nonce again is the same edit. Raises QuotaExceeded."""
    inputs = {"prompt": prompt, "guidance_scale": guidance_scale, "watermark": watermark}
    return create_variations(owner, picture, nonce=nonce, seed=seed, inputs=inputs, region=region)[0]


def create_variations(
    owner: User,
    picture: CleanPicture | Photo,
    *,
    nonce: str,
    seed: int,
    inputs: dict[str, Any],
    variations: int = 1,
    choices: Sequence[ModelChoice] = (),
    batch: uuid.UUID | None = None,
    start: Start | None = None,
    region: Region | None = None,
    at_most: Decimal | None = None,
) -> list[Edit]:
    """All the edits that one form asks for, or none of them: they differ in their model and their seed.

    Without `choices`, the model is the default one and `inputs` has its values. `region` is where the picture may change; None:
    everywhere. `at_most`: what their owner has agreed to pay for all of them, in USD. Raises QuotaExceeded, PriceRisen, and
    OSError when the photo cannot be stored.
    """
    models = [choice.columns for choice in choices] or [{}]
    nonces = _nonces(nonce, variations * len(models))
    if known := _asked_before(owner, nonces):
        return known
    inputs = {**inputs, "batch": batch or (uuid.uuid4() if len(nonces) > 1 else None), **(start.history if start else {})}
    rows = [row | {"nonce": own} for row, own in zip(_rows(inputs, models, variations, seed), nonces, strict=True)]
    with _with_region(rows, region, (picture.width, picture.height)):
        try:
            with _stored(owner, picture) as photo:
                return _queue(owner, photo, rows, at_most)
        except _PhotoGone:
            # Its row is gone, so store it again. If it was the picture of a version, there is nothing left to start from.
            with _stored(owner, picture) as photo:
                return _queue(owner, photo, rows, at_most)


def quote(owner: User, picture: CleanPicture | Photo, choices: Sequence[ModelChoice], variations: int) -> Price:
    """What `create_variations` would reserve for all of it now. Raises QuotaExceeded if it would."""
    rows = [choice.columns for choice in choices] * variations
    prices = [_price(row) for row in rows]
    _check_quotas(owner, rows, prices, _new_bytes(owner, picture))
    return total(prices)


def _new_bytes(owner: User, picture: CleanPicture | Photo) -> int:
    return 0 if isinstance(picture, Photo) or _known(owner.pk, picture.sha256) else len(picture.data)


def _rows(inputs: dict[str, Any], models: Sequence[dict[str, Any]], variations: int, seed: int) -> list[dict[str, Any]]:
    """A variation has the same seed with every model that takes it. Models come in random order, to reveal nothing."""
    declared = [_declared(model) for model in models]
    rows = []
    for drawn in seeds.draw(declared, seed, variations):
        own = [seeds.suiting(model, drawn) for model in declared]
        rows += [{**inputs, **model, "seed": its} for model, its in zip(models, own, strict=True)]
    if len(models) > 1:
        random.SystemRandom().shuffle(rows)
    return rows


def _declared(row: dict[str, Any]) -> ModelDeclaration:
    return catalog()[row.get("model", SEEDEDIT)]


def again(
    edit: Edit,
    *,
    same_seed: bool,
    nonce: str = "",
    model: str = "",
    actor: User | None = None,
    reason: str = "",
    request_hash: str = "",
    at_most: Decimal | None = None,
) -> Edit:
    """The same picture, region and instruction again, by the same or another `model`, as a new edit, because ended edits never
    change. `at_most`: what its owner has agreed to pay, in USD.

    Raises PriceRisen, QuotaExceeded, NotAllowed, and OSError when the region cannot be stored.
    """
    if not edit.is_ended:
        raise NotAllowed(Denial.IN_PROGRESS)
    if edit.is_made_here:
        raise NotAllowed(Denial.MADE_HERE)
    found = offers.find([model or edit.model])
    if found is None:
        raise NotAllowed(Denial.MODEL_NOT_OFFERED)
    values = _values_for(found[0], edit)
    inputs = {name: getattr(edit, name) for name in ("prompt", "origin", "parent", "file_name")}
    inputs["request_hash"] = request_hash
    seed = edit.seed if same_seed else 0
    choices = [ModelChoice(found[0].slug, values)]
    again: dict[str, Any] = {"nonce": nonce or uuid.uuid4().hex, "seed": seed, "inputs": inputs, "region": _region_of(edit)}
    again |= {"choices": choices, "at_most": at_most}
    fresh = create_variations(edit.owner, edit.photo, **again)[0]
    if not edit.events.filter(code=EventCode.RETRIED_AS, data__edit=str(fresh.pk)).exists():
        _note_retry(edit, fresh, actor or edit.owner, reason)
    return fresh


def price_again(edit: Edit) -> Price | None:
    """What `again` would cost now; None if it cannot be done."""
    found = None if edit.is_made_here else offers.find([edit.model])
    return price_of(found[0], _values_for(found[0], edit)) if found else None


def _note_retry(edit: Edit, fresh: Edit, actor: User, reason: str) -> None:
    for here, code, other in ((edit, EventCode.RETRIED_AS, fresh), (fresh, EventCode.RETRIES, edit)):
        Event.asked(here, code, actor, reason=reason, edit=str(other.pk))


def _values_for(model: ModelDeclaration, edit: Edit) -> dict[str, Any]:
    """The values that the edit was ordered with; for another model, only whether there is a watermark."""
    values = values_of(edit) if model.slug == edit.model else {"watermark": edit.watermark}
    return {**model.defaults, **{field: value for field, value in values.items() if field in model.defaults}}


def _region_of(edit: Edit) -> Region | None:
    if not edit.region:
        return None
    try:
        return sent_picture.region_of(edit)
    except (FileNotFoundError, sent_picture.UnreadablePicture) as error:
        raise NotAllowed(Denial.PHOTO_GONE) from error


@contextmanager
def _with_region(rows: list[dict[str, Any]], region: Region | None, size: tuple[int, int]) -> Iterator[None]:
    """Plan for each row which part of a photo of this size is sent, and give the row a stored copy of the region."""
    plan, mask = plan_crop(region, size), region.png() if region else b""
    window = None if plan.is_whole else list(plan.window)
    with ExitStack() as stack:
        for row in rows:
            name = stack.enter_context(stored_region(mask))
            row |= {"region": name, "crop_window": window, "sent_percent": round(100 * plan.share, 2)}
        yield


def _nonces(nonce: str, variations: int) -> list[str]:
    """Derived from the form's nonce, so that sending it twice is safe, and without colliding with the nonces of other forms."""
    return [nonce, *(uuid.uuid5(VARIATION, f"{number} {nonce}").hex for number in range(2, variations + 1))]


def _asked_before(owner: User, nonces: list[str]) -> list[Edit]:
    return sorted(Edit.objects.filter(owner=owner, nonce__in=nonces), key=lambda edit: nonces.index(edit.nonce))


class _PhotoGone(Exception):
    """The picture was found, but purged before the new edit could keep it."""


@contextmanager
def _stored(owner: User, picture: CleanPicture | Photo) -> Iterator[Photo]:
    """The row of the picture if there is one, or stored files for a row to come."""
    if isinstance(picture, Photo):
        yield picture
    elif known := _known(owner.pk, picture.sha256):
        yield known
    else:
        storage_health.confirm_media()
        with stored_photo(owner.pk, picture) as photo:
            failpoint("after_source_stored")
            # The folder may have been replaced meanwhile, and then nobody would find the photo again.
            storage_health.confirm_media(str(photo.file.name))
            yield photo


def _known(owner_id: int, sha256: str) -> Photo | None:
    return Photo.objects.filter(owner_id=owner_id, sha256=sha256).first()


def _queue(owner: User, photo: Photo, rows: list[dict[str, Any]], at_most: Decimal | None) -> list[Edit]:
    prices = [_price(row) for row in rows]
    with transaction.atomic():
        # Reservations are made one after the other, so quota and cap hold exactly however many arrive at once.
        WriteLock.hold(WriteLock.SUBMISSIONS)
        if known := _asked_before(owner, [row["nonce"] for row in rows]):
            return known
        if at_most is not None and total(prices).usd > at_most:
            raise PriceRisen(total(prices))
        known_photo = _existing(photo)
        _check_quotas(owner, rows, prices, 0 if known_photo else photo.size)
        if known_photo is None:
            photo.save()
        photo = known_photo or photo
        given = {"owner": owner, "photo": photo, "origin": photo}
        reserved = [row | {"cost_reserved": price.usd} for row, price in zip(rows, prices, strict=True)]
        edits = [Edit.objects.create(**(given | row)) for row in reserved]
        Event.objects.bulk_create(Event(edit=edit, kind=Event.Kind.CREATED, actor=owner) for edit in edits)
    failpoint("after_row_commit")
    return edits


def _price(row: dict[str, Any]) -> Price:
    return price_of(_declared(row), {**row.get("inputs", {}), **row})


def _check_quotas(owner: User, rows: Sequence[dict[str, Any]], prices: Sequence[Price], size: int) -> None:
    quotas.check(owner, [price.usd for price in prices], size)
    for slug in {row.get("model", SEEDEDIT) for row in rows}:
        own = [price.usd for row, price in zip(rows, prices, strict=True) if row.get("model", SEEDEDIT) == slug]
        quotas.check_model(owner, slug, own)


def _existing(photo: Photo) -> Photo | None:
    """The stored row of this picture. Of two uploads at once, the second uses the row of the first and drops its own files."""
    # Locked, so that a purge of the photo's other edits waits and then finds this one.
    locked = Photo.objects.select_for_update()
    if photo.pk:
        existing = locked.filter(pk=photo.pk, purged_at__isnull=True).first()
        if existing is None:
            raise _PhotoGone
        return existing
    return locked.filter(owner_id=photo.owner_id, sha256=photo.sha256).first()
