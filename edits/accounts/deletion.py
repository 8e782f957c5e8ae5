"""Account deletion: everything that belongs to a person is removed; the ledger keeps the numbers without the person.

One transaction closes the account and hides everything in it. Then everything that can be removed is removed. What cannot be
removed yet (a running edit, copies that Wiro still has) gets no time in the trash, so the following cleanups remove it; each
continues where the previous one stopped.
"""

import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from ..failpoints import failpoint
from ..gallery.redaction import redact
from ..gallery.trash import erase_unused_photos, purge, trash_time
from ..jobs.actions import cancel
from ..jobs.flow_control.spending import keep_for_groups
from ..models import (
    ENDED,
    ApiToken,
    Attempt,
    CodeTries,
    Edit,
    Event,
    EventCode,
    GroupBudget,
    Mail,
    MailChoices,
    NotAllowed,
    Photo,
    Profile,
    ShareLink,
    State,
    Visibility,
    WebhookEndpoint,
    WriteLock,
)

log = logging.getLogger(__name__)

# How many edits are handled while the user waits for the page; the cleanups do the rest.
AT_ONCE = 200
BATCH = 500


class LastAdministrator(Exception):
    """Without this account nobody could administer the site anymore."""


@dataclass(frozen=True)
class Belongings:
    """What the site still has of a person. `size` is in bytes, without the smaller copies."""

    edits: int
    in_trash: int
    under_way: int
    shared: int
    links: int
    pictures: int
    size: int


def belongings(user: User) -> Belongings:
    edits, photos = _unpurged(user.pk), Photo.objects.filter(owner=user, purged_at__isnull=True)
    links = ShareLink.objects.filter(edit__owner=user, revoked_at__isnull=True, expires_at__gt=timezone.now())
    return Belongings(
        edits=edits.count(),
        in_trash=edits.filter(deleted_at__isnull=False).count(),
        under_way=edits.exclude(state__in=ENDED).count(),
        shared=edits.exclude(visibility=Visibility.PRIVATE).count(),
        links=links.count(),
        pictures=photos.count(),
        size=photos.aggregate(total=Sum("size"))["total"] or 0,
    )


def is_last_administrator(user: User) -> bool:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and user.is_active and not others.exists()


def delete_account(user: User, actor: Any, reason: str = "") -> bool:
    """Close the account permanently and remove what it has. False: it was already closed. Raises LastAdministrator.

    `actor` is who asks for it: the person, an operator, or None for a command.
    """
    closed = _close(user.pk, actor)
    if closed:
        by = "themselves" if actor == user else f"person {actor.pk}" if actor else "a command"
        log.warning("person %s was erased by %s: %s", user.pk, by, " ".join(reason.split()) or "no reason given")
    failpoint("after_person_closed")
    _continue_deletion(user.pk, actor)
    purge(AT_ONCE)
    _remove_unused_photos(user.pk)
    return closed


def continue_deletions() -> None:
    """Remove what is left of erased users."""
    edits = Edit.objects.filter(owner=OuterRef("pk"), purged_at__isnull=True)
    photos = Photo.objects.filter(owner=OuterRef("pk"), purged_at__isnull=True)
    left = User.objects.filter(Exists(edits) | Exists(photos), profile__deleted_at__isnull=False)
    for user_id in list(left.values_list("pk", flat=True)):
        _continue_deletion(user_id)
        _remove_unused_photos(user_id)


def _close(user_id: int, actor: User) -> bool:
    with transaction.atomic():
        # The lock that every new edit takes, so that none begins meanwhile; and two last administrators cannot both leave.
        WriteLock.hold(WriteLock.SUBMISSIONS)
        # Not FOR UPDATE, which could deadlock: each event references its actor, so a transaction that is canceling an edit would
        # wait for this row while this one waits for that edit.
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        profile, _ = Profile.objects.get_or_create(user=user)
        if profile.deleted_at:
            return False
        if is_last_administrator(user):
            raise LastAdministrator
        keep_for_groups(user)
        _hide(user_id, actor)
        _end_sessions(user_id)
        _forget_traces(user)
        _anonymize(user)
        now = timezone.now()
        # Suspended as well, so that a form that is being submitted at this moment creates nothing.
        Profile.objects.filter(pk=user_id).update(deleted_at=now, suspended_at=now, suspended_reason="", is_trusted=False)
    return True


