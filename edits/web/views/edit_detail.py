"""One edit: its page, its status, and the owner's actions."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ...gallery import blind, moderation, news, sharing, trash
from ...jobs import actions, viewers
from ...jobs.catalog import has_seed
from ...models import Denial, Edit, NotAllowed, Review, State, Visibility
from ...ordering import create, quotas
from ...ordering.prices import PriceRisen
from ...tasks import enqueue
from .. import addresses, comparison, composer, money, progress, user_messages
from ..history import history
from ..model_choice import facts as model_facts
from .access import may_view_all, own_edit, person, visible_edits, wants_json
from .errors import storage_unavailable, told
from .links import forget_new_link, live_links
from .new_edit import created
from .news import is_seen
from .trash import deleted

# For this long after a result has arrived, its comparison with the photo may still arrive.
MEASURING = timedelta(minutes=1)


@require_safe
@login_not_required
@never_cache
def detail(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    edit = visible_edits(request.user).prefetch_related("attempts").filter(pk=edit_id).first()
    if edit is None and not request.user.is_authenticated:
        # The same response as for an edit that does not exist, so that URLs cannot be probed.
        return redirect_to_login(request.get_full_path())
    if edit is None:
        return deleted(request, edit_id)
    is_owner = edit.owner_id == request.user.pk
    context = for_everybody(edit)
    if is_owner:
        context |= _for_owner(request, edit, context["is_blind"])
    if may_view_all(request.user):
        context["owner_name"] = edit.owner.username
    if is_owner and is_seen(request):
        news.mark_versions_seen(edit, [version.edit for version in context["history"].versions])
    page = render(request, "edits/detail.html", context)
    forget_new_link(request, page)
    return page


def for_everybody(edit: Edit) -> dict[str, Any]:
    """What the page of an edit shows to whoever may see it."""
    return {
        "edit": edit,
        "comparison": comparison.usual(edit),
        "status": progress.status_of(edit),
        "stages": progress.stages(edit),
        "failure_help": user_messages.failure(edit),
        "cost_text": user_messages.cost(edit),
        "changes_url": reverse("edit-changes", args=[edit.pk]) if edit.change_map else "",
        "is_measuring": is_measuring(edit),
        "pair_url": reverse("edit-pair", args=[edit.pk]),
        "cleaned_up_at": edit.cleaned_up_at,
        "has_copies": bool(edit.tasks),
        "is_blind": blind.is_hidden(edit),
        "is_owner": False,
        "owner_name": edit.owner.username if edit.shows_name else "",
    }


def is_measuring(edit: Edit) -> bool:
    """A result is shown before it is compared with its photo; the comparison takes a moment, or never arrives."""
    just_now = timezone.now() - MEASURING
    return (
        edit.state == State.SUCCEEDED and edit.changed_percent is None and edit.ended_at is not None and edit.ended_at > just_now
    )


def _for_owner(request: HttpRequest, edit: Edit, is_blind: bool) -> dict[str, Any]:
    versions = history(edit)
    variations = versions.variations_of(edit)
    compared = comparison.comparison(edit, versions, comparison.wanted_in(request.GET))
    return {
        "is_owner": True,
        "history": versions,
        "number": versions.number_of(edit),
        "comparison": compared,
        "is_unusual": not compared.is_usual,
        "variations": variations,
        "is_grid": bool(variations) and "grid" in request.GET,
        # With several left, the grid has the buttons.
        "can_pick": is_blind and not variations and blind.can_pick(edit),
        "is_comparison": len({version.edit.model for version in variations}) > 1,
        "can_cancel": edit.is_pending and not edit.cancel_requested_at,
        # An edit of a region already keeps the rest.
        "can_keep_rest": edit.state == State.SUCCEEDED and not edit.region,
        **composer.below(edit, person(request), is_blind=is_blind),
        **_retrying(edit, is_blind),
        **_sharing(request, edit),
    }


def _retrying(edit: Edit, is_blind: bool) -> dict[str, Any]:
    # Until one is picked, the price would reveal the model.
    price = create.price_again(edit) if edit.is_ended and not is_blind else None
    return {
        "can_retry": price is not None or (edit.state == State.UNCONFIRMED and not edit.is_made_here),
        "retry_price": price,
        # Submitting the form twice creates one edit.
        "retry_nonce": uuid.uuid4().hex,
        "has_seed": has_seed(edit),
        "fallback": model_facts.fallback(edit),
    }


def _sharing(request: HttpRequest, edit: Edit) -> dict[str, Any]:
    is_result, is_private = edit.state == State.SUCCEEDED, edit.visibility == Visibility.PRIVATE
    links = live_links(request, edit) if is_result else []
    return {
        "links": links,
        # The URL of a new link is shown only once, so the sharing panel must be open.
        "is_sharing": any(link["url"] for link in links),
        "link_days": sharing.LINK_DAYS,
        "review_text": user_messages.review(edit),
        "can_share": is_result and is_private and edit.review != Review.REJECTED,
        "can_appeal": moderation.can_appeal(edit),
        "can_unshare": not is_private,
        "can_hide_name": not is_private and edit.shows_name,
    }


@require_safe
@login_not_required
@never_cache
def status(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    """Owner and who may view all: a shared edit has ended, so no one else has anything to wait for."""
    edits = Edit.objects.filter(pk=edit_id, deleted_at__isnull=True)
    if not may_view_all(request.user):
        edits = edits.filter(owner_id=request.user.pk) if request.user.is_authenticated else edits.none()
    edit = get_object_or_404(edits.only(*progress.FIELDS))
    if viewers.note_viewer(edit):
        enqueue(edit.pk)
    return JsonResponse(progress.status_of(edit))


@require_POST
def cancel(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    edit = own_edit(request, edit_id)
    return ask(request, edit, actions.cancel)


@require_POST
def retry(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    """An ended edit is retried as a new edit; an unconfirmed one is resubmitted, at its owner's risk."""
    edit = own_edit(request, edit_id)
    if edit.state == State.UNCONFIRMED:
        return ask(request, edit, actions.try_again_unconfirmed)
    if not edit.is_ended:
        messages.info(request, Denial.IN_PROGRESS.label)
        return answer(request, edit)
    # PostgreSQL stores no NUL.
    nonce = request.POST.get("nonce", "").replace("\x00", "")[:64]
    try:
        is_same, model = request.POST.get("seed") == "same", request.POST.get("model", "")
        at_most = _agreed(request.POST.get("price", ""))
        fresh = create.again(edit, same_seed=is_same, nonce=nonce, model=model, at_most=at_most)
    except PriceRisen as risen:
        return _not_retried(request, edit, 400, "price_changed", money.price_changed(risen.price))
    except quotas.QuotaExceeded as error:
        if wants_json(request):
            return told(429, error.code, user_messages.quota(error))
        return render(request, "429.html", {"message": user_messages.quota(error)}, status=429)
    except NotAllowed as denied:
        return _not_retried(request, edit, 409, denied.code, user_messages.not_allowed(denied, edit))
    except OSError:
        return storage_unavailable(request)
    enqueue(fresh.pk)
    return created(request, fresh)


