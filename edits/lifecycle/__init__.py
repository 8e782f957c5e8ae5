"""Every decision about a job. `advance()` is the one verb; the rest is what people and callbacks may ask.

starting    the side of a version that an edit begins at  prompts     what was asked for before
creating    an accepted form becomes queued edits         submitting  queued → running: the only step that costs money
quotas      how much may be asked for                     polling     running → its end
gates       whose turn it is, and when nobody's           fetching    fetching → succeeded
asking      cancel, try again, delete                     erasing     Wiro's copies go
callbacks   "look again soon"                             adopting    a task id is always saved; journal keeps it meanwhile
engine      advance(): claim, one step, save              sweeping    what is due goes on the lanes; tidying removes orphans
restarting  after a restore, after a sandbox is gone      outside     the client, and what an edit says to the model
timing      every duration                                lanes       the threads that do the steps
delivering  pictures on their way out, marked as edited by AI
sharing     who sees a result: gallery, secret links       reviewing  what of the shared results the gallery shows
comparing   where and how much an edit changed its picture
operating   what operators may do about a job             explaining  what exactly was sent to Wiro
figures     how much is going on, and how it went         granting    limits, trust and suspension of one person
keeping     favorites; the trash, the way back, and its end
people      an account is erased: all that is theirs       forgetting  the words of an edit go, its numbers stay
"""

from .asking import cancel, delete, give_up_unconfirmed, look_now, try_again_unconfirmed
from .callbacks import receive as receive_callback
from .callbacks import watched
from .creating import SEED_MAX, again, create, create_variations, draw_seed
from .delivering import download_name, example_mark, marked_pair, marked_result, marked_source
from .engine import advance
from .erasing import erase
from .explaining import SentRequest, sent_request
from .figures import DAYS as FIGURE_DAYS
from .figures import Day, Now, Spread, daily_figures, now_figures, spent_this_month
from .gates import pause, resume
from .granting import edits_at_once, is_suspended, profile_of
from .keeping import delete_for_good, favorite, in_trash, leaves_trash_at, purge, restore, unfavorite
from .lanes import lanes, work_on
from .operating import erase_now, possible_operations, retry_for_owner
from .outside import MODEL, edit_handed_over
from .people import Belongings, LastAdministrator, belongings, erase_person, is_last_administrator
from .prompts import earlier_prompts
from .quotas import QuotaExceeded, remaining, spent_today
from .restarting import forget_tasks, park_everything
from .reviewing import (
    appeal,
    approve,
    approve_all,
    can_appeal,
    next_pairs,
    reject,
    reject_all,
    skip,
    skipped_count,
    take,
    undo,
    waiting,
    waiting_for,
)
from .sharing import LINK_DAYS, live_links, make_link, revoke_links, share, unshare
from .starting import RESULT, Start, start_from
from .sweeping import DUE_AGE_LIMIT, SWEEP_AGE_LIMIT, last_sweep_age, oldest_due_age, sweep
from .tidying import tidy

__all__ = [
    "DUE_AGE_LIMIT",
    "FIGURE_DAYS",
    "LINK_DAYS",
    "MODEL",
    "RESULT",
    "SEED_MAX",
    "SWEEP_AGE_LIMIT",
    "Belongings",
    "Day",
    "LastAdministrator",
    "Now",
    "QuotaExceeded",
    "SentRequest",
    "Spread",
    "Start",
    "advance",
    "again",
    "appeal",
    "approve",
    "approve_all",
    "belongings",
    "can_appeal",
    "cancel",
    "create",
    "create_variations",
    "daily_figures",
    "delete",
    "delete_for_good",
    "download_name",
    "draw_seed",
    "earlier_prompts",
    "edit_handed_over",
    "edits_at_once",
    "erase",
    "erase_now",
    "erase_person",
    "example_mark",
    "favorite",
    "forget_tasks",
    "give_up_unconfirmed",
    "in_trash",
    "is_last_administrator",
    "is_suspended",
    "lanes",
    "last_sweep_age",
    "leaves_trash_at",
    "live_links",
    "look_now",
    "make_link",
    "marked_pair",
    "marked_result",
    "marked_source",
    "next_pairs",
    "now_figures",
    "oldest_due_age",
    "park_everything",
    "pause",
    "possible_operations",
    "profile_of",
    "purge",
    "receive_callback",
    "reject",
    "reject_all",
    "remaining",
    "restore",
    "resume",
    "retry_for_owner",
    "revoke_links",
    "sent_request",
    "share",
    "skip",
    "skipped_count",
    "spent_this_month",
    "spent_today",
    "start_from",
    "sweep",
    "take",
    "tidy",
    "try_again_unconfirmed",
    "undo",
    "unfavorite",
    "unshare",
    "waiting",
    "waiting_for",
    "watched",
    "work_on",
]
