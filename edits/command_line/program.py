"""The commands, from arguments to exit code: `main(["edit", "photo.jpg", "make it snow", "-o", "out.jpg"])`."""

import math
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from ..wiro import WiroClient
from . import model_list
from .agreement import Consent, agreed
from .journal import Journal, default_folder
from .options import edit_options, models_parser, wanted
from .outcomes import Exit, Job, Outcome, Refused, Status, exit_code, shown
from .outputs import is_there, jobs_for, prepare_folders, writer
from .patience import Patience
from .reporting import Report, report, summary, write
from .running import Runner
from .site_api import SiteClient
from .site_edits import SiteEdits
from .way import Budget
from .wiro_edits import WiroEdits

NO_SITE = "Which site? Give --site URL or set REWORD_SITE (or use --wiro with your own Wiro key)."
NO_TOKEN = 'REWORD_TOKEN is not set. Create a token on the site under "Your account", "API tokens".'  # noqa: S105 - none
INTERRUPTED = "Interrupted. Run the same command again to continue; nothing is paid for twice."
NO_KEY = "WIRO_API_KEY is not set."


def main(arguments: Sequence[str]) -> int:
    """`arguments` begin with the name of the command."""
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except Refused as reason:
        print(f"reword: {shown(reason.message)}", file=sys.stderr)
        return reason.code
    except KeyboardInterrupt:
        print(f"reword: {INTERRUPTED}", file=sys.stderr)
        return Exit.INTERRUPTED


def edit(arguments: Sequence[str]) -> int:
    options = edit_options(arguments)
    patience = Patience(options.timeout)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    way = _way(options, patience)
    jobs = jobs_for(options.photos, options.output, options.into)
    prepare_folders(jobs, options.into)
    open_jobs = [job for job in jobs if options.force or not is_there(job)]
    if open_jobs:
        offer = way.offer()
        limit = agreed(offer, len(open_jobs), way.where, Consent(options.yes, options.max_price))
        way.budget = Budget(limit, offer.price)
    return _run(way, patience, jobs, open_jobs, options)


def _run(
    way: SiteEdits | WiroEdits, patience: Patience, jobs: Sequence[Job], open_jobs: Sequence[Job], options: Namespace
) -> int:
    told = report(as_json=options.json)
    told.begin(len(jobs))
    try:
        there = _tell_those_that_are_there(jobs, open_jobs, told)
        runner = Runner(way, patience, told)
        has_ended = runner.run(open_jobs, options.jobs)
    finally:
        told.close()
    outcomes = [*there, *runner.outcomes.values()]
    told.line(summary(outcomes))
    if not has_ended:
        told.line(INTERRUPTED)
    return exit_code(outcomes, interrupted=not has_ended)


def _tell_those_that_are_there(jobs: Sequence[Job], open_jobs: Sequence[Job], told: Report) -> list[Outcome]:
    there = [Outcome(job, Status.EXISTS) for job in jobs if job not in open_jobs]
    for outcome in there:
        told.ended(outcome)
    return there


def _way(options: Namespace, patience: Patience) -> SiteEdits | WiroEdits:
    store = writer(force=options.force)
    if options.wiro:
        client = _wiro()
        account = f"{os.environ.get('WIRO_BASE_URL', '').rstrip('/')} {os.environ['WIRO_API_KEY']}"
        return WiroEdits(client, account, wanted(options), patience, Journal(default_folder()), store)
    return SiteEdits(_site(options, lambda: patience.left), wanted(options), patience, store)


def _wiro() -> WiroClient:
    if not os.environ.get("WIRO_API_KEY"):
        raise Refused(NO_KEY, Exit.USAGE_ERROR)
    try:
        return WiroClient.from_environment()
    except ValueError as error:
        raise Refused(str(error), Exit.USAGE_ERROR) from None


def _site(options: Namespace, seconds_left: Callable[[], float] = lambda: math.inf) -> SiteClient:
    token = os.environ.get("REWORD_TOKEN", "").strip()
    if not options.site:
        raise Refused(NO_SITE, Exit.USAGE_ERROR)
    if not token:
        raise Refused(NO_TOKEN, Exit.USAGE_ERROR)
    try:
        return SiteClient(options.site, token, seconds_left)
    except ValueError as error:
        raise Refused(str(error), Exit.USAGE_ERROR) from None


def models(arguments: Sequence[str]) -> int:
    options = models_parser().parse_args(arguments)
    found = model_list.at_wiro(_wiro()) if options.wiro else model_list.at_site(_site(options))
    for model in found:
        write(model.as_json() if options.json else model.in_words())
    return Exit.DONE


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {"edit": edit, "models": models}
