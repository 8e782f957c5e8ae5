"""Mistakes on the way to a paid Run, and in finding out what became of it."""

from .mutation import Mutation

SUBMIT = "edits/jobs/submit.py"
ADMISSION = "edits/jobs/admission.py"
BREAKER = "edits/jobs/circuit_breaker.py"
RECONCILE = "edits/jobs/reconcile.py"
MATCH = "edits/jobs/task_match.py"
SUBMIT_TESTS = "tests/jobs/test_submit.py"

MUTATIONS = [
    Mutation(
        "a late refusal after a lost lease is ignored",
        SUBMIT,
        "return fresh if is_submitting or fresh.state == State.UNCONFIRMED else None",
        "return fresh if is_submitting else None",
        ("tests/jobs/test_late_answers.py",),
    ),
    Mutation(
        "a late refusal leaves the attempt unknown",
        SUBMIT,
        "    settle_by(attempt, Outcome.REJECTED, error)\n",
        "    settle_by(attempt, Outcome.UNKNOWN, error)\n",
        (SUBMIT_TESTS, "-k", "late_refusal or waited_out"),
    ),
    Mutation(
        "a late refusal moves an edit that waits for a newer attempt",
        SUBMIT,
        "    if Attempt.objects.filter(edit=edit, number__gt=attempt.number).exists():\n        return None\n",
        "",
        (SUBMIT_TESTS, "-k", "late_refusal"),
    ),
    Mutation(
        "an unknown outcome counts as a refusal",
        SUBMIT,
        "        if error.accepted_possible:\n",
        "        if False:\n",
    ),
    Mutation(
        "a lost worker's attempt counts as never sent",
        SUBMIT,
        "    if attempt is None or attempt.sent_at is None:\n        not_sent(edit, attempt, is_fruitless=True)\n        return\n"
        "    attempt.settle(Outcome.UNKNOWN)\n    mark_unconfirmed(edit, EventCode.WORKER_LOST)\n",
        "    not_sent(edit, attempt)\n",
    ),
    Mutation(
        "a cancel before Run is not looked for",
        SUBMIT,
        "not ours.filter(cancel_requested_at__isnull=True).exists()",
        "not ours.exists()",
        (SUBMIT_TESTS, "-k", "a_cancel_between"),
    ),
    Mutation(
        "a pause before Run is not looked for",
        SUBMIT,
        "if Pause.current().is_on or not ours",
        "if not ours",
        ("tests/jobs/test_before_run.py",),
    ),
    Mutation(
        "a disk that fills up before Run is not looked for",
        SUBMIT,
        "    if storage_health.problem():\n        return False\n",
        "",
        ("tests/jobs/test_before_run.py",),
    ),
    Mutation(
        "Run is sent after the lease",
        SUBMIT,
        "    if not ours.filter(lease_until__gt=Now()).exists():\n",
        "    if False:\n",
        ("tests/jobs/test_paid_results.py", "-k", "wakes_up_after_its_lease"),
    ),
    Mutation(
        "a task id that cannot be saved is thrown away",
        SUBMIT,
        "        task_id_spool.write(attempt, run.task_id, run.task_token)\n",
        "",
        ("tests/jobs/test_task_id_spool.py", "-k", "could_not_be_saved"),
    ),
    Mutation(
        "a refusal overwrites a pause",
        BREAKER,
        "        breaker.save()\n",
        "        breaker.save()\n        Pause.objects.update(paused_at=None)\n",
        ("tests/jobs/test_before_run.py",),
    ),
    Mutation(
        "a late success closes a breaker that opened since",
        BREAKER,
        "if opened.filter(Q(last_refusal_at__isnull=True) | Q(last_refusal_at__lte=sent_at)).update",
        "if opened.update",
        ("tests/jobs/test_circuit_breaker.py", "-k", "success_that_comes_late"),
    ),
    Mutation(
        "one edit's bare 403 stops everybody",
        BREAKER,
        "(_may_concern_one_edit(error) and _others_pass(edit))",
        "False",
        ("tests/jobs/test_circuit_breaker.py", "-k", "bare_403"),
    ),
    Mutation(
        "the refused edit itself probes again and again",
        BREAKER,
        "    if breaker.is_closed or breaker.tripped_by != edit_id or breaker.retry_at is None:\n        return False\n",
        "    if True:\n        return False\n",
        ("tests/jobs/test_before_run.py",),
    ),
    Mutation(
        "a pause is ignored",
        ADMISSION,
        "    if Pause.current().is_on:\n",
        "    if False:\n",
        ("tests/jobs/test_engine.py", "-k", "paused"),
    ),
    Mutation(
        "an edit is begun although results cannot be stored",
        ADMISSION,
        "    if storage_health.problem():\n",
        "    if False:\n",
        ("tests/jobs/test_before_run.py",),
    ),
    Mutation(
        "the limit of edits at once is not looked at under the lock",
        ADMISSION,
        "        if wait := _closed(edit, now) or _no_place(edit, now):\n            return wait\n        # Nothing",
        "        # Nothing",
        ("tests/jobs/test_in_parallel.py",),
        needs_postgresql=True,
    ),
    Mutation(
        "the breaker lets more than one probe through",
        ADMISSION,
        '        CircuitBreaker.objects.exclude(trip_reason="").update(retry_at=now + timing.span(timing.RUN_DEADLINE))\n',
        "",
        ("tests/jobs/test_in_parallel.py", "-k", "probe"),
    ),
    Mutation(
        "a known task id is only saved while its edit is submitting",
        RECONCILE,
        "edit.state in (State.SUBMITTING, State.UNCONFIRMED, State.QUEUED)",
        "edit.state == State.SUBMITTING",
        ("tests/jobs/test_late_answers.py", "-k", "is_saved"),
    ),
    Mutation(
        "the task of an older attempt is taken instead of the newest",
        RECONCILE,
        "        if newest and edit.state in",
        "        if edit.state in",
    ),
    Mutation(
        "a task id that comes late is not saved",
        RECONCILE,
        "if newest and edit.state in (State.SUBMITTING, State.UNCONFIRMED, State.QUEUED):",
        "if newest and edit.state == State.SUBMITTING:",
    ),
    Mutation(
        "the task of an attempt that was given up is not stopped",
        RECONCILE,
        "update(outcome=Outcome.SUPERSEDED, cleanup_due_at=timezone.now(), **known)",
        "update(outcome=Outcome.SUPERSEDED, **known)",
        ("tests/jobs/test_webhooks.py", "-k", "given_up"),
    ),
    Mutation(
        "absence in one look proves that nothing was accepted",
        RECONCILE,
        "    return is_old and attempt.absent_looks >= timing.ABSENT_LOOKS\n",
        "    return True\n",
    ),
    Mutation(
        "absence counts although the list may be behind",
        RECONCILE,
        " or not _shows_later_task_of_ours(tasks, attempt):",
        ":",
        ("tests/jobs/test_late_answers.py",),
    ),
    Mutation(
        "absence counts although the callback has come",
        RECONCILE,
        "if matching or attempt.callback_seen_at or not",
        "if matching or not",
        ("tests/jobs/test_late_answers.py", "-k", "list_lacks_it"),
    ),
    Mutation(
        "an edit is sent again each time it is absent",
        RECONCILE,
        "    return not edit.attempts.filter(outcome=Outcome.REJECTED, error_code=ABSENT).exists()\n",
        "    return True\n",
        ("tests/jobs/test_late_answers.py",),
    ),
    Mutation(
        "a callback's claim is believed",
        RECONCILE,
        "    if is_ours(task, attempt):\n        return task\n    _drop_claim",
        "    if True:\n        return task\n    _drop_claim",
        ("tests/jobs/test_webhooks.py", "-k", "not_believed or believed_only"),
    ),
    Mutation(
        "a task that another attempt owns is adopted",
        MATCH,
        "if not task.id or _is_owned_by_another(task, attempt) or _is_of_another_model(task):",
        "if not task.id or _is_of_another_model(task):",
        ("tests/jobs/test_task_match.py",),
    ),
    Mutation(
        "a task older than this Run counts as ours",
        MATCH,
        "return began - CLOCK_TOLERANCE <= task.created_at <= began",
        "return task.created_at <= began",
        ("tests/jobs/test_task_match.py",),
    ),
    Mutation(
        "a rival for the same task is not thought of",
        MATCH,
        "    return not _has_rival(attempt, task)\n",
        "    return True\n",
        ("tests/jobs/test_task_match.py",),
    ),
    Mutation(
        "the callback's address proves nothing",
        MATCH,
        "        return token_hash(token) == attempt.callback_token_hash\n",
        "        return None\n",
        ("tests/jobs/test_task_match.py",),
    ),
]
