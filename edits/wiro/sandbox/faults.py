"""Faults on demand: what goes wrong, at which call, how often.

`KINDS` lists all faults; they are requested with `Faults.add` or over HTTP at /sandbox/faults.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from threading import Lock
from typing import Any

TASK_CALLS = ("Task/Detail", "Task/Cancel", "Task/Kill", "Task/List")
TOOL_CALLS = ("Tool/Detail", "Tool/List")
API_CALLS = ("Run", *TASK_CALLS, *TOOL_CALLS, "Task/InputOutputDelete", "File/Upload")
DOWNLOADS = ("output", "file")

ANYWHERE = {
    "http": "`status` with an HTML page; `location` and `retry_after` become headers",
    "html": "HTTP 200 with an HTML page",
    "silence": "no answer for `seconds`, then the connection closes",
    "reset": "the connection is reset",
    "slow": "the true answer after `seconds`",
    "drip": "the true answer, a few bytes at a time over `seconds`",
}
ANY_CALL = ANYWHERE | {
    "error": "`result: false` with `code`, `message` and HTTP `status`; headers as with `http`",
    "idless": "HTTP 200, `result: true`, and nothing else",
    "data_envelope": 'the true answer inside "data"',
    "integer_ids": "the true answer with task ids as numbers",
}
RUN = ANY_CALL | {
    "only_callback_knows": "the task is created, the connection is reset: as `reset` with `after`",
    "no_token": "the answer has no `socketaccesstoken`",
}
ANY_TASK_CALL = ANY_CALL | {
    "text_parameters": "`parameters` as text that holds JSON",
    "no_parameters": "`parameters` is empty, as in Wiro's own examples",
    "no_callback_url": "`callbackurl` is empty",
    "no_token": "`socketaccesstoken` is missing",
    "no_pexit": "`pexit` is missing",
    "status": "the task looks as if it were at the status `value`, ended or not",
}
TASK_LIST = ANY_TASK_CALL | {
    "lag": "tasks of the last `seconds` are left out",
    "hide": "tasks whose prompt contains `value` are left out",
    "short_pages": "at most `times` tasks on a page, whatever was asked for",
    "null_entry": "the page begins with null instead of its first task",
}
TOOL = ANY_CALL | {
    "null_parameters": "`parameters` is null",
    "unknown_type": "an input of an unknown type is added",
    "gone": "there is no such model: an empty list",
}
DOWNLOAD = ANYWHERE | {
    "oversize": "`size` bytes, announced",
    "endless": "`size` bytes, not announced",
    "gzip": "the true bytes with Content-Encoding gzip",
    "short": "half of the announced bytes, then the connection closes",
    "svg": "an SVG picture with a script, as image/svg+xml",
    "truncated": "half a picture, with its true length",
    "tiny": "a picture of 1x1",
    "bomb": "a picture of 20000x20000 in some 50 kB",
}
MODEL = {
    "failed": 'ends with `pexit` "1" and `message` as debugerror',
    "no_outputs": "ends well, without outputs",
    "late_outputs": "ends well, its outputs appear `seconds` later",
    "several_outputs": "a text comes first, then `times` pictures",
    "expiring": "the addresses of its outputs answer `status` (0: 404) from `seconds` after the end",
    "stuck": "stays at the status `value` until it is canceled or killed",
    "died": 'ends with the status `task_error` before it runs, with an end time and `pexit` "1"',
    "died_silently": "the same without end time and `pexit`, and without a callback",
}
TASK = {
    "late": "the task is unknown to all calls for `seconds`",
    "vanishes": "the task is unknown to all calls after `seconds`",
    "long_token": "the task's token has `size` characters (at most 100,000)",
}
CALLBACK = {
    "early": "one more, before Run is answered",
    "late": "after `seconds`",
    "double": "`times` times",
    "missing": "none at all",
    "junk": "a body that is not JSON",
    "foreign": "a body with the id `value`, and a made-up token",
}
SOCKET = {
    "refuse": "the connection is refused with HTTP `status` (0: 503); `location` becomes a header. It cannot be limited to a "
    "prompt",
    "close": "the connection closes after the first word",
    "silence": "no message is sent",
    "oversize": "a message of `size` bytes, and no other",
    "rubbish": "invalid JSON, messages about other tasks, absurd numbers, and all statuses in any order, `times` times, "
    "instead of the true messages",
    "premature_end": "the task is said to have ended before anything else is told",
}
KINDS: dict[str, dict[str, str]] = {
    **dict.fromkeys(API_CALLS, ANY_CALL),
    "Run": RUN,
    **dict.fromkeys(TASK_CALLS, ANY_TASK_CALL),
    "Task/List": TASK_LIST,
    **dict.fromkeys(TOOL_CALLS, TOOL),
    **dict.fromkeys(DOWNLOADS, DOWNLOAD),
    "model": MODEL,
    "task": TASK,
    "callback": CALLBACK,
    "socket": SOCKET,
}
ALWAYS = "always"


@dataclass
class Fault:
    """One thing that goes wrong, `count` times (or "always"), where the prompt contains `prompt`.

    `after` does the call's work first (the task is created, the answer is lost). `code` is Wiro's, `status` HTTP's (0: as fits
    `code`); `seconds` is a duration and is not scaled by the time scale; `size` is in bytes.
    """

    call: str
    kind: str
    count: int | str = 1
    prompt: str = ""
    after: bool = False
    seconds: float = 10.0
    status: int = 0
    code: int = 0
    message: str = "The sandbox was told to say so."
    location: str = ""
    retry_after: str = ""
    value: str = "task_warming"
    size: int = 30_000_000
    times: int = 2
    used: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS.get(self.call, {}):
            known = ", ".join(KINDS.get(self.call, KINDS))
            raise ValueError(f"no fault {self.kind!r} for {self.call!r}; known here: {known}")
        if self.count != ALWAYS and not (isinstance(self.count, int) and self.count > 0):
            raise ValueError('count is a positive number or "always"')
        if self.kind == "only_callback_knows":
            self.kind, self.after = "reset", True

    @property
    def spent(self) -> bool:
        return isinstance(self.count, int) and self.used >= self.count


class Faults:
    """The pending faults, used up in the order in which they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(self, call: str, kind: str, **options: Any) -> Fault:
        """Request a fault; the returned one counts its uses in `used`. Raise `ValueError` for an impossible one."""
        return self.add_from({"call": call, "kind": kind, **options})

    def add_from(self, order: Mapping[str, Any]) -> Fault:
        allowed = {item.name: type(item.default) for item in fields(Fault) if item.init}
        for name, value in order.items():
            if name not in allowed:
                raise ValueError(f"a fault has no {name!r}")
            self._check_type(name, value, allowed[name])
        try:
            fault = Fault(**order)
        except TypeError:
            raise ValueError('a fault needs "call" and "kind"') from None
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, call: str, prompt: str = "", kinds: frozenset[str] | None = None) -> Fault | None:
        """The next fault for `call`, of one of `kinds` where those are given; it counts as used."""
        with self._lock:
            for fault in self._faults:
                fits = fault.call == call and fault.prompt in prompt and (kinds is None or fault.kind in kinds)
                if fits and not fault.spent:
                    fault.used += 1
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    @staticmethod
    def _check_type(name: str, value: Any, expected: type) -> None:
        if name == "count":
            return
        accepted: tuple[type, ...] = {bool: (bool,), float: (int, float), int: (int,)}.get(expected, (str,))
        if not isinstance(value, accepted):
            raise ValueError(f"{name} of a fault must be {' or '.join(kind.__name__ for kind in accepted)}")
