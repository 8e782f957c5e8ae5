"""What an answer means for the call that was made."""

from collections.abc import Mapping

from .answer import Answer
from .exceptions import WiroAPIError, WiroResponseError
from .task import WiroRun, WiroTask
from .values import as_task_id, as_text, as_token


def accepted_run(answer: Answer) -> WiroRun:
    """The task that Run has started. Even an id that cannot be read means that the Run was accepted."""
    listed = (as_text(task.get(name)) for task in answer.objects("tasklist")[:1] for name in ("id", "taskid"))
    given = answer.text("taskid") or next(filter(None, listed), "")
    if given in ("", "0"):
        raise answer.refusal() or WiroResponseError("Run answered without a task id.", answer.http_status)
    task_id = as_task_id(given)
    if not task_id:
        raise WiroResponseError("Run answered with a task id that cannot be read.", answer.http_status)
    return WiroRun(task_id, as_token(answer.text("socketaccesstoken")) or as_token(answer.text("tasktoken")))


def asked_for(answer: Answer, reference: Mapping[str, str]) -> WiroTask:
    """The task that was asked for, because a different one would deliver another person's picture.

    Fields are sometimes missing in Wiro's answers, so a single task without an id counts as the one that was asked for.
    """
    tasks = answer.objects("tasklist")
    names = ("id", "taskid") if "taskid" in reference else ("socketaccesstoken", "tasktoken")
    accepted = [*reference.values(), ""] if len(tasks) == 1 else [*reference.values()]
    for task in tasks:
        # The raw value: an id that cannot be read is not the same as a missing one.
        if next(filter(None, (as_text(task.get(name)) for name in names)), "") in accepted:
            return WiroTask.from_answer(task)
    raise WiroResponseError("The answer does not hold the task that was asked for.", answer.http_status)


def may_mean_unknown_call(error: WiroAPIError | WiroResponseError) -> bool:
    """Whether this is a refusal that is not about the account, or an answer (a page, a redirect) that is not Wiro's."""
    if isinstance(error, WiroResponseError):
        return error.http_status < 400 or error.http_status == 501
    concerns_the_account = error.is_concurrency_limit or error.is_balance or error.is_credentials or error.is_rate_limit
    return not concerns_the_account
