"""The one seam to the outside: the client that the settings describe, and what an edit says to the model."""

from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.urls import reverse

from ..models import Edit
from ..wiro import WiroClient
from .timing import UPLOAD_DEADLINE, scaled

MODEL = "ByteDance/image-to-image-seededit-v3"
SOURCE_URL_MAX_AGE = 3600
_SOURCE_SALT = "edits.source"


@lru_cache(maxsize=4)
def _client(api_key: str, api_secret: str, base_url: str, output_hosts: tuple[str, ...]) -> WiroClient:
    return WiroClient(api_key, api_secret, base_url=base_url, output_hosts=output_hosts)


def client() -> WiroClient:
    """One client per process: its kept-alive connections are shared by all threads."""
    return _client(settings.WIRO_API_KEY, settings.WIRO_API_SECRET, settings.WIRO_BASE_URL, tuple(settings.WIRO_OUTPUT_HOSTS))


def hand_over(edit: Edit) -> str:
    """An address from which Wiro can read the source: ours, signed and short-lived, or a copy uploaded to Wiro."""
    if settings.PUBLIC_BASE_URL:
        token = signing.dumps(str(edit.pk), salt=_SOURCE_SALT)
        return settings.PUBLIC_BASE_URL + reverse("wiro-source", args=[token, edit.photo.extension])
    with edit.photo.file.open("rb") as file:
        return client().upload(
            file.file, f"source.{edit.photo.extension}", edit.photo.content_type, deadline=scaled(UPLOAD_DEADLINE)
        )


def edit_handed_over(token: str) -> Edit | None:
    """The edit whose source a signed address may read, or None for a forged or old one, or a deleted edit."""
    try:
        edit_id = signing.loads(token, salt=_SOURCE_SALT, max_age=SOURCE_URL_MAX_AGE)
    except signing.BadSignature:
        return None
    return Edit.objects.select_related("photo").filter(pk=edit_id, deleted_at__isnull=True).first()


def parameters(edit: Edit, source_url: str) -> dict[str, str | int]:
    """The inputs of the model, typed as in Wiro's own example: the scale and the switch are strings, the seed is a number."""
    return {
        "inputImageUrl": source_url,
        "prompt": edit.prompt,
        "guidanceScale": str(edit.guidance_scale),
        "watermark": "true" if edit.watermark else "false",
        "seed": edit.seed,
    }


def callback_url(token: str) -> str | None:
    """Built from PUBLIC_BASE_URL, never from a request's Host header, which a visitor may choose."""
    return settings.PUBLIC_BASE_URL + reverse("wiro-callback", args=[token]) if settings.PUBLIC_BASE_URL else None
