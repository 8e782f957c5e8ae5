"""Read-only pages of the remaining models."""

from django.contrib import admin

from ..models import (
    Attempt,
    BackfillCursor,
    CircuitBreaker,
    ConcurrencyLimit,
    Event,
    Heartbeat,
    Pause,
    Photo,
    Signup,
    WriteLock,
)
from .read_only import ReadOnlyAdmin


@admin.register(Photo)
class PhotoAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "owner", "size", "created_at")
    list_filter = ("format", "created_at")
    list_select_related = ("owner",)
    search_fields = ("owner__username", "sha256")
    fields = ("owner", "format", "width", "height", "size", "sha256", "created_at")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("edit", "number", "outcome", "wiro_task_id", "error_code", "cost", "started_at", "cleaned_up_at")
    list_filter = ("outcome", "started_at")
    list_select_related = ("edit",)
    search_fields = ("wiro_task_id", "edit__prompt")
    exclude = ("callback_token_hash", "wiro_task_token", "output_url")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "edit", "kind", "text", "actor")
    list_filter = ("kind", "at")
    list_select_related = ("edit", "actor")
    search_fields = ("code", "reason", "edit__prompt")


@admin.register(CircuitBreaker)
class CircuitBreakerAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "tripped_at", "retry_at", "refusals", "notified_at")


@admin.register(ConcurrencyLimit)
class ConcurrencyLimitAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "valid_until")


@admin.register(Pause)
class PauseAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "paused_at", "paused_by", "reason")


@admin.register(WriteLock)
class WriteLockAdmin(ReadOnlyAdmin):
    list_display = ("name",)


@admin.register(BackfillCursor)
class BackfillCursorAdmin(ReadOnlyAdmin):
    list_display = ("name", "position")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "at")


@admin.register(Signup)
class SignupAdmin(ReadOnlyAdmin):
    list_display = ("address", "at")
    date_hierarchy = "at"
