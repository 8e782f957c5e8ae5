"""The site's URLs: the app's own, Django's accounts and admin."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.i18n import set_language

from edits.web.safe_next import with_safe_next

urlpatterns = [
    path("api/v1/", include("edits.api.urls")),
    path("", include("edits.tool_server.urls")),
    path("", include("edits.web.urls")),
    path("accounts/logout/", with_safe_next(LogoutView.as_view()), name="logout"),
    path("language/", login_not_required(with_safe_next(set_language)), name="set_language"),
    path("admin/", admin.site.urls),
]

handler400 = "edits.web.views.errors.bad_request"
handler500 = "edits.web.views.errors.server_error"
