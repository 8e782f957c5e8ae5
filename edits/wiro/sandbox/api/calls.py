"""Wiro's calls.

Sources: the seed reference; uploads and erasing: Wiro documentation; lists and models: Wiro's own clients.
"""

import json
import mimetypes
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from werkzeug.wrappers import Request, Response

from ...catalog import Catalog, ModelDeclaration
from ..fault_responses import json_response
from ..faults import TOOL_CALLS
from ..tasks.run_log import Run, RunLog
from ..tasks.storage import Storage
from ..tasks.task_book import WiroTask
from ..tasks.task_lifecycle import TaskLifecycle
from .account import Account
from .answers import task_answer
from .callbacks import Callbacks
from .refusals import Refusal
from .tools import tool_answer

LARGEST_UPLOAD = 100 * 1024 * 1024
# Detail knows the token by one name, Cancel and Kill by either of two, and erasing accepts only the token.
ACCEPTED_NAMES = {
    "Task/Detail": ("taskid", "tasktoken"),
    "Task/Cancel": ("taskid", "tasktoken", "socketaccesstoken"),
    "Task/Kill": ("taskid", "tasktoken", "socketaccesstoken"),
    "Task/InputOutputDelete": ("tasktoken",),
}
LARGEST_PAGE = 100
DEFAULT_PAGE = 20
NOT_FOR_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")

LISTS = ("Task/List", *TOOL_CALLS)

Parameters = dict[str, Any]
Entry = TypeVar("Entry")


@dataclass(frozen=True)
class PreparedCall:
    """A call that was read but not yet done; `prompt` is what faults are matched on."""

    prompt: str
    answer: Callable[[], Response]


