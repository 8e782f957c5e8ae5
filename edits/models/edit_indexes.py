"""The indexes of edits: one for each list that must stay quick with a million of them."""

from django.db import models
from django.db.models import Q

from .states import State

INDEXES = [
    models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="edit_due"),
    models.Index(fields=["state", "created_at"], name="edit_state_created"),
    models.Index(fields=["owner", "-created_at", "-id"], name="edit_owner_newest"),
    models.Index(fields=["owner", "-started_at"], name="edit_owner_served"),
    # Used where the state is written into the query: see edits/jobs/flow_control/fair_queue.py.
    models.Index(fields=["owner", "created_at", "id"], condition=Q(state=State.QUEUED), name="edit_waiting"),
    models.Index(fields=["-created_at", "-id"], condition=Q(visibility="public"), name="edit_gallery_newest"),
    models.Index(fields=["created_at"], name="edit_created"),
    models.Index(fields=["model", "-created_at", "-id"], name="edit_model_newest"),
    models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="edit_batch"),
    models.Index(
        fields=["appealed_at", "offered_at", "created_at", "id"], condition=Q(visibility="pending"), name="edit_offered"
    ),
    models.Index(fields=["origin", "-created_at", "-id"], name="edit_versions"),
    models.Index(fields=["owner", "-deleted_at", "-id"], condition=Q(deleted_at__isnull=False), name="edit_own_trash"),
    models.Index(fields=["owner", "-created_at", "-id"], condition=Q(favorite_at__isnull=False), name="edit_favorites"),
    models.Index(fields=["owner", "-created_at", "-id"], condition=Q(news_at__isnull=False), name="edit_news"),
    models.Index(fields=["news_at"], condition=Q(news_at__isnull=False), name="edit_news_at"),
    # Not conditional: SQLite compares a condition with the query's parameters before these are known, and leaves the index out.
    models.Index(fields=["owner", "state", "-created_at", "-id"], name="edit_own_states"),
    models.Index(fields=["owner", "visibility", "review"], name="edit_own_sharing"),
    models.Index(fields=["ended_at"], condition=Q(state=State.SUCCEEDED, changed_percent__isnull=True), name="edit_uncompared"),
    models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False, purged_at__isnull=True), name="edit_trash"),
]
