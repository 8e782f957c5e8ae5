"""The addresses of second factors: django-allauth's views, by the names under which it looks for them."""

from allauth.mfa.base import views
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path
from django.views.decorators.cache import never_cache

from ..own_next import with_own_next
from ..views.access import not_shared

urlpatterns = [
    path("", never_cache(views.index), name="mfa_index"),
    path("code/", never_cache(views.authenticate), name="mfa_authenticate"),
    path("confirm/", with_own_next(never_cache(views.reauthenticate)), name="mfa_reauthenticate"),
    path("set-up/", never_cache(not_shared(totp.activate_totp)), name="mfa_activate_totp"),
    path("turn-off/", never_cache(not_shared(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path("recovery-codes/", never_cache(not_shared(recovery.view_recovery_codes)), name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", never_cache(not_shared(recovery.generate_recovery_codes)), name="mfa_generate_recovery_codes"),
    path("recovery-codes/download/", not_shared(recovery.download_recovery_codes), name="mfa_download_recovery_codes"),
]
