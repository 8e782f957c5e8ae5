"""How people get into their accounts: django-allauth handles what follows a correct password, mail and other ways to sign in."""

from datetime import timedelta
from typing import Any

from .environment import Env

APPS = [
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "editor_site.sessions_app.SessionsConfig",
]


def account_settings(env: Env) -> dict[str, Any]:
    """The settings of django-axes and django-allauth."""
    return {
        "LOGIN_URL": "login",
        "LOGIN_REDIRECT_URL": "edit-list",
        "LOGOUT_REDIRECT_URL": "gallery",
        **_sign_in_limits(),
        **_allauth(),
    }


def _sign_in_limits() -> dict[str, Any]:
    return {
        "AXES_FAILURE_LIMIT": 8,
        "AXES_COOLOFF_TIME": timedelta(minutes=15),
        # By name and IP address together: an attacker elsewhere must not be able to lock the account's owner out.
        "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
        "AXES_HANDLER": "edits.web.accounts.sign_in_limits.SignInLimits",
        "AXES_CLIENT_IP_CALLABLE": "edits.web.visitor.counted_address",
        "AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT": False,
        "AXES_LOCKOUT_TEMPLATE": "registration/account_locked.html",
        "AXES_RESET_ON_SUCCESS": True,
        "AXES_ENABLE_ACCESS_FAILURE_LOG": False,
        "AXES_DISABLE_ACCESS_LOG": True,
        "AXES_VERBOSE": False,
    }


def _allauth() -> dict[str, Any]:
    return {
        "ACCOUNT_ADAPTER": "edits.web.accounts.adapter.AccountAdapter",
        "SOCIALACCOUNT_ADAPTER": "edits.web.accounts.social_adapter.SocialAccountAdapter",
        # Seconds to wait for the provider, each time.
        "SOCIALACCOUNT_REQUESTS_TIMEOUT": 5,
        "MFA_ADAPTER": "edits.web.accounts.second_factor.MFAAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"],
        "MFA_FORMS": {
            "authenticate": "edits.web.accounts.second_factor.CodeForm",
            "activate_totp": "edits.web.accounts.second_factor.FirstCodeForm",
            "reauthenticate": "edits.web.accounts.second_factor.ConfirmingCodeForm",
        },
        # By how many steps of 30 s a clock may be off.
        "MFA_TOTP_TOLERANCE": 1,
        # Email addresses are optional; an unconfirmed one must not keep anybody from having a second factor.
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["email", "username*", "password1*", "password2*"],
        # Signing in never waits for a mail; our own pages send the mail that verifies an address.
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        # A new address takes the place of the one before once it is verified.
        "ACCOUNT_CHANGE_EMAIL": True,
        # Seconds for which the link for a new password works, and days for the one that verifies an address.
        "PASSWORD_RESET_TIMEOUT": 3600,
        "ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS": 3,
        # allauth counts in the cache of one process; our limits are counted in the database, exactly and for all processes.
        "ACCOUNT_RATE_LIMITS": False,
    }
