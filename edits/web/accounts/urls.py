"""The addresses below accounts/: signing in and up, and one's own account. docs/addresses.md describes each."""

from allauth.account import views as allauth_views
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache

from ..safe_next import with_safe_next
from ..views import api_access, sign_in, webhook_settings
from ..views.account import email_address, export, mail_choices, overview, password, password_reset, sessions, single_sign_on

_SIGN_IN, _SIGN_UP = with_safe_next(sign_in.SignIn.as_view()), with_safe_next(sign_in.sign_up)

urlpatterns = [
    path("login/", _SIGN_IN, name="login"),
    path("signup/", _SIGN_UP, name="signup"),
    path("", overview.account, name="account"),
    path("password/", password.ChangePassword.as_view(), name="account-password"),
    path("delete/", overview.delete, name="account-delete"),
    path("api/", api_access.page, name="account-api"),
    path("api/tokens/", api_access.new_token, name="account-token"),
    path("api/tokens/<int:token_id>/revoke/", api_access.revoke_token, name="account-token-revoke"),
    path("webhooks/", webhook_settings.page, name="account-webhooks"),
    path("webhooks/new/", webhook_settings.new, name="account-webhook"),
    path("webhooks/<uuid:endpoint_id>/delete/", webhook_settings.delete, name="account-webhook-delete"),
    path("webhooks/<uuid:endpoint_id>/enable/", webhook_settings.enable, name="account-webhook-enable"),
    path("webhooks/deliveries/<uuid:delivery_id>/replay/", webhook_settings.replay, name="account-webhook-replay"),
    # django-allauth uses these names to link to our pages.
    path("login/", _SIGN_IN, name="account_login"),
    path("signup/", _SIGN_UP, name="account_signup"),
    path("email/", email_address.page, name="account_email"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", email_address.confirm, name="account_confirm_email"),
    path("reauthenticate/", with_safe_next(never_cache(allauth_views.reauthenticate)), name="account_reauthenticate"),
    path("password/reset/", password_reset.ask, name="account_reset_password"),
    path("password/reset/sent/", password_reset.sent, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        password_reset.from_key,
        name="account_reset_password_from_key",
    ),
    path("<slug:provider_id>/login/", single_sign_on.begin, name="openid_connect_login"),
    path("<slug:provider_id>/callback/", single_sign_on.finish, name="openid_connect_callback"),
    path("disconnect/", single_sign_on.disconnect, name="account-disconnect"),
    path("sessions/", sessions.page, name="account-sessions"),
    path("sessions/end/", sessions.end, name="account-sessions-end"),
    path("mail/", mail_choices.page, name="account-mail"),
    path("export/", export.download, name="account-export"),
    path("two-factor/", include("edits.web.accounts.two_factor_urls")),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
]
