"""What the site grants one person: limits of their own, trust, or for a while nothing at all."""

from django.conf import settings

from . import Profile


def profile_of(user_id: int) -> Profile:
    """The stored profile, or one that says what holds for everybody."""
    return Profile.objects.filter(user_id=user_id).first() or Profile(user_id=user_id)


def is_suspended(user_id: int) -> bool:
    return Profile.objects.filter(user_id=user_id, suspended_at__isnull=False).exists()


def edits_per_day(profile: Profile) -> int:
    return settings.EDITS_PER_DAY if profile.edits_per_day is None else profile.edits_per_day


def edits_at_once(user_id: int) -> int:
    own = profile_of(user_id).edits_at_once
    return settings.EDITS_AT_ONCE if own is None else own
