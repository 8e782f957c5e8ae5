"""Many photos at a time: threads that each edit one after the other, and stopping them without losing what was ordered."""

import queue
import threading
from collections.abc import Iterator, Sequence

from .outcomes import Job, NotDone, Outcome, Status
from .patience import OutOfTime, Patience, Stopped
from .reporting import Report
from .way import Track, Way

# Seconds that ordering and storing may still take after Ctrl-C; a second one doesn't wait.
LAST_SECONDS = 130.0

GOES_ON = "It is still being edited; run the same command again to fetch the result at no extra cost."
NOBODY_KNOWS = "No response came, so it may have been ordered. Run the same command again to find out; it orders nothing twice."


class Runner:
    """`outcomes` has what is known so far; all jobs once `run` has returned."""

    def __init__(self, way: Way, patience: Patience, report: Report) -> None:
        self._way, self._patience, self._report = way, patience, report
        self._tracks: dict[Job, Track] = {}
        self._waiting: queue.SimpleQueue[Track] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self.outcomes: dict[Job, Outcome] = {}

    def run(self, jobs: Sequence[Job], at_once: int) -> bool:
        """False if the person has interrupted it."""
        self._tracks = {job: Track(job, self._report.changed) for job in jobs}
        for track in self._tracks.values():
            self._waiting.put(track)
        try:
            for number in range(min(at_once, len(jobs))):
                # Daemon threads, so that after Ctrl-C nothing waits for a thread that is only waiting.
                threading.Thread(target=self._work, name=f"photo-{number}", daemon=True).start()
            for _ in jobs:
                self._note(self._ended.get())
        except KeyboardInterrupt:
            self._stop()
            return False
        return True

    def _stop(self) -> None:
        self._report.line("Stopping after the current requests finish. Press Ctrl-C again to stop immediately.")
        try:
            self._patience.stop(LAST_SECONDS)
        except KeyboardInterrupt:
            self._report.line("Stopped at once.")
        for outcome in self._left():
            self._note(outcome)

    def _left(self) -> Iterator[Outcome]:
        """The outcomes that have arrived meanwhile, and the current state of all other photos."""
        while not self._ended.empty():
            yield self._ended.get()
        for job, track in self._tracks.items():
            if job not in self.outcomes:
                yield _as_it_is(track)

    def _note(self, outcome: Outcome) -> None:
        if outcome.job not in self.outcomes:
            self.outcomes[outcome.job] = outcome
            self._report.ended(outcome)

    def _work(self) -> None:
        while True:
            try:
                track = self._waiting.get_nowait()
            except queue.Empty:
                return
            outcome = self._outcome(track)
            track.end()
            self._ended.put(outcome)

    def _outcome(self, track: Track) -> Outcome:
        try:
            self._patience.check()
            made = self._way.make(track)
        except NotDone as reason:
            return Outcome(track.job, reason.status, reason.message, reason.id or track.id, reason.cost)
        except (Stopped, OutOfTime) as reason:
            return _as_it_is(track, "Not ready within --timeout. " if isinstance(reason, OutOfTime) else "")
        except Exception as error:  # noqa: BLE001 - one photo's trouble is not the others'
            left = _as_it_is(track)
            status = Status.FAILED if left.status == Status.NOT_SENT else left.status
            return Outcome(track.job, status, f"A bug in this program: {error!r}. {left.message}", track.id)
        return Outcome(track.job, Status.DONE, "", made.id, made.cost)


def _as_it_is(track: Track, why: str = "") -> Outcome:
    if track.id:
        return Outcome(track.job, Status.PENDING, why + GOES_ON, track.id)
    if track.may_be_ordered:
        return Outcome(track.job, Status.UNKNOWN, why + NOBODY_KNOWS)
    last = f" ({track.words})" if track.words.startswith("waiting: ") else ""
    return Outcome(track.job, Status.NOT_SENT, f"{why}It was not sent{last}." if why or last else "")