def _hide(user_id: int, actor: User) -> None:
    """Remove the edits from the gallery, links and trash at once; `purge` removes the rest as soon as possible."""
    over = timezone.now() - trash_time()
    ShareLink.objects.filter(edit__owner=user_id, revoked_at__isnull=True).update(revoked_at=timezone.now())
    shown = _unpurged(user_id).exclude(deleted_at__lte=over)
    while hidden := list(shown.select_for_update().values_list("pk", flat=True)[:BATCH]):
        Edit.objects.filter(pk__in=hidden).update(deleted_at=over, visibility=Visibility.PRIVATE)
        told = {"kind": Event.Kind.ASKED, "code": EventCode.ACCOUNT_DELETED, "actor": actor}
        Event.objects.bulk_create(Event(edit_id=pk, **told) for pk in hidden)


def _end_sessions(user_id: int) -> None:
    """They are void without a password; delete the rows, too. Only a session's data says whose it is. Also tokens, webhooks,
    mail."""
    ApiToken.objects.filter(owner=user_id).delete()
    WebhookEndpoint.objects.filter(owner=user_id).delete()
    for theirs in (EmailAddress, SocialAccount, Authenticator, CodeTries, UserSession, MailChoices):
        theirs.objects.filter(user=user_id).delete()
    Mail.objects.filter(user=user_id).delete()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    sessions = [row.pk for row in Session.objects.iterator() if row.get_decoded().get(SESSION_KEY) == str(user_id)]
    Session.objects.filter(pk__in=sessions).delete()


def _forget_traces(user: User) -> None:
    """Remove the name from other places: failed sign-ins, and the admin's own history."""
    for trace in (AccessAttempt, AccessFailureLog, AccessLog):
        trace.objects.filter(username=user.username).delete()
    types = ContentType.objects.get_for_models(User, Profile).values()
    about = LogEntry.objects.filter(content_type__in=types, object_id=str(user.pk))
    about.update(object_repr=f"erased-{user.pk}", change_message="")


def _anonymize(user: User) -> None:
    name = f"erased-{user.pk}"
    if User.objects.filter(username=name).exclude(pk=user.pk).exists():
        # Somebody signed up with this very name; that must not prevent the deletion.
        name = f"{name}-{secrets.token_hex(4)}"
    user.username, user.first_name, user.last_name, user.email, user.last_login = name, "", "", "", None
    # Only the day: with the exact time, an IP address in a log could be linked to the account.
    user.date_joined = user.date_joined.replace(hour=0, minute=0, second=0, microsecond=0)
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    for budget in GroupBudget.objects.filter(owners=user):
        budget.owners.remove(user)


def _continue_deletion(user_id: int, actor: User | None = None) -> None:
    """Cancel edits that have not ended; of those that have, remove the texts and have Wiro's copies deleted."""
    for edit in _unpurged(user_id).exclude(state__in=ENDED):
        # If a callback has just named the edit's task, that is looked up first: only then can Wiro's copies be erased.
        if edit.state != State.UNCONFIRMED or edit.due_at is None:
            with suppress(NotAllowed):
                cancel(edit, actor)
    ended = _unpurged(user_id).filter(state__in=ENDED)
    redact(ended)
    # Including copies whose deletion was never scheduled, because of the way in which the edit was given up.
    kept = Attempt.objects.filter(edit__in=ended, cleaned_up_at__isnull=True, cleanup_due_at__isnull=True)
    kept.exclude(wiro_task_token="").update(cleanup_due_at=timezone.now())


def _remove_unused_photos(user_id: int) -> None:
    """Pictures are removed with their edits. The few that never got an edit are removed last."""
    if not _unpurged(user_id).exists():
        erase_unused_photos(user_id)


def _unpurged(user_id: int) -> QuerySet[Edit]:
    return Edit.objects.filter(owner_id=user_id, purged_at__isnull=True)
