"""The view for callbacks from Wiro. All that a callback can do is make us check the edit soon."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ...jobs import webhooks
from ...jobs.webhooks import BODY_LIMIT
from ...tasks import enqueue


@csrf_exempt
@login_not_required
@require_POST
def callback(request: HttpRequest, token: str) -> HttpResponse:
    """Always 200 for a known token, whatever the body says; 503 while the database is unreachable, so that Wiro tries again."""
    try:
        edit_id = webhooks.receive(token, request.read(BODY_LIMIT + 1))
    except DatabaseError:
        return JsonResponse({"ok": False}, status=503)
    if edit_id is None:
        raise Http404
    enqueue(edit_id)
    return JsonResponse({"ok": True})
