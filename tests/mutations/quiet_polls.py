"""Mistakes when polls without news are saved together."""

from .mutation import Mutation

QUIET_POLL = "edits/jobs/steps/quiet_poll.py"
TESTS = ("tests/jobs/steps/test_quiet_poll.py", "-k")

MUTATIONS = [
    Mutation(
        "polls that are saved together take no notice of leases",
        QUIET_POLL,
        "    WHERE id = %s AND state = %s AND lease_token = %s\n",
        "    WHERE id = %s AND state = %s AND (lease_token = %s OR 1 = 1)\n",
        (*TESTS, "lost_its_lease"),
    ),
    Mutation(
        "polls that are saved together overwrite a cancel",
        QUIET_POLL,
        "CASE WHEN cancel_requested_at IS NULL THEN %s ELSE %s END",
        "CASE WHEN 1 = 1 THEN %s ELSE %s END",
        (*TESTS, "cancel"),
    ),
    Mutation(
        "a callback that comes while polls are saved together is forgotten",
        QUIET_POLL,
        "        if settings.PUBLIC_BASE_URL:\n            _honor_callbacks(polls)\n",
        "",
        (*TESTS, "callback"),
    ),
    Mutation(
        "the claims of polls that could not be saved are kept",
        QUIET_POLL,
        "        claims.release_later(poll.edit for poll in polls[1:])\n",
        "",
        (*TESTS, "without_the_database"),
    ),
]
