"""The addresses of second factors: django-allauth's views, by the names under which it looks for them."""

from allauth.mfa.base import views
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path
from django.views.decorators.cache import never_cache

from ..safe_next import with_safe_next
from ..views.access import not_shared
from .reauthentication import View, recently_confirmed
from .two_factor_guards import ends_session_after_too_many_codes, has_other_sign_in, password_unchanged_since


def _confirmed(view: View) -> View:
    return never_cache(not_shared(recently_confirmed(view)))


urlpatterns = [
    path("", never_cache(views.index), name="mfa_index"),
    path("code/", never_cache(password_unchanged_since(views.authenticate)), name="mfa_authenticate"),
    path(
        "confirm/",
        with_safe_next(never_cache(ends_session_after_too_many_codes(views.reauthenticate))),
        name="mfa_reauthenticate",
    ),
    path("set-up/", has_other_sign_in(_confirmed(totp.activate_totp)), name="mfa_activate_totp"),
    path("turn-off/", _confirmed(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("recovery-codes/", _confirmed(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", _confirmed(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("recovery-codes/download/", _confirmed(recovery.download_recovery_codes), name="mfa_download_recovery_codes"),
]
