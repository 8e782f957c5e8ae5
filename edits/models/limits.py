"""Per-user settings: personal limits, trust, and suspension."""

from decimal import Decimal

from django.conf import settings

from . import Profile


def profile_of(user_id: int) -> Profile:
    """The stored profile, or an unsaved one with the site's defaults."""
    return Profile.objects.filter(user_id=user_id).first() or Profile(user_id=user_id)


def is_suspended(user_id: int) -> bool:
    return Profile.objects.filter(user_id=user_id, suspended_at__isnull=False).exists()


def edits_per_day(profile: Profile) -> int:
    return settings.EDITS_PER_DAY if profile.edits_per_day is None else profile.edits_per_day


def spend_per_day(profile: Profile) -> Decimal | None:
    """USD; None: no personal limit."""
    return settings.SPEND_PER_PERSON if profile.spend_per_day is None else profile.spend_per_day


def edits_at_once(user_id: int) -> int:
    own = Profile.objects.filter(user_id=user_id).values_list("edits_at_once", flat=True).first()
    return settings.EDITS_AT_ONCE if own is None else own
