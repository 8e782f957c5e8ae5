"""The client: the calls of Wiro's API, as documented by Wiro and by the seed reference."""

import io
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import requests

from .addresses import BASE_URL, checked_base_url, checked_socket_url
from .answer import Answer, read_answer
from .arguments import MAX_LIST, page, reference, run_request, slugs
from .auth import WiroAuth
from .download import Downloader
from .exceptions import WiroAPIError, WiroConnectionError, WiroResponseError, WiroUnsupportedCallError
from .files import Source, Target, opened, stored
from .live.news import news_from
from .results import accepted_run, asked_for, may_mean_unknown_call
from .task import WiroRun, WiroTask, WiroTaskList
from .tool import WiroTool
from .values import as_int, as_url
from .waiting import NO_NEWS, OnProgress, wait_for_end
from .wire import Call, Wire, read_small_body

OUTPUT_HOSTS = ("wiro.ai",)
MAX_DOWNLOAD_BYTES = 100 * 1024 * 1024
logger = logging.getLogger(__name__)

_HEADERS = {"Accept": "application/json", "User-Agent": "wiro-client"}
_FRESH = {"Connection": "close"}
# Logged at a lower level: there are many of them, and each says little.
_FREQUENT = ("Task/Detail", "Task/List", "Tool/Detail")


