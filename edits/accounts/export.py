"""Everything that the site stores about a person, as a zip that is streamed: never more than one picture is in memory.

Pictures are named after their rows, and the list of edits refers to them by these names. Secrets are left out: a token or a
webhook's key in a file would be as dangerous as a stolen one.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar
from zipfile import ZIP_STORED

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet
from zipstream import ZipStream  # type: ignore[import-untyped]

from ..gallery.downloads import marked_photo
from ..models import ApiToken, Edit, Event, Photo, ShareLink, WebhookEndpoint, limits
from . import notices, second_factor

# Rows that are read at a time.
PAGE = 100
_EDIT = (
    *("id", "created_at", "started_at", "ended_at", "state", "model", "prompt", "guidance_scale", "watermark", "seed", "inputs"),
    *(
        "file_name",
        "batch",
        "parent",
        "crop_window",
        "sent_percent",
        "changed_percent",
        "failure_code",
        "failure_message",
        "cost",
    ),
    *("favorite_at", "picked_at", "deleted_at", "visibility", "shows_name", "review", "review_reason", "reviewed_at"),
)
Row = TypeVar("Row", bound=Model)


def export(user: User) -> Iterator[bytes]:
    archive, missing = ZipStream(compress_type=ZIP_STORED), list[str]()
    for name, content in (("account.json", _account(user)), ("edits.json", _edits(user))):
        archive.add(content, name)
        yield from archive.all_files()
    for name, picture in _pictures(user):
        try:
            archive.add(picture(), name)
        except FileNotFoundError:
            missing.append(name)
        yield from archive.all_files()
    if missing:
        archive.add("\n".join(missing), "missing.txt")
    yield from archive.finalize()


def _account(user: User) -> bytes:
    addresses = EmailAddress.objects.filter(user=user).values("email", "verified", "primary")
    profile = limits.profile_of(user.pk)
    facts = {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "member_since": user.date_joined,
        "last_sign_in": user.last_login,
        "is_staff": user.is_staff,
        "email_addresses": list(addresses),
        "second_factor": second_factor.is_on(user),
        "connected_accounts": list(SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined")),
        "sessions": list(UserSession.objects.filter(user=user).values("ip", "user_agent", "created_at", "last_seen_at")),
        "limits": {name: getattr(profile, name) for name in ("edits_per_day", "edits_at_once", "spend_per_day")},
        "suspended_at": profile.suspended_at,
        "suspended_reason": profile.suspended_reason,
        "mails": {name: getattr(notices.choices_of(user.pk), name) for name in ("results", "batches", "reviews", "language")},
        "api_tokens": list(_tokens(user)),
        "webhooks": list(WebhookEndpoint.objects.filter(owner=user).values("url", "events", "created_at", "disabled")),
        "private_links": list(_links(user)),
    }
    return _json(facts)


def _tokens(user: User) -> Iterable[Mapping[str, Any]]:
    return ApiToken.objects.filter(owner=user).values("name", "scopes", "created_at", "expires_at", "revoked_at", "last_used_on")


def _links(user: User) -> Iterable[Mapping[str, Any]]:
    return ShareLink.objects.filter(edit__owner=user).values("edit", "created_at", "expires_at", "revoked_at")


def _edits(user: User) -> Iterator[bytes]:
    """A list, row by row."""
    yield b"["
    before = b"\n"
    for edit in _rows(Edit.objects.filter(owner=user).select_related("photo", "result", "painted")):
        yield before + _json(_edit(edit, user))
        before = b",\n"
    yield b"\n]\n"


def _edit(edit: Edit, user: User) -> dict[str, Any]:
    pictures = {"photo": edit.photo, "result": edit.result, "painted": edit.painted}
    files = {what: _picture_name(photo) for what, photo in pictures.items() if photo and not photo.purged_at}
    if edit.region:
        files["region"] = _region_name(edit)
    facts = {name: getattr(edit, f"{name}_id" if name == "parent" else name) for name in _EDIT}
    return facts | {"files": files, "events": [_event(event) for event in Event.objects.filter(edit=edit, actor=user)]}


def _event(event: Event) -> dict[str, Any]:
    return {"at": event.at, "kind": event.kind, "code": event.code, "reason": event.reason}


def _pictures(user: User) -> Iterator[tuple[str, Any]]:
    """The name of each picture, and how to read it."""
    for photo in _rows(Photo.objects.filter(owner=user, purged_at__isnull=True)):
        yield _picture_name(photo), lambda photo=photo: marked_photo(photo)
    for edit in _rows(Edit.objects.filter(owner=user).exclude(region="")):
        yield _region_name(edit), lambda edit=edit: _content(edit)


def _content(edit: Edit) -> bytes:
    with edit.region.open("rb") as file:
        return bytes(file.read())


def _picture_name(photo: Photo) -> str:
    return f"pictures/{photo.pk}.{photo.extension}"


def _region_name(edit: Edit) -> str:
    return f"regions/{edit.pk}.png"


def _rows(rows: QuerySet[Row]) -> Iterator[Row]:
    """Page by page, so that no query stays open while somebody downloads slowly."""
    rows = rows.order_by("pk")
    page = list(rows[:PAGE])
    while page:
        yield from page
        page = list(rows.filter(pk__gt=page[-1].pk)[:PAGE])


def _json(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
