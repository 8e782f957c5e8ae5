"""The addresses below accounts/: signing in and up, and one's own account. docs/addresses.md describes each."""

from allauth.account import views as allauth_views
from django.urls import path

from .own_next import with_own_next
from .views import api_access, sign_in, webhook_settings
from .views.account import overview

_SIGN_IN, _SIGN_UP = with_own_next(sign_in.SignIn.as_view()), with_own_next(sign_in.sign_up)

urlpatterns = [
    path("login/", _SIGN_IN, name="login"),
    path("signup/", _SIGN_UP, name="signup"),
    path("", overview.account, name="account"),
    path("password/", overview.ChangePassword.as_view(), name="account-password"),
    path("delete/", overview.delete, name="account-delete"),
    path("api/", api_access.page, name="account-api"),
    path("api/tokens/", api_access.new_token, name="account-token"),
    path("api/tokens/<int:token_id>/revoke/", api_access.revoke_token, name="account-token-revoke"),
    path("webhooks/", webhook_settings.page, name="account-webhooks"),
    path("webhooks/new/", webhook_settings.new, name="account-webhook"),
    path("webhooks/<uuid:endpoint_id>/delete/", webhook_settings.delete, name="account-webhook-delete"),
    path("webhooks/<uuid:endpoint_id>/enable/", webhook_settings.enable, name="account-webhook-enable"),
    path("webhooks/deliveries/<uuid:delivery_id>/replay/", webhook_settings.replay, name="account-webhook-replay"),
    # By these names django-allauth leads to pages of ours.
    path("login/", _SIGN_IN, name="account_login"),
    path("signup/", _SIGN_UP, name="account_signup"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
]
