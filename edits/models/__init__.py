"""What the program remembers: Photo, Edit, Attempt, Event, and the rows that all workers share, Gate and Heartbeat."""

from .attempt import Attempt, Outcome, token_hash
from .edit import Edit, Failure, Review, State, Visibility
from .event import Event
from .gate import Gate, Heartbeat, Reason
from .photo import Photo
from .signup import Signup

__all__ = [
    "Attempt",
    "Edit",
    "Event",
    "Failure",
    "Gate",
    "Heartbeat",
    "Outcome",
    "Photo",
    "Reason",
    "Review",
    "Signup",
    "State",
    "Visibility",
    "token_hash",
]
