"""The review queue: one edit at a time, or all waiting edits as a grid. Plain forms and redirects; the page's script
sends the same forms and takes what it needs from the same pages."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..gallery import moderation
from ..web import user_messages
from ..web.views.access import person
from .review_pairs import review_pairs
from .review_session import ReviewSession, Step

# The edit under review, and the next ones, whose images are preloaded.
PRELOADED = 3
IN_GRID = 60


class ReviewQueue(admin.ModelAdmin):
    """The part of EditAdmin for reviewers."""

    def get_urls(self) -> list[URLPattern]:
        pages = (("review/", self.review, "edits_edit_review"), ("waiting/", self.waiting, "edits_edit_waiting"))
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return own + super().get_urls()

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("edits.review_edit")

    def review(self, request: HttpRequest) -> HttpResponse:
        """One edit at a time. `?since=<moment>`: edits skipped before that moment come back."""
        since = _moment(request.GET.get("since", ""))
        if answer := self._posted(
            request, reverse("admin:edits_edit_review", query={"since": since.isoformat()} if since else None)
        ):
            return answer
        pairs = review_pairs(moderation.claim_next(person(request), PRELOADED, since))
        skipped = 0 if pairs else moderation.skipped_count(person(request), since)
        facts = {"title": _("Review"), "pairs": pairs, "skipped": skipped, "now": timezone.now()}
        return self._page(request, "review", facts)

    def waiting(self, request: HttpRequest) -> HttpResponse:
        """All waiting edits, or those of one owner, that no other reviewer has open, to decide many at once."""
        page, owner = _number(request.GET.get("page", "")), _owner(request.GET.get("owner", ""))
        query = {"owner": owner.pk} if owner else {}
        here = query | ({"page": page} if page > 1 else {})
        if answer := self._posted(request, reverse("admin:edits_edit_waiting", query=here or None)):
            return answer
        start, waiting = (page - 1) * IN_GRID, moderation.waiting_for(person(request))
        found = (waiting.filter(owner=owner) if owner else waiting).select_related("photo", "result", "owner")
        edits = list(found[start : start + IN_GRID + 1])
        facts = {"title": _("Waiting for review"), "edits": edits[:IN_GRID], "page": page, "has_more": len(edits) > IN_GRID}
        return self._page(request, "waiting", facts | {"of_owner": owner})

    def _posted(self, request: HttpRequest, back: str) -> HttpResponse | None:
        """Check the permission, carry out a posted action, and answer it with a redirect."""
        if not self.has_review_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return None
        said, is_done = _carry_out(request, ReviewSession(request.session))
        messages.add_message(request, messages.SUCCESS if is_done else messages.WARNING, said)
        return redirect(back)

    def _page(self, request: HttpRequest, name: str, facts: dict[str, Any]) -> TemplateResponse:
        session = ReviewSession(request.session)
        common = {
            "opts": self.opts,
            "session": session,
            "waiting_count": moderation.waiting().count(),
            "rejections": [(reason, _(reason)) for reason in user_messages.REJECTIONS],
        }
        return TemplateResponse(request, f"admin/edits/edit/{name}.html", self.admin_site.each_context(request) | common | facts)


def _carry_out(request: HttpRequest, session: ReviewSession) -> tuple[str, bool]:
    """Carry out the action. Returns the message and whether it succeeded."""
    ids, now = _ids(request.POST.getlist("id")), timezone.now()
    match request.POST.get("action"):
        case "undo":
            return _undo(request, session)
        case _ if not ids:
            return _("Nothing was selected."), False
        case "approve":
            return _decided("approve", moderation.approve_all(ids, person(request), now), ids, now, session)
        case "reject":
            reason = _reason(request)
            if not reason:
                return _("Choose or enter a reason. The owner will see it. Nothing was rejected."), False
            return _decided("reject", moderation.reject_all(ids, person(request), reason, now), ids, now, session)
        case "skip":
            return _skip(request, ids[0], session)
        case _unknown:
            raise BadRequest("unknown action")


def _decided(
    verb: str, done: list[uuid.UUID], ids: Sequence[uuid.UUID], at: datetime, session: ReviewSession
) -> tuple[str, bool]:
    if not done:
        return _("Another reviewer decided first. Nothing changed."), False
    session.add(Step.decided(at, len(done)))
    texts = {
        "approve": ngettext(
            "Approved %d edit. It is now in the gallery.", "Approved %d edits. They are now in the gallery.", len(done)
        ),
        "reject": ngettext(
            "Rejected %d edit. The owner can see the reason.", "Rejected %d edits. The owners can see the reason.", len(done)
        ),
    }
    left = len(ids) - len(done)
    others = ngettext("%d is with another reviewer.", "%d are with other reviewers.", left) % left if left else ""
    return f"{texts[verb] % len(done)} {others}".strip(), True


def _skip(request: HttpRequest, edit_id: uuid.UUID, session: ReviewSession) -> tuple[str, bool]:
    if moderation.skip(edit_id, person(request)):
        session.add(Step.skipped(edit_id))
        return _("Skipped. You’ll see it again in half an hour."), True
    return _("Another reviewer is already handling this edit."), False


def _undo(request: HttpRequest, session: ReviewSession) -> tuple[str, bool]:
    step = session.take(request.POST.get("last", ""))
    if step is None:
        return _("Nothing to undo."), False
    if not step.count:
        is_back = moderation.claim(step.edit_id, person(request))
        return (
            (_("The skipped edit is back."), True) if is_back else (_("Another reviewer is already handling this edit."), False)
        )
    back = len(moderation.undo(person(request), step.moment))
    if back:
        return ngettext("Undone. %d edit is waiting again.", "Undone. %d edits are waiting again.", back) % back, True
    return _("Too late to undo. More than ten minutes have passed, or the edit has changed since."), False


def _reason(request: HttpRequest) -> str:
    """The reviewer's own words if there are any, otherwise the chosen reason."""
    words = " ".join(request.POST.get("words", "").replace("\x00", "").split())[:500]
    chosen = request.POST.get("reason", "")
    return words or (chosen if chosen in user_messages.REJECTIONS else "")


def _ids(texts: Sequence[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in texts[:IN_GRID] if text]
    except ValueError as error:
        raise BadRequest("not an id") from error


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) and abs(moment - timezone.now()) < timedelta(days=1) else None


def _owner(text: str) -> User | None:
    return User.objects.filter(pk=int(text)).first() if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _number(text: str) -> int:
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
