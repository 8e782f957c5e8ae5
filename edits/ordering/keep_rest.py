"""Keep the rest: a new version with only what an edit changed, over the original at its full size. Free: the model isn't used."""

import uuid
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from .. import images
from ..jobs.steps.change_map import stored_changes
from ..jobs.steps.compositing import saved
from ..jobs.steps.uncommitted_photo import stored_photo, stored_region
from ..models import Edit, Event, EventCode, Photo, State, WriteLock
from . import quotas


@dataclass(frozen=True)
class _Pair:
    """Source and result as encoded pictures."""

    source: bytes
    result: bytes


def proposed_region(edit: Edit) -> images.Region:
    """Where a succeeded edit changed its photo. Raises CompositeRefused, FileNotFoundError."""
    pair = _pair_of(edit)
    return images.propose(pair.source, pair.result)


def keep_rest(edit: Edit, actor: User, region: images.Region | None = None) -> Edit:
    """The version with only `region` of the result (without one, the proposed region); an existing one if there is one.

    Raises CompositeRefused, QuotaExceeded, FileNotFoundError.
    """
    quotas.check_free(edit.owner)
    pair = _pair_of(edit)
    region = region or images.propose(pair.source, pair.result)
    picture = images.keep_rest(pair.source, pair.result, region)
    version = _version(edit)
    with stored_region(region.png()) as version.region, stored_photo(edit.owner_id, picture) as photo:
        version.painted = edit.painted or edit.result
        with stored_changes(version, photo) as changes:
            for name, value in changes.items():
                setattr(version, name, value)
            return _saved(version, edit, photo, actor)


def _pair_of(edit: Edit) -> _Pair:
    return _Pair(_content(edit.photo), _content(edit.result))


def _content(photo: Photo | None) -> bytes:
    if photo is None or not photo.file:
        raise FileNotFoundError("the picture is erased")
    with photo.file.open("rb") as file:
        return bytes(file.read())


def _version(edit: Edit) -> Edit:
    """Not saved yet. It has ended from the start."""
    inputs = ("owner", "photo", "origin", "file_name", "model", "prompt", "inputs", "guidance_scale", "watermark", "seed")
    now = timezone.now()
    ended = {"state": State.SUCCEEDED, "due_at": None, "created_at": now, "ended_at": now}
    copied = {name: getattr(edit, name) for name in inputs}
    return Edit(parent=edit, nonce=uuid.uuid4().hex, cost=0, sent_percent=0, **ended, **copied)


def _saved(version: Edit, parent: Edit, photo: Photo, actor: User) -> Edit:
    with transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        # Locked, so that its pictures are not purged before this version is there to keep them.
        if not Edit.objects.select_for_update().filter(pk=parent.pk, deleted_at__isnull=True).exists():
            raise FileNotFoundError("the edit is deleted")
        same = Edit.objects.filter(parent=parent, sent_percent=0, deleted_at__isnull=True)
        if known := same.filter(result__sha256=photo.sha256).first():
            return known
        quotas.check_free(version.owner, photo.size)
        version.result = saved(photo)
        version.save(force_insert=True)
        told = {"edit": str(parent.pk)}
        Event.objects.create(edit=version, kind=Event.Kind.CREATED, code=EventCode.KEPT_REST, data=told, actor=actor)
    return version