class WiroClient:
    """Wiro's HTTP API. One client may be shared by any number of threads.

    An empty `api_secret` is for key-only projects. `socket_url` is where live progress comes from ("" for none); by default it is
    Wiro's own if `base_url` is, and there is none for another server, since a task's token must not go to a third party. Outputs
    are fetched from `output_hosts` only (see `download.OutputHosts`). `pool_size` is the number of connections kept alive for
    Task/Detail, Cancel and Kill. Deadlines are seconds for the whole call, from the name lookup to the last byte. `observe` is
    called after every call with its name ("Run", "Task/Detail"), how it ended (answered, refused, unreadable, no_answer) and how
    many seconds it took. Raises ValueError for bad settings.
    """

    def __init__(
        self,
        api_key: str,
        api_secret: str = "",
        *,
        base_url: str = BASE_URL,
        socket_url: str | None = None,
        output_hosts: Sequence[str] = OUTPUT_HOSTS,
        pool_size: int = 32,
        observe: Callable[[str, str, float], None] | None = None,
    ) -> None:
        self._base_url = checked_base_url(base_url)
        self._socket_url = checked_socket_url(socket_url, self._base_url)
        self._auth = WiroAuth(api_key, api_secret, self._base_url)
        self._secrets = tuple(filter(None, (api_key, api_secret)))
        self._kept_alive = Wire(pool_size)
        self._downloader = Downloader(output_hosts)
        self._observe = observe

    @classmethod
    def from_environment(cls, **options: Any) -> Self:
        """A client for WIRO_API_KEY, WIRO_API_SECRET, WIRO_BASE_URL, WIRO_SOCKET_URL and WIRO_OUTPUT_HOSTS (comma-separated);
        only the key has to be set. With another server's WIRO_BASE_URL there is no live progress unless WIRO_SOCKET_URL
        is set, too. `options` are the class's other arguments. Raises ValueError."""
        key, secret, address, socket, hosts = (
            os.environ.get(f"WIRO_{name}", "") for name in ("API_KEY", "API_SECRET", "BASE_URL", "SOCKET_URL", "OUTPUT_HOSTS")
        )
        options.setdefault("base_url", address or BASE_URL)
        options.setdefault("socket_url", socket or None)
        options.setdefault("output_hosts", hosts.split(",") if hosts else OUTPUT_HOSTS)
        return cls(key, secret, **options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def run(
        self,
        model: str,
        parameters: Mapping[str, object],
        *,
        callback_url: str | None = None,
        deadline: float = 120.0,
    ) -> WiroRun:
        """Start a task of `model` ("owner/name") with the model's inputs, of any JSON kind; this is the call that costs money.

        Raises WiroAPIError if Wiro has certainly not accepted it, otherwise WiroConnectionError: `accepted_possible` says whether
        it may have; ValueError or TypeError before anything is sent. An answer with a task id counts as accepted whatever else it
        says.
        """
        path, body = run_request(model, parameters, callback_url)
        # A new connection: the server may close a kept-alive one at that moment, and then the
        # outcome would be unknown.
        answer = self._post_on_fresh_connection(path, Call(deadline), json=body)
        return accepted_run(answer)

    def preview_run(
        self, model: str, parameters: Mapping[str, object], *, callback_url: str | None = None
    ) -> requests.PreparedRequest:
        """The signed request that `run` would send, to be displayed and not sent. It contains the real credentials."""
        path, body = run_request(model, parameters, callback_url)
        return self._prepare(path, _FRESH, json=body)

    def task_detail(self, *, task_id: str | None = None, task_token: str | None = None, deadline: float = 20.0) -> WiroTask:
        """Get a task by its id or its token.

        Raises WiroAPIError with `is_not_found` for an unknown task (which Wiro also says just after a Run), WiroConnectionError
        if there is no usable answer. Reading is safe, so a connection that turns out stale is replaced once.
        """
        body = reference(task_id, task_token)
        answer = self._read("Task/Detail", body, deadline)
        answer.check()
        return asked_for(answer, body)

    def wait(self, run: WiroRun | str, *, timeout: float = 600.0, on_progress: OnProgress = None, live: bool = False) -> WiroTask:
        """Poll a task (`run`, or its id) until it has ended, for at most `timeout` seconds; check its `is_successful`.

        `on_progress` gets the task whenever Wiro has answered. `live` listens to Wiro's socket as well, for which `wiro[live]`
        must be installed: then `on_progress` is called, too, when the model reports something (`WiroTask.live`), and the end is
        noticed at once. If anything is wrong with the socket, polling continues without it. Temporary trouble is waited out.
        Raises WiroTimeoutError, otherwise as `task_detail`.
        """
        task_id, token = (run, "") if isinstance(run, str) else (run.task_id, run.task_token)
        with news_from(self._socket_url, token) if live else NO_NEWS as news:
            return wait_for_end(lambda: self.task_detail(task_id=task_id, task_token=token), timeout, on_progress, news)

    def run_and_wait(
        self,
        model: str,
        parameters: Mapping[str, object],
        *,
        timeout: float = 600.0,
        on_progress: OnProgress = None,
        live: bool = False,
    ) -> WiroTask:
        """`run`, then `wait`. An error that is raised after the Run has a note with the task's id."""
        run = self.run(model, parameters)
        try:
            return self.wait(run, timeout=timeout, on_progress=on_progress, live=live)
        except BaseException as error:
            error.add_note(f"The Run was accepted as task {run.task_id}.")
            raise

    def task_list(
        self, model: str | None = None, *, start: int = 0, limit: int = MAX_LIST, deadline: float = 20.0
    ) -> WiroTaskList:
        """The project's tasks, newest first: of `model` ("owner/name") or of all models.

        `start` counts from 0, `limit` is 1 to 100. A task may appear late: its absence proves
        nothing. Raises WiroUnsupportedCallError for a server that does not know Task/List (it is not
        in the public documentation), otherwise as `task_detail`.
        """
        body = {"type": "model", "sort": "id", "order": "DESC", **page(start, limit)}
        if model is not None:
            # Wiro matches part of the name, and no source says that the owner is part of it.
            body["modelName"] = slugs(model)[1]
        answer = self._read_undocumented("Task/List", body, "tasklist", deadline)
        tasks = tuple(map(WiroTask.from_answer, answer.objects("tasklist")))
        return WiroTaskList(tasks, as_int(answer.text("total")), answer.count("tasklist"))

    def tool_detail(self, owner: str, project: str, *, deadline: float = 20.0) -> WiroTool | None:
        """What Wiro says about the model owner/project; None if Wiro says that it doesn't exist.

        It costs nothing. Raises as `task_list`.
        """
        owner, project = slugs(f"{owner}/{project}")
        answer = self._read_undocumented("Tool/Detail", {"slugowner": owner, "slugproject": project}, "tool", deadline)
        return next(map(WiroTool.from_answer, answer.objects("tool")), None)

    def tool_list(
        self, categories: Sequence[str] = (), *, search: str = "", start: int = 0, limit: int = MAX_LIST, deadline: float = 20.0
    ) -> tuple[WiroTool, ...]:
        """Wiro's models of these categories ("image-editing", "image-to-image"), found by `search`.

        It costs nothing. Raises as `task_list`.
        """
        body = {"categories": list(categories), "search": search, "sort": "relevance", "summary": True, **page(start, limit)}
        answer = self._read_undocumented("Tool/List", body, "tool", deadline)
        return tuple(map(WiroTool.from_answer, answer.objects("tool")))

    def cancel(self, *, task_id: str | None = None, task_token: str | None = None) -> None:
        """Take a task out of the queue (`WiroTask.is_queued`). Raises as `task_detail`."""
        self._command("Task/Cancel", reference(task_id, task_token))

    def kill(self, *, task_id: str | None = None, task_token: str | None = None) -> None:
        """Stop a task that is already running. Raises as `task_detail`."""
        self._command("Task/Kill", reference(task_id, task_token))

    def delete_files(self, *, task_token: str) -> None:
        """Erase Wiro's copies of an ended task's inputs and outputs; may be repeated. Raises as `task_detail`."""
        self._command("Task/InputOutputDelete", {"tasktoken": task_token})

    def upload(self, source: Source, filename: str = "", content_type: str = "", *, deadline: float = 120.0) -> str:
        """Upload a path, bytes or an open file (at most 100 MB, Wiro documentation); returns its public URL, for use as an input.

        Name and type are the file's own unless given. Raises OSError if it cannot be read, WiroAPIError if it is refused,
        WiroConnectionError if there is no usable answer.
        """
        with opened(source, filename, content_type) as (name, file, kind):
            answer = self._post_on_fresh_connection("File/Upload", Call(deadline), files={"file": (name, file, kind)})
        answer.check()
        listed = (as_url(item.get("url")) for item in answer.objects("list"))
        url = next(filter(None, listed), "") or as_url(answer.text("url"))
        if not url:
            raise WiroResponseError("File/Upload answered without the file's URL.", answer.http_status)
        return url

    def download(self, url: str, target: Target, *, max_bytes: int = MAX_DOWNLOAD_BYTES, deadline: float = 120.0) -> int:
        """Copy an output to a path or an open file and return its size in bytes; no credentials are sent, no redirect followed.

        A path appears only when it is complete. `max_bytes` bounds the decoded bytes. Raises OSError if it cannot be written, and
        WiroDownloadError; then the contents of an open file are useless.
        """
        return stored(target, lambda file: self._downloader.download(url, file, max_bytes=max_bytes, deadline=deadline))

    def download_bytes(self, url: str, *, max_bytes: int = MAX_DOWNLOAD_BYTES, deadline: float = 120.0) -> bytes:
        """The same into memory."""
        file = io.BytesIO()
        self.download(url, file, max_bytes=max_bytes, deadline=deadline)
        return file.getvalue()

    def close(self) -> None:
        """Close the connections that are kept alive; the client can still be used and would open new ones."""
        self._kept_alive.close()

    def _command(self, path: str, body: Mapping[str, str]) -> None:
        self._post(self._kept_alive, path, Call(20.0), json=body).check()

    def _read(self, path: str, body: Mapping[str, Any], deadline: float) -> Answer:
        """Make a call that only reads. That is safe, so a connection that turns out to be stale is replaced once."""
        call = Call(deadline)
        try:
            return self._post(self._kept_alive, path, call, json=body)
        except WiroResponseError:
            raise
        except WiroConnectionError:
            if not call.may_have_met_a_stale_connection:
                raise
            return self._post_on_fresh_connection(path, call, json=body)

    def _read_undocumented(self, path: str, body: Mapping[str, Any], name: str, deadline: float) -> Answer:
        """Make a call that a server may not know; an answer without a list under `name` does not count as one."""
        try:
            answer = self._read(path, body, deadline)
            answer.check()
            if not answer.has_list(name):
                raise WiroResponseError(f"The answer has no {name}.", answer.http_status)
        except (WiroAPIError, WiroResponseError) as error:
            if may_mean_unknown_call(error):
                raise WiroUnsupportedCallError(path) from error
            raise
        return answer

    def _post_on_fresh_connection(self, path: str, call: Call, **content: Any) -> Answer:
        wire = Wire()
        try:
            return self._post(wire, path, call, headers=_FRESH, **content)
        finally:
            wire.close()

    def _prepare(self, path: str, headers: Mapping[str, str] | None, **content: Any) -> requests.PreparedRequest:
        url = f"{self._base_url}/{path}"
        return requests.Request("POST", url, headers={**_HEADERS, **(headers or {})}, auth=self._auth, **content).prepare()

    def _post(self, wire: Wire, path: str, call: Call, headers: Mapping[str, str] | None = None, **content: Any) -> Answer:
        request = self._prepare(path, headers, **content)
        token = content.get("json", {}).get("tasktoken")
        secrets = (*self._secrets, token) if token else self._secrets
        started = time.monotonic()
        status, outcome = "no answer", "no_answer"
        try:
            with wire.exchange(request, call) as response:
                status, outcome = str(response.status_code), "unreadable"
                body = read_small_body(response)
            answer = read_answer(response.status_code, response.headers, body, secrets)
            outcome = "refused" if answer.refusal() else "answered"
            return answer
        finally:
            self._tell(path, status, outcome, time.monotonic() - started)

    def _tell(self, path: str, status: str, outcome: str, seconds: float) -> None:
        level = logging.DEBUG if path in _FREQUENT else logging.INFO
        logger.log(level, "POST %s: %s in %d ms", path, status, seconds * 1000)
        if self._observe:
            self._observe("Run" if path.startswith("Run/") else path, outcome, seconds)
