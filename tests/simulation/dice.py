"""What may go wrong, and the single source of randomness that decides whether it does."""

import random

KINDS = (
    "refused",  # Run is refused, by each of Wiro's codes
    "disliked",  # one edit meets a bare 403 whenever it is sent
    "lost",  # Run's answer, or the request itself, is lost
    "late",  # answers come after the lease, or after the next attempt
    "answers",  # questions are answered with errors
    "list",  # the task list is behind, incomplete or unknown
    "hidden",  # the list shows neither callback nor source address
    "vanish",  # tasks vanish, appear late, come back
    "stuck",  # tasks that do not end for hours
    "task_error",  # tasks that die before they run
    "failed",  # tasks that fail
    "outputs",  # outputs appear late, move, are several
    "undecodable",  # what came is no picture
    "price",  # it costs more than was reserved
    "crash",  # workers die at any place
    "clock",  # all clocks are set forward or back by hours
    "skew",  # the workers' clocks are ten minutes apart
    "disk",  # nothing can be stored for a while
    "callbacks",  # early, doubled, forged, lost
    "cancel",
    "again",
    "give_up",
    "delete",
    "pause",
    "fetch_again",
    "check_now",
    "restore",  # everything stops, and what waits is set aside as after a restored backup
)


class Dice:
    """Draws from one seed. A kind of trouble that was not drawn for this run never happens in it."""

    def __init__(self, seed: int, without: frozenset[str] = frozenset()) -> None:
        self.random = random.Random(seed)
        often = self.random.choice([0.15, 0.35, 0.6])
        drawn = frozenset(kind for kind in KINDS if self.random.random() < often)
        self.kinds = drawn - without
        self.calm = False

    def happens(self, kind: str, chance: float) -> bool:
        """Does this kind of trouble happen here? Never once everything is to calm down."""
        return self.random.random() < chance and kind in self.kinds and not self.calm

    def between(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)
