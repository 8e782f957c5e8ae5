"""The one place that knows the provider: the client that the settings describe, and the model inputs of an edit."""

import secrets
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import F, Q
from django.urls import reverse

from ..models import ABSENT, Attempt, Edit, Outcome, clock
from ..storage import pictures
from ..wiro import WiroClient
from ..wiro.catalog import Sent
from . import provider_calls
from .catalog import declared, values_of
from .steps import sent_picture
from .timing import UPLOAD_DEADLINE, UPLOAD_VALIDITY, scaled

SOURCE_URL_MAX_AGE = 3600
_SOURCE_SALT = "edits.source"


@lru_cache(maxsize=4)
def _client(api_key: str, api_secret: str, base_url: str, output_hosts: tuple[str, ...]) -> WiroClient:
    return WiroClient(api_key, api_secret, base_url=base_url, output_hosts=output_hosts, observe=provider_calls.note)


def client() -> WiroClient:
    """One client per process: its kept-alive connections are shared by all threads."""
    return _client(settings.WIRO_API_KEY, settings.WIRO_API_SECRET, settings.WIRO_BASE_URL, tuple(settings.WIRO_OUTPUT_HOSTS))


def hand_over(edit: Edit, attempt: Attempt) -> str:
    """A URL from which Wiro can read the source, or its crop: the bucket's or ours, signed and short-lived, or that of a copy
    uploaded to Wiro.

    It belongs to this attempt alone, so that the task can be recognized by it. A copy is used again, instead of uploading the
    photo each time, only if every attempt that used it was refused. Raises WiroError, FileNotFoundError, UnreadablePicture.
    """
    picture = sent_picture.prepare(edit)
    if url := _address_in_bucket(picture):
        return url
    if settings.PUBLIC_BASE_URL:
        token = signing.dumps([str(edit.pk), attempt.pk], salt=_SOURCE_SALT)
        return settings.PUBLIC_BASE_URL + reverse("wiro-source", args=[token, picture.extension])
    return _unused_upload(edit) or _upload(edit, attempt, picture)


def _address_in_bucket(picture: sent_picture.SentPicture) -> str:
    """Empty unless S3_SIGNED_URLS allows it. The URL contains a random file name, so every attempt has a URL of its own."""
    answer = {"content_type": picture.content_type, "file_name": f"source-{secrets.token_hex(8)}.{picture.extension}"}
    return pictures().signed_url(str(picture.file.name), "wiro", seconds=SOURCE_URL_MAX_AGE, **answer)


def _unused_upload(edit: Edit) -> str:
    """The copy at Wiro, if it is fresh and no attempt that Wiro may have accepted has used it."""
    oldest = clock.now() - timedelta(seconds=scaled(UPLOAD_VALIDITY))
    if not edit.uploaded_source_url or edit.source_uploaded_at is None or edit.source_uploaded_at < oldest:
        return ""
    given = edit.attempts.filter(sent_at__gte=F("edit__source_uploaded_at"))
    is_refused = Q(outcome=Outcome.REJECTED) & ~Q(error_code=ABSENT)
    return "" if given.exclude(is_refused).exists() else edit.uploaded_source_url


def _upload(edit: Edit, attempt: Attempt, picture: sent_picture.SentPicture) -> str:
    name = f"source-{attempt.pk}.{picture.extension}"
    with picture.file.open("rb") as file:
        url = client().upload(file.file, name, picture.content_type, deadline=scaled(UPLOAD_DEADLINE))
    # Only with the lease: an upload may outlast it, and then another worker has the edit, or it has ended.
    mine = Edit.objects.filter(pk=edit.pk, lease_token=edit.lease_token)
    mine.update(uploaded_source_url=url, source_uploaded_at=clock.now())
    return url


def edit_handed_over(token: str) -> Edit | None:
    """The edit whose source a signed URL may read, or None for a forged or expired URL, or a deleted edit."""
    try:
        signed: Any = signing.loads(token, salt=_SOURCE_SALT, max_age=SOURCE_URL_MAX_AGE)
    except signing.BadSignature:
        return None
    # A URL signed by an earlier version names the edit alone.
    edit_id = signed[0] if isinstance(signed, list) else signed
    return Edit.objects.select_related("photo").filter(pk=edit_id, deleted_at__isnull=True).first()


def parameters(edit: Edit, source_url: str) -> dict[str, Sent]:
    """The inputs of its model, named and typed as the model's declaration says."""
    return declared(edit).parameters([source_url], edit.prompt, values_of(edit))


def callback_url(token: str) -> str | None:
    """Built from PUBLIC_BASE_URL, never from a request's Host header, which a visitor may choose."""
    return settings.PUBLIC_BASE_URL + reverse("wiro-callback", args=[token]) if settings.PUBLIC_BASE_URL else None
