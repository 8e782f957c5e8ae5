"""Which of Wiro's tasks belongs to which attempt.

The callback URL contains the attempt's secret, and the source URL was used by this attempt alone: either of them proves or
disproves a match. If Wiro shows neither, matching inputs and time count, but only if no other attempt fits as well. For a task
that a callback claimed, matching inputs are enough.
"""

import hashlib
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q

from ...models import Attempt, Outcome, token_hash
from ...wiro import WiroTask
from .. import timing
from ..catalog import catalog

# Wiro's clock and ours need not agree to the second.
CLOCK_TOLERANCE = timedelta(seconds=5)
_SIGNED = re.compile(r"[?&]x-amz-signature=", re.IGNORECASE)


def source_hash(url: str) -> str:
    """What is stored of the source URL, because anyone who knows the URL can read the photo."""
    return hashlib.sha256(_unsigned(url).encode()).hexdigest()


def _unsigned(url: str) -> str:
    """A bucket's signed URL without the signature, which differs each time; the name of the file in it belongs to one attempt."""
    if not _SIGNED.search(url):
        return url
    address, _, query = url.partition("?")
    kept = sorted(pair for pair in parse_qsl(query) if not pair[0].casefold().startswith("x-amz-"))
    return f"{address}?{urlencode(kept)}"


def is_ours(task: WiroTask, attempt: Attempt, *, is_claimed: bool = False) -> bool:
    """Nothing that Wiro says about the task contradicts this attempt, and no other attempt owns it.

    `is_claimed`: a callback with the attempt's secret named the task, so its time need not match: a clock may have been set.
    """
    if not may_be_ours(task, attempt):
        return False
    return _proof(task, attempt) is True or _is_plausible(task, attempt, is_claimed=is_claimed)


def may_be_ours(task: WiroTask, attempt: Attempt) -> bool:
    """Like `is_ours`, but without comparing times, which are wrong if a clock was set in between. While such a task is listed,
    the attempt's own is not absent."""
    if not task.id or _is_owned_by_another(task, attempt) or _is_of_another_model(task, attempt):
        return False
    proof = _proof(task, attempt)
    return _has_its_inputs(task, attempt) if proof is None else proof


def is_known_task(task: WiroTask, attempt: Attempt) -> bool:
    """The attempt has this task: the same id, and the same token if both have one, because a Wiro that starts from scratch (as a
    sandbox does) counts its ids from 1 again."""
    return task.id == attempt.wiro_task_id and (not task.token or attempt.wiro_task_token in ("", task.token))


def is_anothers_task(task: WiroTask, attempt: Attempt) -> bool:
    """Whether Wiro, asked for the attempt's task by id, has answered with another one, because it counts its ids from 1 again.

    Another token alone is no proof: a result that was paid for must not be lost if Wiro ever gives a task a second one.
    """
    if not task.token or attempt.wiro_task_token in ("", task.token):
        return False
    proof = _proof(task, attempt)
    return not (_has_its_inputs(task, attempt) if proof is None else proof)


def is_certain(task: WiroTask, attempt: Attempt) -> bool:
    """The task shows a URL that only this attempt used."""
    return _proof(task, attempt) is True


def _is_owned_by_another(task: WiroTask, attempt: Attempt) -> bool:
    # By id and token, because a Wiro that starts from scratch (as a sandbox does) counts its ids from 1 again.
    owners = Attempt.objects.filter(wiro_task_id=task.id, wiro_task_token__in=["", task.token])
    return owners.exclude(pk=attempt.pk).exists()


def _is_of_another_model(task: WiroTask, attempt: Attempt) -> bool:
    slug = f"{task.model_owner}/{task.model_name}".casefold()
    return bool(task.model_owner and task.model_name) and slug != attempt.edit.model.casefold()


def _proof(task: WiroTask, attempt: Attempt) -> bool | None:
    """True or False if a URL decides it, None if Wiro shows none."""
    if task.callback_url:
        token = task.callback_url.rstrip("/").rpartition("/")[2]
        return token_hash(token) == attempt.callback_token_hash
    model = catalog().get(attempt.edit.model)
    source = task.parameters.get(model.picture.name) if model else None
    if isinstance(source, str) and source and attempt.source_hash:
        return source_hash(source) == attempt.source_hash
    return None


def _inputs(task: WiroTask, attempt: Attempt) -> dict[str, Any]:
    """What the task shows of instruction and seed, by their fields in an edit."""
    model = catalog().get(attempt.edit.model)
    names = {"prompt": model.words if model else "prompt", "seed": model.seed.name if model and model.seed else ""}
    return {field: task.parameters[name] for field, name in names.items() if name in task.parameters}


def _has_its_inputs(task: WiroTask, attempt: Attempt) -> bool:
    """None of the inputs that the task shows differs from the attempt's."""
    return all(str(value) == str(getattr(attempt.edit, field)) for field, value in _inputs(task, attempt).items())


def _is_plausible(task: WiroTask, attempt: Attempt, *, is_claimed: bool) -> bool:
    needs_no_time = (is_claimed or not task.created_at) and bool(_inputs(task, attempt))
    return (needs_no_time or _is_of_that_time(task, attempt)) and not _has_rival(attempt, task)


def _is_of_that_time(task: WiroTask, attempt: Attempt) -> bool:
    if task.created_at is None:
        return False
    began = attempt.sent_at or attempt.started_at
    return began - CLOCK_TOLERANCE <= task.created_at <= began + timedelta(seconds=timing.RUN_DEADLINE)


def _has_rival(attempt: Attempt, task: WiroTask) -> bool:
    """Whether the task may also belong to another attempt with the same inputs and no task yet: unresolved, or just sent.

    Only attempts of one edit are told apart by time. For another edit, perhaps another person's, a clock that was set in between
    would show the wrong picture.
    """
    edit = attempt.edit
    is_open = Q(outcome=Outcome.UNKNOWN) | Q(outcome=Outcome.PENDING, sent_at__isnull=False)
    rivals = Attempt.objects.filter(is_open, wiro_task_id__isnull=True, edit__prompt=edit.prompt)
    rivals = rivals.filter(edit__seed=edit.seed, edit__model=edit.model).exclude(pk=attempt.pk)
    if rivals.exclude(edit=edit).exists():
        return True
    return any(task.created_at is None or _is_of_that_time(task, rival) for rival in rivals)
