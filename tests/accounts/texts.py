"""All texts in the database, to search them for what must be gone."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from edits.models import Attempt, CodeTries, Edit, Event, Mail, Photo, Profile

WORDS = "Give my aunt Eulalia a red hat"


def every_text() -> str:
    """Everything that the database says about edits, as one text."""
    rows: list[object] = [*Edit.objects.values(), *Attempt.objects.values(), *Event.objects.values(), *Photo.objects.values()]
    rows += [*User.objects.values(), *Profile.objects.values(), *AccessAttempt.objects.values(), *LogEntry.objects.values()]
    rows += [*EmailAddress.objects.values(), *SocialAccount.objects.values(), *Authenticator.objects.values()]
    rows += [*UserSession.objects.values(), *Mail.objects.values(), *CodeTries.objects.values()]
    return "\n".join(str(row) for row in rows)
