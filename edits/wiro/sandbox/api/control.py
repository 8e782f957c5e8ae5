"""The sandbox's own controls for other processes: faults, runs, state. For this machine only; no key or token is ever shown."""

from collections import Counter
from ipaddress import ip_address
from typing import Any

from werkzeug.exceptions import BadRequest, Forbidden, MethodNotAllowed, NotFound, UnsupportedMediaType
from werkzeug.wrappers import Request, Response

from ..fault_responses import json_response
from ..faults import Faults
from ..tasks.run_log import RunLog
from .account import Account
from .refusals import Refusal


class Control:
    def __init__(self, account: Account, run_log: RunLog, faults: Faults) -> None:
        self._account = account
        self._run_log = run_log
        self._faults = faults

    def respond(self, request: Request, page: str) -> Response:
        if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - an unknown caller is a stranger
            raise Forbidden
        if page == "faults":
            return self._change_faults(request)
        if page not in ("runs", "state"):
            raise NotFound
        if request.method != "GET":
            raise MethodNotAllowed
        return json_response([run.as_json() for run in self._run_log.runs()] if page == "runs" else self._state())

    def _change_faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._faults.clear()
        if request.method == "POST":
            self._add_fault(request)
        return json_response(self._faults.as_json(), 201 if request.method == "POST" else 200)

    def _add_fault(self, request: Request) -> None:
        if not request.is_json:  # a web page in a browser on this machine must not be able to order faults
            raise UnsupportedMediaType
        order = request.get_json()
        if not isinstance(order, dict):
            raise BadRequest
        try:
            self._faults.add_from(order)
        except ValueError as problem:
            raise Refusal(0, str(problem), 400) from None

    def _state(self) -> dict[str, Any]:
        return {
            "balance": str(self._account.balance),
            "running": self._account.running,
            "tasks": Counter(task.status for task in self._run_log.tasks),
            "runs": len(self._run_log.runs()),
            "faults": self._faults.as_json(),
        }