def _agreed(price: str) -> Decimal | None:
    """The price that the button showed, in USD. A script need not send one."""
    if not price:
        return None
    try:
        amount = Decimal(price)
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() else Decimal(0)


def _not_retried(request: HttpRequest, edit: Edit, status: int, code: str, message: str) -> HttpResponse:
    if wants_json(request):
        return told(status, code, message)
    messages.error(request, message)
    return answer(request, edit)


@require_POST
def delete(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    with suppress(NotAllowed):
        trash.delete(own_edit(request, edit_id), person(request))
    messages.success(request, _("Moved to trash."), extra_tags=str(edit_id))
    return redirect("edit-list")


def ask(request: HttpRequest, edit: Edit, verb: Callable[[Edit, Any], None], done: str = "") -> HttpResponse:
    """Do it and say so with `done`, or say why it was not done; a script gets the status in any case."""
    try:
        verb(edit, request.user)
    except NotAllowed as denied:
        messages.error(request, user_messages.not_allowed(denied, edit))
    else:
        enqueue(edit.pk)
        if done and not wants_json(request):
            messages.success(request, done)
    return answer(request, edit)


def answer(request: HttpRequest, edit: Edit) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(progress.status_of(Edit.objects.select_related("photo", "result").get(pk=edit.pk)))
    return redirect(addresses.edit_url(edit))
