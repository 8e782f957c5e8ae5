"""The beginning: an accepted form is one committed row, with quota and money reserved in the same transaction."""

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction

from ..failpoints import failpoint
from ..images import CleanPicture
from ..models import Edit, Event, Gate, Photo
from . import quotas
from .storing import stored_photo

# What the model takes is not documented beyond "integer"; 32-bit signed is understood everywhere.
SEED_MAX = 2_147_483_647


def draw_seed() -> int:
    """A fresh seed of our own, never 0: what Wiro draws for 0 is not told, so it could be neither shown nor used again."""
    return secrets.randbelow(SEED_MAX) + 1


def create(
    owner: Any, picture: CleanPicture, *, nonce: str, prompt: str, guidance_scale: float, watermark: bool, seed: int
) -> Edit:
    """Store the picture and queue its edit. The same nonce again is the same edit. Raises QuotaExceeded."""
    existing = Edit.objects.filter(owner=owner, nonce=nonce).first()
    if existing:
        return existing
    settings_of_model = {"prompt": prompt, "guidance_scale": guidance_scale, "watermark": watermark, "seed": seed or draw_seed()}
    known = Photo.objects.filter(owner=owner, sha256=picture.sha256).first()
    if known:
        return _queue(owner, known, nonce, settings_of_model)
    with stored_photo(owner.pk, picture) as photo:
        failpoint("after_source_stored")
        return _queue(owner, photo, nonce, settings_of_model)


def again(edit: Edit, *, same_seed: bool, nonce: str = "") -> Edit:
    """The same picture and instruction once more, as an edit of its own: ended edits never change."""
    inputs = {name: getattr(edit, name) for name in ("prompt", "guidance_scale", "watermark")}
    inputs["seed"] = edit.seed if same_seed else draw_seed()
    return _queue(edit.owner, edit.photo, nonce or uuid.uuid4().hex, inputs)


def _queue(owner: Any, photo: Photo, nonce: str, inputs: dict[str, Any]) -> Edit:
    with transaction.atomic():
        # Reservations pass one after the other, so quota and cap hold exactly however many arrive at once.
        Gate.lock()
        existing = Edit.objects.filter(owner=owner, nonce=nonce).first()
        if existing:
            return existing
        quotas.check(owner)
        photo = _saved(photo)
        edit = Edit.objects.create(
            owner=owner, photo=photo, origin=photo, nonce=nonce, cost_reserved=settings.PRICE_ESTIMATE, **inputs
        )
        Event.objects.create(edit=edit, kind=Event.Kind.CREATED, actor=owner)
    failpoint("after_row_commit")
    return edit


def _saved(photo: Photo) -> Photo:
    """The same picture uploaded twice at the same moment: the second finds the first's row and lets its own files go."""
    if photo.pk:
        return photo
    existing = Photo.objects.filter(owner_id=photo.owner_id, sha256=photo.sha256).first()
    if existing:
        return existing
    photo.save()
    return photo