class Calls:
    def __init__(
        self,
        models: Catalog,
        account: Account,
        run_log: RunLog,
        lifecycle: TaskLifecycle,
        callbacks: Callbacks,
        storage: Storage,
    ) -> None:
        self._models = models
        self._account = account
        self._run_log = run_log
        self._lifecycle = lifecycle
        self._callbacks = callbacks
        self._storage = storage

    def prepare(self, call: str, request: Request, arguments: Mapping[str, str]) -> PreparedCall:
        """Read and admit a call. Raise `Refusal` for an invalid body or wrong credentials."""
        if call == "File/Upload":
            self._account.check_credentials(request.headers)
            return PreparedCall("", lambda: self._upload(request))
        parameters = _parameters(request)
        if call == "Run":
            run = self._run_log.note(parameters)
            self._account.check_credentials(request.headers)
            slug = f"{arguments['owner']}/{arguments['project']}"
            return PreparedCall(run.prompt, lambda: self._run(run, slug, _origin(request)))
        self._account.check_credentials(request.headers)
        if call in LISTS:
            listing = {"Task/List": self._list, "Tool/Detail": self._tool, "Tool/List": self._tools}[call]
            return PreparedCall("", lambda: listing(parameters))
        task = self._find(call, parameters)
        doing = {
            "Task/Detail": self._detail,
            "Task/Cancel": self._cancel,
            "Task/Kill": self._kill,
            "Task/InputOutputDelete": self._erase,
        }[call]
        return PreparedCall(task.inputs.prompt if task else "", lambda: doing(_known(task)))

    def _run(self, run: Run, slug: str, origin: str) -> Response:
        model = self._models.get(slug)
        if model is None:
            raise Refusal(1, "There is no such model.")
        task = self._run_log.take(run, model, origin)
        self._lifecycle.begin(task)
        self._callbacks.announce_early(task)
        return json_response({"errors": [], "taskid": task.id, "socketaccesstoken": task.token, "result": True})

    def _detail(self, task: WiroTask) -> Response:
        return json_response({"total": "1", "errors": [], "tasklist": [task_answer(task)], "result": True})

    def _cancel(self, task: WiroTask) -> Response:
        if not self._lifecycle.cancel(task):
            raise Refusal(0, "Task can not be canceled because it is not in the queue.")
        return json_response({"errors": [], "tasklist": [task_answer(task)], "result": True})

    def _kill(self, task: WiroTask) -> Response:
        if not self._lifecycle.kill(task):
            raise Refusal(0, "Task can not be killed because it is not running.")
        return json_response({"errors": [], "tasklist": [task_answer(task)], "result": True})

    def _erase(self, task: WiroTask) -> Response:
        if not task.ended:
            raise Refusal(0, "Task inputs and outputs can not be deleted before the task has ended.")
        self._lifecycle.erase(task)
        return json_response({"errors": [], "result": True})

    def _list(self, parameters: Parameters) -> Response:
        """Newest first by default. `modelName` is the model's name or a part of it."""
        wanted = str(parameters.get("modelName") or "").lower()
        tasks = [task for task in self._run_log.tasks if task.visible and wanted in task.inputs.model.slug.lower()]
        if str(parameters.get("order") or "DESC").upper() != "ASC":
            tasks.reverse()
        answers = [task_answer(task) for task in _page(tasks, parameters)]
        return json_response({"total": str(len(tasks)), "errors": [], "tasklist": answers, "result": True})

    def _tool(self, parameters: Parameters) -> Response:
        model = self._models.get(f"{parameters.get('slugowner')}/{parameters.get('slugproject')}")
        return json_response({"errors": [], "tool": [self._tool_answer(model)] if model else [], "result": True})

    def _tool_answer(self, model: ModelDeclaration) -> dict[str, Any]:
        return tool_answer(model, self._account.price_of(model).usd, self._run_log.tasks)

    def _tools(self, parameters: Parameters) -> Response:
        """The models whose category and words fit."""
        categories, search = set(parameters.get("categories") or []), str(parameters.get("search") or "").lower()
        tools = [tool for tool in map(self._tool_answer, self._models) if categories <= set(tool["categories"])]
        found = [tool for tool in tools if search in f"{tool['title']} {tool['slugproject']} {tool['description']}".lower()]
        return json_response({"total": len(found), "errors": [], "tool": _page(found, parameters), "result": True})

    def _upload(self, request: Request) -> Response:
        sent = request.files.get("file")
        if sent is None:
            raise Refusal(0, "Request files [file] required")
        name = NOT_FOR_A_NAME.sub("-", sent.filename or "").strip(".-") or "file"
        content_type = sent.mimetype or mimetypes.guess_type(name)[0] or "application/octet-stream"
        stored = self._storage.put(name, content_type, sent.stream)
        if stored.size > LARGEST_UPLOAD:
            self._storage.remove(stored.key)
            raise Refusal(0, "Request files [file] must not be larger than 100MB", 413)
        entry = {
            "id": stored.id,
            "name": stored.name,
            "contenttype": stored.content_type,
            "size": str(stored.size),
            "url": f"{_origin(request)}/files/{stored.key}/{stored.name}",
        }
        return json_response({"result": True, "errors": [], "list": [entry]})

    def _find(self, call: str, parameters: Parameters) -> WiroTask | None:
        for name in ACCEPTED_NAMES[call]:
            if value := parameters.get(name):
                return self._run_log.tasks.find(str(value))
        return None


def _page(entries: Sequence[Entry], parameters: Parameters) -> Sequence[Entry]:
    """`limit` of the entries (20 by default, 100 at most) from `start` on."""
    numbers = {}
    for name, default in (("start", 0), ("limit", DEFAULT_PAGE)):
        text = str(parameters.get(name) or default)
        if not text.isdecimal():
            raise Refusal(0, f"Request parameter [{name}] must be an integer")
        numbers[name] = int(text)
    return entries[numbers["start"] :][: min(numbers["limit"], LARGEST_PAGE)]


def _known(task: WiroTask | None) -> WiroTask:
    if task is None:
        raise Refusal(1, "There is no task yet.")
    return task


def _origin(request: Request) -> str:
    """File URLs use the address at which the caller reached the sandbox; in a container, it listens at another one."""
    return request.host_url.rstrip("/")


def _parameters(request: Request) -> Parameters:
    """JSON or a form. The seed's own examples send JSON as multipart/form-data without a boundary; that is JSON too."""
    is_form = request.mimetype == "application/x-www-form-urlencoded" or "boundary" in request.mimetype_params
    if is_form:
        return dict(request.form.items())
    try:
        body = json.loads(request.get_data() or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refusal(0, "Request body is not a valid JSON object", 400)
    return body
