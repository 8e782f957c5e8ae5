"""One edit: its page, its status, and what its owner may ask of it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ...gallery import moderation, sharing, trash
from ...jobs import actions, provider, webhooks
from ...models import Edit, Review, State, Visibility, limits
from ...ordering import create, quotas
from ...tasks import enqueue
from .. import progress, user_messages
from .access import may_view_all, own_edit, visible_edits, wants_json
from .links import forget_new_link, live_links
from .new_edit import created
from .versions import history


@require_safe
@login_not_required
@never_cache
def detail(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    edit = visible_edits(request.user).prefetch_related("attempts").filter(pk=edit_id).first()
    if edit is None and not request.user.is_authenticated:
        # The same answer for an edit that does not exist, so that addresses cannot be tried out.
        return redirect_to_login(request.get_full_path())
    if edit is None:
        raise Http404
    is_owner = edit.owner_id == request.user.pk
    context = {
        "edit": edit,
        "status": status_of(edit),
        "stages": progress.stages(edit),
        "failure_help": user_messages.failure(edit),
        "cost_text": user_messages.cost(edit),
        "changes_url": reverse("edit-changes", args=[edit.pk]) if edit.change_map else "",
        "pair_url": reverse("edit-pair", args=[edit.pk]),
        "model": provider.MODEL,
        "copies_erased_at": edit.copies_erased_at,
        "has_copies": any(attempt.wiro_task_id for attempt in edit.attempts.all()),
        "is_owner": is_owner,
    }
    page = render(request, "edits/detail.html", context | (_for_owner(request, edit) if is_owner else {}))
    forget_new_link(request, page)
    return page


def _for_owner(request: HttpRequest, edit: Edit) -> dict[str, Any]:
    is_result = edit.state == State.SUCCEEDED
    return {
        "history": history(edit),
        "links": live_links(request, edit) if is_result else [],
        "link_days": sharing.LINK_DAYS,
        "review_text": user_messages.review(edit),
        "can_cancel": edit.is_pending and not edit.cancel_requested_at,
        "can_retry": edit.is_ended or edit.state == State.UNCONFIRMED,
        "can_share": is_result and edit.visibility == Visibility.PRIVATE and edit.review != Review.REJECTED,
        "can_appeal": moderation.can_appeal(edit),
        "can_unshare": edit.visibility != Visibility.PRIVATE,
        # Sent twice, the form makes one edit.
        "retry_nonce": uuid.uuid4().hex,
    }


@require_safe
@login_not_required
@never_cache
def status(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    """Owner and who may view all only: a shared edit has ended, so nobody else has anything to wait for."""
    edit = get_object_or_404(visible_edits(request.user), pk=edit_id)
    if edit.owner_id != request.user.pk and not may_view_all(request.user):
        raise Http404
    if webhooks.watched(edit):
        enqueue(edit.pk)
    return JsonResponse(status_of(edit))


def status_of(edit: Edit) -> dict[str, Any]:
    stage, percent = progress.stage_and_percent(edit)
    failure = {"code": edit.failure_code, "message": (user_messages.failure(edit) or {})["text"]} if edit.failure_code else None
    return {
        "id": str(edit.pk),
        "state": edit.state,
        "wiro_status": edit.wiro_status,
        "progress": percent,
        "eta_seconds": progress.eta_seconds(edit),
        "failure": failure,
        "result_url": edit.after.full if edit.after else None,
        "stage": stage,
        "text": progress.sentence(edit),
    }


@require_POST
def cancel(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    edit = own_edit(request, edit_id)
    actions.cancel(edit, request.user)
    enqueue(edit.pk)
    return _answer(request, edit)


@require_POST
def retry(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    """An ended edit begins anew as another edit; an unconfirmed one is sent once more, at its owner's risk."""
    edit = own_edit(request, edit_id)
    if edit.state == State.UNCONFIRMED:
        actions.try_again_unconfirmed(edit, request.user)
        enqueue(edit.pk)
        return _answer(request, edit)
    if not edit.is_ended:
        messages.info(request, _("This edit is still under way."))
        return _answer(request, edit)
    # PostgreSQL stores no NUL.
    nonce = request.POST.get("nonce", "").replace("\x00", "")[:64]
    try:
        fresh = create.again(edit, same_seed=request.POST.get("seed") == "same", nonce=nonce)
    except quotas.QuotaExceeded as error:
        if wants_json(request):
            return JsonResponse(
                {"errors": {"__all__": [{"message": user_messages.quota(error), "code": error.code}]}}, status=429
            )
        return render(request, "429.html", {"message": user_messages.quota(error)}, status=429)
    enqueue(fresh.pk)
    return created(request, fresh)


@require_POST
def delete(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    trash.delete(own_edit(request, edit_id), request.user)
    messages.success(request, _("The edit is in the trash."), extra_tags=str(edit_id))
    return redirect("edit-list")


@require_POST
def share(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    return _ask(request, edit_id, sharing.share)


@require_POST
def unshare(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    return _ask(request, edit_id, sharing.unshare)


def _ask(request: HttpRequest, edit_id: uuid.UUID, verb: Callable[[Edit, Any], bool]) -> HttpResponse:
    edit = own_edit(request, edit_id)
    if not verb(edit, request.user) and verb is sharing.share and limits.is_suspended(request.user.pk):
        messages.error(request, user_messages.suspended(limits.profile_of(request.user.pk).suspended_reason))
    return _answer(request, edit)


def _answer(request: HttpRequest, edit: Edit) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(status_of(Edit.objects.select_related("photo", "result").get(pk=edit.pk)))
    return redirect(edit)
