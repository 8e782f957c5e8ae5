"""Who may see an edit. To everyone else, it does not exist."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from ...models import Edit, Visibility


def visible_edits(user: User | AnonymousUser) -> QuerySet[Edit]:
    """Edits that this visitor may see: their own and those in the gallery, with the permission all; never a deleted one."""
    edits = Edit.objects.select_related("photo", "result", "owner").filter(deleted_at__isnull=True)
    if may_view_all(user):
        return edits
    shown = Q(visibility=Visibility.PUBLIC)
    return edits.filter(shown | Q(owner=user) if user.is_authenticated else shown)


def may_view_all(user: User | AnonymousUser) -> bool:
    """Whether this is a member of staff with the permission to view edits."""
    return bool(user.is_active and user.is_staff and user.has_perm("edits.view_edit"))


def own_edit(request: HttpRequest, edit_id: uuid.UUID) -> Edit:
    """The edit, if the visitor owns it; 404 otherwise."""
    return get_object_or_404(
        Edit.objects.select_related("photo", "result", "owner"),
        pk=edit_id,
        owner=request.user,
        deleted_at__isnull=True,
    )


def wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def person(request: HttpRequest) -> User:
    """Who is signed in. Raises PermissionDenied if nobody is, which does not happen in views that require signing in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def is_demonstration(request: HttpRequest) -> bool:
    """Everyone on this machine knows the demo account's password, so no one may change or delete it."""
    return bool(settings.DEMO_USERNAME) and request.user.get_username() == settings.DEMO_USERNAME


def not_shared(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Refused to the demo account."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_demonstration(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
