"""What the program remembers: Photo, Edit, Attempt, Event, who may see and do what, and the rows that all workers share."""

from . import clock
from .api_token import ApiToken, Scope
from .attempt import ABSENT, Attempt, Outcome, token_hash
from .circuit_breaker import FAR_AHEAD, CircuitBreaker, TripReason
from .concurrency_limit import ConcurrencyLimit
from .edit import NO_CONDITION, RETRIES_MAX, Edit
from .event import Event, EventCode
from .fair_share import FairShare
from .group_budget import GroupBudget
from .heartbeat import BackfillCursor, Heartbeat
from .ledger_difference import LedgerDifference
from .mail import Mail, MailKind
from .mail_choices import MailChoices
from .media_marker import MediaMarker
from .model_status import ModelStatus
from .not_allowed import Denial, NotAllowed
from .pause import Pause
from .photo import Photo, discard
from .profile import Profile
from .provider_call import ProviderCall
from .second_factor import CodeTries
from .share_link import ShareLink
from .signup import Signup
from .states import ENDED, IN_FLIGHT, MOVES, PENDING, Condition, Failure, ForbiddenMove, Review, State, Visibility
from .webhook import Disabled, WebhookDelivery, WebhookEndpoint, WebhookEvent, announce
from .write_lock import WriteLock

__all__ = [
    "ABSENT",
    "ENDED",
    "FAR_AHEAD",
    "IN_FLIGHT",
    "MOVES",
    "NO_CONDITION",
    "PENDING",
    "RETRIES_MAX",
    "ApiToken",
    "Attempt",
    "BackfillCursor",
    "CircuitBreaker",
    "CodeTries",
    "ConcurrencyLimit",
    "Condition",
    "Denial",
    "Disabled",
    "Edit",
    "Event",
    "EventCode",
    "Failure",
    "FairShare",
    "ForbiddenMove",
    "GroupBudget",
    "Heartbeat",
    "LedgerDifference",
    "Mail",
    "MailChoices",
    "MailKind",
    "MediaMarker",
    "ModelStatus",
    "NotAllowed",
    "Outcome",
    "Pause",
    "Photo",
    "Profile",
    "ProviderCall",
    "Review",
    "Scope",
    "ShareLink",
    "Signup",
    "State",
    "TripReason",
    "Visibility",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "WriteLock",
    "announce",
    "clock",
    "discard",
    "token_hash",
]
