"""What exactly was sent to Wiro, rebuilt by the code that sent it. Values that are not stored are named, never invented."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from ..jobs.provider import callback_url, client, parameters
from ..jobs.steps.sent_picture import sent_picture
from ..models import Edit
from ..storage import pictures

MASK = "***"
MADE_FOR_EACH_CALL = "(made for each call)"
IN_BUCKET = "(a signed address of the bucket, made for this call; it is not stored)"
UPLOADED = "(the address that File/Upload returned; it is not stored)"
# Nonce and signature differ every time; the length depends on URLs that are not stored.
_CHANGING = ("x-nonce", "x-signature", "Content-Length")


@dataclass(frozen=True)
class SentRequest:
    """A Run as the current settings would make it. `is_uploaded`: the picture was sent to Wiro in a separate call.

    `part` is left, top, right, bottom, in pixels of the photo, of what was sent; None: all of it.
    """

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: str
    is_uploaded: bool
    part: list[int] | None = None


def sent_request(edit: Edit) -> SentRequest | None:
    """The Run of this edit, every secret masked. None: the settings cannot make one at all."""
    try:
        request = client().preview_run(edit.model, parameters(edit, _source_address(edit)), callback_url=callback_url(MASK))
    except (ValueError, KeyError):
        return None
    body = json.dumps(json.loads(request.body or "{}"), indent=2, ensure_ascii=False)
    headers = [(name, _shown(name, value)) for name, value in request.headers.items()]
    is_uploaded = not (settings.PUBLIC_BASE_URL or _is_in_bucket(edit))
    return SentRequest(str(request.method), str(request.url), headers, body, is_uploaded, edit.crop_window)


def _is_in_bucket(edit: Edit) -> bool:
    """Whether Wiro is given an address of the bucket."""
    name = str(edit.photo.file.name or edit.pk)
    return bool(pictures().signed_url(name, "wiro", seconds=1, content_type=edit.photo.content_type))


def _source_address(edit: Edit) -> str:
    if _is_in_bucket(edit):
        return IN_BUCKET
    if not settings.PUBLIC_BASE_URL:
        return UPLOADED
    picture = sent_picture(edit)
    extension = picture.extension if picture else edit.photo.extension
    return settings.PUBLIC_BASE_URL + reverse("wiro-source", args=[MASK, extension])


def _shown(name: str, value: str | bytes) -> str:
    if name.lower() == "x-api-key":
        return MASK
    if name in _CHANGING:
        return MADE_FOR_EACH_CALL
    return value if isinstance(value, str) else value.decode()
