"""Tables of django-allauth that the admin does not show: keys, sessions of people, and providers, which the settings name."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin

for table in (Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
    if admin.site.is_registered(table):
        admin.site.unregister(table)
