"""What the program remembers: Photo, Edit, Attempt, Event, who may see and do what, and the rows that all workers share."""

from .attempt import Attempt, Outcome, token_hash
from .edit import Edit
from .event import Event
from .gate import Gate, Heartbeat, Reason
from .photo import Photo
from .profile import Profile
from .share_link import ShareLink
from .signup import Signup
from .states import ENDED, IN_FLIGHT, MOVES, PENDING, Failure, ForbiddenMove, Review, State, Visibility

__all__ = [
    "ENDED",
    "IN_FLIGHT",
    "MOVES",
    "PENDING",
    "Attempt",
    "Edit",
    "Event",
    "Failure",
    "ForbiddenMove",
    "Gate",
    "Heartbeat",
    "Outcome",
    "Photo",
    "Profile",
    "Reason",
    "Review",
    "ShareLink",
    "Signup",
    "State",
    "Visibility",
    "token_hash",
]
