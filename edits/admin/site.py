"""The admin site: its first page shows how the site is doing, and pauses or resumes submitting.

The pages are registered in `registration`, a module of its own, since this site has to exist before anything is registered.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from ..gallery import moderation
from ..jobs import ledger_comparison
from ..jobs.flow_control import pause, storage_health
from ..models import CircuitBreaker, NotAllowed, Pause
from ..operations import metrics
from ..ordering import offers
from ..version import VERSION
from ..web.safe_next import is_own_page, with_safe_next
from ..web.views.sign_in import SignIn
from .charts import HEIGHT, WIDTH, chart, titles

REASON_MAX = 300


class EditorAdminSite(AdminSite):
    site_title = site_header = gettext_lazy("Reword admin")
    index_title = gettext_lazy("Overview")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own: list[URLPattern | URLResolver] = [
            path("submitting/", self.admin_view(self.submitting), name="submitting"),
            path("figures/<str:name>.svg", self.admin_view(self.figure), name="figure"),
        ]
        return own + super().get_urls()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"version": VERSION}

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in for everybody, so that no second factor is skipped. A form that was posted here is answered
        here."""
        if request.method == "POST":
            answer: HttpResponse = with_safe_next(SignIn.as_view())(request)
            return answer
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        wanted = wanted if is_own_page(wanted) else reverse("admin:index")
        if self.has_permission(request):
            return redirect(wanted)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(wanted)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        found = _overview(request) if request.user.has_perm("edits.view_edit") else {}
        if request.user.has_perm("edits.review_edit"):
            found["review_counts"] = moderation.waiting_counts()
        return super().index(request, found | (extra_context or {}))

    def figure(self, request: HttpRequest, name: str) -> HttpResponse:
        """`<chart>-<theme>`: one chart of the overview."""
        if not request.user.has_perm("edits.view_edit"):
            raise PermissionDenied
        what, _dash, theme = name.rpartition("-")
        drawn = chart(what, theme, metrics.daily_figures()[-metrics.DAYS :])
        if drawn is None:
            raise Http404
        return HttpResponse(drawn, content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=60"})

    def submitting(self, request: HttpRequest) -> HttpResponse:
        """Pause submitting, or resume it; who did it is in the log and in the admin's own history."""
        if not request.user.has_perm("edits.operate_edit"):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        verbs = {"pause": pause.pause, "resume": pause.resume}
        action = request.POST.get("action", "")
        if action not in verbs:
            raise BadRequest("unknown action")
        reason = " ".join(request.POST.get("reason", "").replace("\x00", "").split())[:REASON_MAX]
        try:
            verbs[action](request.user, reason)
        except NotAllowed as denied:
            messages.warning(request, denied.message)
        else:
            note_submitting(request, action, reason)
            said = {"pause": _("Submitting paused. Edits wait until you resume."), "resume": _("Submitting resumed.")}
            messages.success(request, said[action])
        return redirect("admin:index")


def note_submitting(request: HttpRequest, action: str, reason: str = "") -> None:
    """Pausing and resuming concern no single edit, so they are recorded in the admin's own history."""
    text = f"{action}: {reason}" if reason else action
    user_id: Any = request.user.pk
    LogEntry.objects.log_actions(user_id, [Pause.current()], CHANGE, change_message=text, single_object=True)


def _overview(request: HttpRequest) -> dict[str, Any]:
    days, breaker, pause = metrics.daily_figures(), CircuitBreaker.current(), Pause.current()
    spent_today = days[-1].spent
    gone, changed = offers.gone_and_changed()
    return {
        "now": metrics.now_figures(),
        "breaker": breaker,
        "breaker_is_open": breaker.is_open(timezone.now()),
        "pause": pause,
        "storage_problem": storage_health.problem(),
        "ledger_differences": ledger_comparison.undismissed(),
        "models_gone": gone,
        "models_changed": changed,
        "spent_today": spent_today,
        "spent_share": min(round(100 * spent_today / settings.SPEND_PER_DAY), 100) if settings.SPEND_PER_DAY else 100,
        "spend_cap": settings.SPEND_PER_DAY,
        "spent_month": metrics.spent_this_month(days),
        "days": days[: -metrics.DAYS - 1 : -1],
        "charts": [_named(name, title) for name, title in titles().items()],
        "chart_size": {"width": WIDTH, "height": HEIGHT},
        "list_url": reverse("admin:edits_edit_changelist"),
        "may_operate": request.user.has_perm("edits.operate_edit"),
    }


def _named(name: str, title: str) -> dict[str, str]:
    addresses = {theme: reverse("admin:figure", args=[f"{name}-{theme}"]) for theme in ("light", "dark")}
    return {"name": name, "title": title} | addresses
