"""The HTTP endpoints: Wiro's calls under /v1, uploads and results, and the sandbox's own controls."""

import time
from collections.abc import Iterable, Mapping
from threading import Event
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import wrap_file

from ..fault_responses import SHORT_CIRCUITS, corrupted, corrupted_download, page_response, refusal_response, short_circuit
from ..faults import Fault, Faults
from ..tasks.storage import Storage, StoredFile
from .calls import Calls
from .control import Control
from .refusals import Refusal

LARGEST_BODY = 101 * 1024 * 1024

ROUTES = Map(
    [
        Rule("/v1/Run/<owner>/<project>", endpoint="Run"),
        Rule("/v1/Task/Detail", endpoint="Task/Detail"),
        Rule("/v1/Task/List", endpoint="Task/List"),
        Rule("/v1/Task/Cancel", endpoint="Task/Cancel"),
        Rule("/v1/Task/Kill", endpoint="Task/Kill"),
        Rule("/v1/Task/InputOutputDelete", endpoint="Task/InputOutputDelete"),
        Rule("/v1/Tool/Detail", endpoint="Tool/Detail"),
        Rule("/v1/Tool/List", endpoint="Tool/List"),
        Rule("/v1/File/Upload", endpoint="File/Upload"),
        Rule("/outputs/<key>/<name>", endpoint="output", methods=["GET"]),
        Rule("/files/<key>/<name>", endpoint="file", methods=["GET"]),
        Rule("/sandbox/<page>", endpoint="control", methods=["GET", "POST", "DELETE"]),
    ]
)


class Endpoints:
    """The WSGI application."""

    def __init__(self, calls: Calls, control: Control, storage: Storage, faults: Faults, stopped: Event) -> None:
        self._calls = calls
        self._control = control
        self._storage = storage
        self._faults = faults
        self._stopped = stopped

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = LARGEST_BODY
        request.max_form_memory_size = LARGEST_BODY
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        try:
            endpoint, arguments = ROUTES.bind_to_environ(request.environ).match()
            if endpoint == "control":
                return self._control.respond(request, arguments["page"])
            if endpoint in ("output", "file"):
                return self._download(request, endpoint, arguments["key"], arguments["name"])
            return self._call(request, endpoint, arguments)
        except Refusal as refusal:
            return refusal_response(refusal)
        except RequestEntityTooLarge:
            return refusal_response(Refusal(0, "Request files [file] must not be larger than 100MB", 413))
        except HTTPException as problem:
            return refusal_response(Refusal(0, problem.name, problem.code or 500))

    def _call(self, request: Request, call: str, arguments: Mapping[str, str]) -> Response:
        if request.method != "POST":
            response = refusal_response(Refusal(0, "Method not allowed, use POST", 405))
            response.headers["Allow"] = "POST"
            return response
        prepared = self._calls.prepare(call, request, arguments)
        fault = self._faults.take(call, prepared.prompt)
        if fault is None:
            return prepared.answer()
        if fault.kind not in SHORT_CIRCUITS:
            return corrupted(fault, prepared.answer(), self._stopped)
        if fault.after:
            prepared.answer()
        return short_circuit(fault, self._stopped)

    def _download(self, request: Request, kind: str, key: str, name: str) -> Response:
        stored = self._storage.get(key, name)
        if stored is None:
            raise NotFound
        if time.time() >= stored.expires_at:
            return page_response(stored.status_when_expired)
        fault = self._faults.take(kind, stored.prompt)
        try:
            return self._corrupted(fault, stored) if fault is not None else _whole(request, stored)
        except FileNotFoundError:  # erased just now
            raise NotFound from None

    def _corrupted(self, fault: Fault, stored: StoredFile) -> Response:
        if fault.kind in SHORT_CIRCUITS:
            return short_circuit(fault, self._stopped)
        picture = stored.path.read_bytes()
        if fault.kind in ("slow", "drip"):
            return corrupted(fault, Response(picture, content_type=stored.content_type), self._stopped)
        return corrupted_download(fault, picture, stored.content_type)


def _whole(request: Request, stored: StoredFile) -> Response:
    content = wrap_file(request.environ, stored.path.open("rb"))
    response = Response(content, content_type=stored.content_type, direct_passthrough=True)
    response.content_length = stored.size
    return response
