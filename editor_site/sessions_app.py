"""django-allauth's table of sessions, without what allauth does at each sign-in: reading every session of that account."""

from allauth.usersessions.apps import UserSessionsConfig


class SessionsConfig(UserSessionsConfig):
    def ready(self) -> None:
        """edits.web.accounts.sessions notes sessions instead."""
