"""All edits in the admin: search, filters, actions and export."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..gallery import moderation
from ..jobs import actions
from ..models import Edit, NotAllowed
from ..web import addresses, user_messages
from ..web.views.access import person
from .csv_export import export
from .job_detail import JobView
from .read_only import ReadOnlyAdmin
from .review_queue import ReviewQueue
from .search import CappedPaginator, Cost, Created, EditChangeList, FailureCode, ModelFilter, StateFilter, search


def _reasons() -> list[tuple[str, str]]:
    return [("", "---------"), *((reason, gettext(reason)) for reason in user_messages.REJECTIONS)]


class ReviewActionForm(ActionForm):
    reason = forms.ChoiceField(label=_("Reason:"), required=False, choices=_reasons)


@admin.register(Edit)
class EditAdmin(ReviewQueue, JobView, ReadOnlyAdmin):
    list_display = ("pair", "words", "asked_by", "outcome", "visibility", "charged", "made")
    list_display_links = ("words",)
    list_filter = (Created, StateFilter, FailureCode, ModelFilter, Cost, "visibility", "review")
    # Prefetched instead: with a join, SQLite sorts the whole table instead of reading the newest from the index.
    list_select_related = ()
    list_per_page = 25
    list_max_show_all = 0
    # Facets count every choice of every filter.
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    ordering = ("-created_at", "-pk")
    paginator = CappedPaginator
    # Our search does not use it, but without it there is no search field.
    search_fields = ("prompt",)
    search_help_text = _("Edit ID, Wiro task ID, username, or words from the instruction")
    action_form = ReviewActionForm
    actions = ("approve", "reject", "look_now", "try_again", "give_up")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export)
        return [path("export/<str:name>.csv", view, name="edits_edit_export"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edit]:
        return super().get_queryset(request).prefetch_related("photo", "result", "owner")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[EditChangeList]:
        return EditChangeList

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Edit], search_term: str) -> tuple[QuerySet[Edit], bool]:
        return search(queryset, search_term), False

    def response_action(self, request: HttpRequest, queryset: QuerySet[Edit], *where: Any) -> HttpResponse | None:
        """Only selected rows: "all of them" may be a million."""
        if request.POST.get("select_across") == "1":
            raise BadRequest("choose edits one by one")
        return super().response_action(request, queryset, *where)

    def export(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """Everything that the list shows with these filters, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if name not in ("jobs", "costs"):
            raise Http404
        request.is_export = True  # type: ignore[attr-defined]
        try:
            return export(name, self.get_changelist_instance(request).queryset)
        except IncorrectLookupParameters as error:
            raise BadRequest("unknown filter") from error

    @admin.display(description=_("before and after"))
    def pair(self, edit: Edit) -> SafeString | str:
        if edit.deleted_at:
            # Hidden from everyone, including staff.
            return gettext("deleted")
        sides = [(addresses.before(edit), _("Before")), (addresses.after(edit), _("After"))]
        return format_html_join(
            " ",
            '<img src="{}" width="96" height="{}" alt="{}" loading="lazy">',
            [(side.card, max(96 * side.height // side.width, 1), alt) for side, alt in sides if side],
        )

    @admin.display(description=_("instruction"))
    def words(self, edit: Edit) -> str:
        return Truncator(edit.prompt).chars(140) or gettext("(erased)")

    @admin.display(description=_("owner"))
    def asked_by(self, edit: Edit) -> str:
        return str(edit.owner)

    @admin.display(description=_("state"))
    def outcome(self, edit: Edit) -> str:
        return f"{edit.get_state_display()}: {edit.get_failure_code_display()}" if edit.failure_code else edit.get_state_display()

    @admin.display(description=_("cost (USD)"))
    def charged(self, edit: Edit) -> str:
        return "" if edit.cost is None else f"{edit.cost.normalize():f}"

    @admin.display(description=_("created"))
    def made(self, edit: Edit) -> str:
        return date_format(localtime(edit.created_at), "SHORT_DATETIME_FORMAT")

    @admin.action(description=_("Approve and publish"), permissions=["review"])
    def approve(self, request: HttpRequest, edits: QuerySet[Edit]) -> None:
        done = moderation.approve_all(_ids(edits), person(request))
        self.message_user(
            request,
            ngettext("Approved %d edit. It is now in the gallery.", "Approved %d edits. They are now in the gallery.", len(done))
            % len(done),
        )

    @admin.action(description=_("Reject and remove from gallery"), permissions=["review"])
    def reject(self, request: HttpRequest, edits: QuerySet[Edit]) -> None:
        reason = request.POST.get("reason", "")
        if reason not in user_messages.REJECTIONS:
            self.message_user(request, _("Choose a reason first. The owner will see it. Nothing was rejected."), messages.WARNING)
            return
        done = moderation.reject_all(_ids(edits), person(request), reason, take_down=True)
        self.message_user(
            request,
            ngettext(
                "Rejected %d edit. The owner can see the reason.", "Rejected %d edits. The owners can see the reason.", len(done)
            )
            % len(done),
        )

    @admin.action(description=_("Check now"), permissions=["operate"])
    def look_now(self, request: HttpRequest, edits: QuerySet[Edit]) -> None:
        done = _count_done(actions.check_now, edits, person(request))
        self.message_user(request, ngettext("Checking %d edit now.", "Checking %d edits now.", done) % done)

    @admin.action(description=_("Resubmit unconfirmed edits (may be charged twice)"), permissions=["operate"])
    def try_again(self, request: HttpRequest, edits: QuerySet[Edit]) -> None:
        done = _count_done(actions.try_again_unconfirmed, edits, person(request))
        self.message_user(request, ngettext("Resubmitted %d edit.", "Resubmitted %d edits.", done) % done)

    @admin.action(description=_("Give up on unconfirmed edits"), permissions=["operate"])
    def give_up(self, request: HttpRequest, edits: QuerySet[Edit]) -> None:
        done = _count_done(actions.give_up_unconfirmed, edits, person(request))
        self.message_user(request, ngettext("Gave up on %d edit.", "Gave up on %d edits.", done) % done)


def _ids(edits: QuerySet[Edit]) -> list[uuid.UUID]:
    return list(edits.order_by().values_list("pk", flat=True))


def _count_done(verb: Callable[[Edit, Any], None], edits: Iterable[Edit], actor: User) -> int:
    """Apply the action to each. Returns how many times it was possible."""
    done = 0
    for edit in edits:
        try:
            verb(edit, actor)
        except NotAllowed:
            continue
        done += 1
    return done
