"""A user's earlier instructions, to be used again."""

from django.contrib.auth.models import User

from ..models import Edit

# At most this many edits are read, however many a user has.
LOOKED_AT = 500
OFFERED = 20


def earlier_prompts(owner: User, text: str = "") -> list[str]:
    """The user's own instructions that contain `text` (ignoring case), each once, newest first."""
    edits = Edit.objects.filter(owner=owner, deleted_at__isnull=True).order_by("-created_at", "-pk")
    prompts = dict.fromkeys(edits.values_list("prompt", flat=True)[:LOOKED_AT])
    return [prompt for prompt in prompts if text.casefold() in prompt.casefold()][:OFFERED]
