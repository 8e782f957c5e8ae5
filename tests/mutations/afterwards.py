"""Mistakes after a task is known: polling, fetching, cleaning up, the books, and the row itself."""

from .mutation import Mutation

POLL = "edits/jobs/steps/poll.py"
FETCH = "edits/jobs/steps/fetch.py"
CLEANUP = "edits/jobs/steps/provider_cleanup.py"
EDIT = "edits/models/edit.py"
SPENDING = "edits/jobs/flow_control/spending.py"
SPOOL_TESTS = ("tests/jobs/test_task_id_spool.py", "-k", "could_not_be_saved or stays_in_the_spool")

MUTATIONS = [
    Mutation(
        "Cancel is sent at every look",
        POLL,
        "        if task and not attempt.cancel_sent_at:\n",
        "        if task:\n",
        ("tests/jobs/steps/test_poll.py", "-k", "stop_once"),
    ),
    Mutation(
        "no last look before giving up",
        POLL,
        "    now = clock.now()\n    if edit.age_at(now) > timing.scaled(timing.RUN_MAX_AGE + timing.GIVING_UP_MAX_AGE):\n",
        "    now = clock.now()\n    if True:\n",
        ("tests/jobs/steps/test_poll.py", "-k", "killed or given_up"),
    ),
    Mutation(
        "a task that is not found once is given up",
        POLL,
        '    return is_old and seen["condition_looks"] >= timing.CONDITION_LOOKS\n',
        '    return bool(seen["condition"] == Condition.MISSING)\n',
        ("tests/jobs/steps/test_poll.py", "-k", "strange_answer or waited_for"),
    ),
    Mutation(
        "a condition that another one interrupted goes on counting",
        POLL,
        "    is_same = condition and edit.condition == condition\n",
        "    is_same = condition\n",
        ("tests/jobs/steps/test_poll.py", "-k", "interrupted"),
    ),
    Mutation(
        "the list is not asked about a task that vanished",
        POLL,
        "    task = listed_task(attempt)\n",
        "    task = None\n",
        ("tests/jobs/steps/test_poll.py", "-k", "only_the_list"),
    ),
    Mutation(
        "copies at Wiro are deleted before the edit has ended",
        CLEANUP,
        "    if _is_in_use(attempt):\n        return\n",
        "",
        ("tests/jobs/steps/test_provider_cleanup.py", "-k", "before_the_edit_has_ended"),
    ),
    Mutation(
        "a task that vanished is not followed",
        POLL,
        "    Attempt.objects.filter(pk=attempt.pk).update(cleanup_due_at=clock.now())\n    if edit.cancel_requested_at:\n",
        "    if edit.cancel_requested_at:\n",
    ),
    Mutation(
        "an ended task without outputs is a failure at once",
        POLL,
        "    if task and task.is_ended and not task.ended_without_outputs:\n        _settle(edit, attempt, task)\n"
        "        return\n    seen",
        "    if task and task.is_ended:\n        _settle(edit, attempt, task)\n        return\n    seen",
        ("tests/jobs/steps/test_poll.py", "-k", "appear_late"),
    ),
    Mutation(
        "a success after a cancel is thrown away",
        POLL,
        "    if task.is_canceled:\n        _ended_by_stop(edit, seen)\n",
        "    if task.is_canceled or edit.cancel_requested_at:\n        _ended_by_stop(edit, seen)\n",
        ("tests/jobs/test_engine.py", "tests/jobs/test_actions.py", "-k", "cancel"),
    ),
    Mutation(
        "a result that cannot be fetched is a failure",
        FETCH,
        "        if edit.park(EventCode.RESULT_UNAVAILABLE, reason=why):\n",
        "        if edit.mark_failed(Failure.OUTPUT_UNAVAILABLE, why):\n",
        ("tests/jobs/steps/test_fetch.py",),
    ),
    Mutation(
        "an address that has changed is not asked for",
        FETCH,
        "    _refresh_address(attempt)\n",
        "",
        ("tests/jobs/steps/test_fetch.py",),
    ),
    Mutation(
        "the first broken download fails the edit",
        FETCH,
        "    if edit.step_retries + 1 < timing.INVALID_TRIES:\n",
        "    if False:\n",
        ("tests/jobs/steps/test_fetch.py",),
    ),
    Mutation(
        "Wiro's copies are erased after the lease was lost",
        FETCH,
        "compositing.saved(photo)):\n            Attempt.objects.filter(_is_deletable_at_wiro(), ",
        "compositing.saved(photo)) or True:\n            Attempt.objects.filter(",
        ("tests/jobs/test_late_answers.py",),
    ),
    Mutation(
        "what was painted is not stored before the composite is made",
        FETCH,
        "    elif painted := compositing.keep_painted(edit, picture):\n        _compose(edit, attempt, painted)",
        "    else:\n        _compose(edit, attempt, compositing.saved(Photo.from_picture(edit.owner_id, picture)))",
        ("tests/jobs/steps/test_compositing.py",),
    ),
    Mutation(
        "each attempt of a region crops the photo again",
        "edits/jobs/steps/sent_picture.py",
        "    if prepared is None or not",
        "    if True or not",
        ("tests/jobs/steps/test_sent_picture.py",),
    ),
    Mutation(
        "an edit whose region is unreadable is sent as a whole",
        "edits/jobs/steps/sent_picture.py",
        "    if edit.region:\n        region_of(edit)",
        "    if False:\n        region_of(edit)",
        ("tests/jobs/steps/test_sent_picture.py",),
    ),
    Mutation(
        "Wiro's copies are erased before the result is stored",
        POLL,
        "    if not task.is_successful:\n        facts |=",
        "    if True:\n        facts |=",
    ),
    Mutation(
        "the copies of an unusable result are erased",
        FETCH,
        "        alarm(edit, EventCode.RESULT_INVALID)\n",
        "        Attempt.objects.filter(pk=attempt.pk).update(cleanup_due_at=clock.now())\n",
        ("tests/jobs/steps/test_fetch.py",),
    ),
    Mutation(
        "a task that outlived its edit is not followed to its end",
        CLEANUP,
        "        if not (_end_is_unknown(attempt) and not _has_ended(attempt)):\n",
        "        if True:\n",
    ),
    Mutation(
        "a result that came too late is not recovered",
        CLEANUP,
        "    return not _is_recovered(attempt)\n",
        "    return True\n",
    ),
    Mutation(
        "what a canceled edit's task cost is not found out",
        CLEANUP,
        "attempt.edit.state in (State.FAILED, State.CANCELED)",
        "attempt.edit.state == State.FAILED",
        ("tests/jobs/steps/test_provider_cleanup.py",),
    ),
    Mutation(
        "spool entry removed before it is saved",
        "edits/jobs/task_id_spool.py",
        "        count = _saved(entry)\n        path.unlink(missing_ok=True)\n",
        "        path.unlink(missing_ok=True)\n        count = _saved(entry)\n",
        SPOOL_TESTS,
    ),
    Mutation(
        "an ended edit can be moved",
        EDIT,
        "        same = Edit.objects.filter(pk=self.pk, state=self.state)\n",
        "        same = Edit.objects.filter(pk=self.pk)\n",
        ("tests/models/test_edit.py",),
    ),
    Mutation(
        "a worker that lost its lease still moves the edit",
        EDIT,
        "            same = same.filter(lease_token=self.lease_token)\n",
        "            same = same.filter(pk=self.pk)\n",
        ("tests/models/test_edit.py",),
    ),
    Mutation(
        "an edit is claimed although somebody works on it",
        "edits/models/edit_queryset.py",
        "        return self.filter(due, free | Q(lease_until__gt=_database_time(LONGEST_LEASE)))\n",
        "        return self.filter(due)\n",
        ("tests/jobs/test_in_parallel.py", "-k", "advance or advancing"),
    ),
    Mutation(
        "a time set by a clock that was wrong is waited for",
        "edits/models/edit_queryset.py",
        "        due = Q(due_at__lte=now) | Q(due_at__gt=now + FAR_AHEAD)\n",
        "        due = Q(due_at__lte=now)\n",
        ("tests/models/test_edit_queryset.py",),
    ),
    Mutation(
        "a lease set by a clock that was wrong is respected",
        "edits/models/edit_queryset.py",
        "free | Q(lease_until__gt=_database_time(LONGEST_LEASE))",
        "free",
        ("tests/models/test_edit_queryset.py",),
    ),
    Mutation(
        "leases are told by the worker's clock",
        "edits/models/edit_queryset.py",
        "Q(lease_until__lt=Now())",
        "Q(lease_until__lt=now)",
        ("tests/jobs/test_paid_results.py", "-k", "clock_is_ten_minutes_ahead"),
    ),
    Mutation(
        "a clock set forward makes an edit old",
        EDIT,
        "min(max((now - since).total_seconds(), 0.0), OBSERVED_GAP * settings.ENGINE_TIME_SCALE)",
        "max((now - since).total_seconds(), 0.0)",
        ("tests/jobs/test_late_answers.py",),
    ),
    Mutation(
        "a progress leaves the count of fruitless claims",
        EDIT,
        '        changes.setdefault("fruitless_claims", 0)\n',
        "",
        ("tests/jobs/test_engine.py", "-k", "stuck"),
    ),
    Mutation(
        "quota checked before the lock",
        "edits/ordering/create.py",
        """
    with transaction.atomic():
        # Reservations are made one after the other, so quota and cap hold exactly however many arrive at once.
        WriteLock.hold(WriteLock.SUBMISSIONS)
        if known := _asked_before(owner, [row["nonce"] for row in rows]):
            return known
        if at_most is not None and total(prices).usd > at_most:
            raise PriceRisen(total(prices))
        known_photo = _existing(photo)
        _check_quotas(owner, rows, prices, 0 if known_photo else photo.size)
""",
        """
    _check_quotas(owner, rows, prices, photo.size)
    with transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        if known := _asked_before(owner, [row["nonce"] for row in rows]):
            return known
        if at_most is not None and total(prices).usd > at_most:
            raise PriceRisen(total(prices))
        known_photo = _existing(photo)
""",
        ("tests/jobs/test_in_parallel.py", "-k", "quota or cap"),
        needs_postgresql=True,
    ),
    Mutation(
        "what an unknown attempt may cost is not reserved",
        SPENDING,
        '        unknown.aggregate(total=Sum("cost_reserved")),\n',
        "",
        ("tests/ordering",),
    ),
    Mutation(
        "what ran twice is not in the books",
        SPENDING,
        '        twice.aggregate(total=Sum("cost")),\n',
        "",
    ),
    Mutation(
        "an answer with HTTP 500 and a refusal is a refusal",
        "edits/wiro/answer.py",
        "    if http_status == 408 or not (is_success or is_client_error):\n",
        "    if http_status == 408:\n",
        ("tests/wiro/test_answer.py", "tests/wiro/test_client.py"),
    ),
    Mutation(
        "a failed task's price counts as charged",
        "edits/wiro/task.py",
        "        return self.total_cost if self.is_successful else None\n",
        "        return self.total_cost\n",
        ("tests/jobs/steps/test_poll.py", "-k", "price"),
    ),
    Mutation(
        "task_error always ends a task",
        "edits/wiro/task.py",
        '        return self.status == ERROR and (self.ended_at is not None or self.pexit not in (None, "0"))\n',
        "        return self.status == ERROR\n",
        ("tests/wiro/test_task.py", "tests/jobs/steps/test_poll.py", "-k", "error or strange_answer"),
    ),
    Mutation(
        "a second probe of credentials is taken for a validation error",
        "edits/wiro/exceptions.py",
        "_VALIDATION_STATUSES = frozenset({400, 413, 415, 422})",
        "_VALIDATION_STATUSES = frozenset({400, 401, 403, 413, 415, 422})",
        ("tests/wiro/test_answer.py",),
    ),
    Mutation(
        "storage trouble fails an edit",
        "edits/jobs/engine.py",
        "    fresh.postpone(timing.after(timing.ENVIRONMENT_WAIT), code=code)\n",
        "    fresh.mark_failed(Failure.INTERNAL_ERROR)\n",
    ),
]
