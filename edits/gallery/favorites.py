"""Favorites: the edits that their owner marked with a heart."""

from django.contrib.auth.models import User
from django.utils import timezone

from ..models import Edit


def favorite(edit: Edit, actor: User) -> bool:
    kept = Edit.objects.filter(pk=edit.pk, deleted_at__isnull=True, favorite_at__isnull=True)
    return kept.update(favorite_at=timezone.now()) == 1


def unfavorite(edit: Edit, actor: User) -> bool:
    return Edit.objects.filter(pk=edit.pk, favorite_at__isnull=False).update(favorite_at=None) == 1
