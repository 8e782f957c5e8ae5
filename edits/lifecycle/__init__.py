"""Every decision about a job. `advance()` is the one verb; the rest is what people and callbacks may ask.

creating    an accepted form becomes a queued edit        submitting  queued → running: the only step that costs money
quotas      how much may be asked for                     polling     running → its end
gates       whose turn it is, and when nobody's           fetching    fetching → succeeded
asking      cancel, try again, share, review, delete      erasing     Wiro's copies go
callbacks   "look again soon"                             adopting    a task id is always saved; journal keeps it meanwhile
engine      advance(): claim, one step, save              sweeping    what is due goes on the lanes; tidying removes orphans
restarting  after a restore, after a sandbox is gone      outside     the client, and what an edit says to the model
timing      every duration                                lanes       the threads that do the steps
"""

from .asking import approve, cancel, delete, give_up_unconfirmed, look_now, reject, share, try_again_unconfirmed, unshare
from .callbacks import receive as receive_callback
from .callbacks import watched
from .creating import SEED_MAX, again, create, draw_seed
from .engine import advance
from .erasing import erase
from .gates import pause, resume
from .lanes import lanes, work_on
from .outside import edit_handed_over
from .quotas import QuotaExceeded, remaining, spent_today
from .restarting import forget_tasks, park_everything
from .sweeping import last_sweep_age, oldest_due_age, sweep
from .tidying import tidy

__all__ = [
    "SEED_MAX",
    "QuotaExceeded",
    "advance",
    "again",
    "approve",
    "cancel",
    "create",
    "delete",
    "draw_seed",
    "edit_handed_over",
    "erase",
    "forget_tasks",
    "give_up_unconfirmed",
    "lanes",
    "last_sweep_age",
    "look_now",
    "oldest_due_age",
    "park_everything",
    "pause",
    "receive_callback",
    "reject",
    "remaining",
    "resume",
    "share",
    "spent_today",
    "sweep",
    "tidy",
    "try_again_unconfirmed",
    "unshare",
    "watched",
    "work_on",
]
