"""A whole site as `make run` starts it: real processes, a real broker, real HTTP. The tests look at it from outside."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import requests

from editor_site.ports import free_port
from tests.photos import photo_path

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = (sys.executable, "-m", "editor_site.run")
# A tenth of the sandbox's durations, so an edit takes less than a second.
QUICK = {"SANDBOX_SIZE_SCALE": "0.4", "SANDBOX_TIME_SCALE": "0.03", "ENGINE_TIME_SCALE": "0.05", "SWEEP_SECONDS": "0.5"}
QUICK |= {"API_REQUESTS_PER_MINUTE": "100000", "WEB_CONCURRENCY": "1"}
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def environment(data: Path, port: int, **changes: str) -> dict[str, str]:
    """The environment of a person's shell, without what tests/settings.py has added to this process."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME", "LANG", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
    }
    return kept | QUICK | {"DATA_DIR": str(data), "PORT": str(port), "LOG_LEVEL": "WARNING"} | changes


@dataclass
class Visitor:
    """A browser of the simplest kind: cookies, CSRF, forms."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.url + path, timeout=20)

    def post(self, path: str, form: str, fields: dict[str, Any], **kwargs: Any) -> requests.Response:
        """Post `fields` to `path` with the CSRF token of the page `form`."""
        found = _TOKEN.search(self.get(form).text)
        assert found, f"{form} has no form"
        data = fields | {"csrfmiddlewaretoken": found[1]}
        return self.session.post(self.url + path, data=data, timeout=20, allow_redirects=False, **kwargs)

    def sign_in(self, username: str, password: str) -> "Visitor":
        path = "/accounts/login/"
        assert self.post(path, path, {"username": username, "password": password}).status_code == 302
        return self

    def upload(self, photo: str, prompt: str, **fields: Any) -> str:
        """Send a photograph; the address of its edit's page."""
        fields = {"prompt": prompt, "guidance_scale": "4", "seed": "7", "nonce": uuid.uuid4().hex} | fields
        with photo_path(photo).open("rb") as file:
            answer = self.post("/edits/new/", "/edits/new/", fields, files={"photo": (photo, file)})
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def start_at(self, version: dict[str, str], prompt: str) -> str:
        """Edit a picture that is here already; the address of the new edit's page."""
        fields = {"prompt": prompt, "guidance_scale": "4", "seed": "7", "nonce": uuid.uuid4().hex, **version}
        answer = self.post("/edits/new/", "/edits/new/", fields)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def make_token(self, *scopes: str) -> str:
        """A personal token, read from the page that shows it once."""
        path = "/accounts/api/"
        fields = {"name": "a script", "scopes": scopes or ("edits:read", "edits:write", "account:read"), "days": "30"}
        assert self.post(f"{path}tokens/", path, fields).status_code == 302
        found = re.search(r'value="(reword_[\w-]+)"', self.get(path).text)
        assert found
        return found[1]

    def status(self, page: str) -> dict[str, Any]:
        answer = self.get(f"{page}status/")
        assert answer.status_code == 200
        return dict(answer.json())

    def wait_for(self, page: str, seconds: float = 90.0) -> dict[str, Any]:
        """Watch an edit until it has ended, as its page does."""
        ends_at = time.monotonic() + seconds
        while (status := self.status(page))["state"] not in ("succeeded", "failed", "canceled"):
            assert time.monotonic() < ends_at, status
            time.sleep(0.1)
        return status


class RunningSite:
    """`python -m editor_site.run`, or another `command` of the checkout `root`, in a folder of its own; `{url}` in a setting is
    where the site will be."""

    def __init__(self, data: Path, command: Sequence[str] = COMMAND, root: Path = ROOT, /, **changes: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = {name: value.format(url=self.url) for name, value in changes.items()}
        self.environment = environment(data, self.port, **settings)
        self.data = data
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command,
            cwd=root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._greeted = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def wait_until_ready(self, seconds: float = 180.0) -> None:
        assert self._greeted.wait(seconds), self.output
        assert f"Ready: {self.url}/" in self.output, self.output

    @cached_property
    def account(self) -> tuple[str, str]:
        """Name and password that the greeting offers, or of an administrator made as it says."""
        found = re.search(r"Sign in as (\S+) with the password (\S+)", self.output)
        return (found[1], found[2]) if found else self.administrator

    @cached_property
    def administrator(self) -> tuple[str, str]:
        """Name and password of an account made with `manage.py createsuperuser`."""
        name, password = "admin", "a long enough passphrase"
        command = [sys.executable, "manage.py", "createsuperuser", "--noinput", "--username", name, "--email", "a@example.org"]
        env = self.environment | {"DJANGO_SUPERUSER_PASSWORD": password}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=180)
        assert done.returncode == 0, done.stderr
        return name, password

    @cached_property
    def visitor(self) -> Visitor:
        """Somebody signed in with that account."""
        return Visitor(self.url).sign_in(*self.account)

    def stranger(self) -> Visitor:
        return Visitor(self.url)

    def programs(self) -> dict[str, psutil.Process]:
        """The supervised programs, by a word of their titles."""
        words = {
            "broker": "valkey",
            "sandbox": "editor_site.sandbox",
            "web": "granian",
            "beat": "beat",
            "greet": "greet",
            "worker": "celery",
        }
        found: dict[str, psutil.Process] = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                line = " ".join(child.cmdline()[:6]).rpartition("/bin/")[2]
                # One that is ending has none.
                if line:
                    found |= {next((name for name, word in words.items() if word in line), "another"): child}
        return found

    @property
    def sandbox_url(self) -> str:
        found = re.search(r"--port (\d+)", " ".join(self.programs()["sandbox"].cmdline()))
        assert found
        return f"http://127.0.0.1:{found[1]}"

    def processes(self) -> list[psutil.Process]:
        """Every process that was started by or for this site, whatever its parent is now: all of one session."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if os.getsid(process.pid) == self.process.pid and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def stop(self, number: int = signal.SIGTERM, seconds: float = 30.0) -> None:
        """Ask it to stop, as a person or a service manager would, and check that nothing of it is left."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(seconds)
        self._reader.join(5)
        left = [" ".join(process.cmdline()) for process in self.processes()]
        for process in self.processes():
            process.kill()
        assert not left, f"still running: {left}"

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if "Ctrl-C stops everything" in line or "not worked on yet" in line:
                self._greeted.set()
        self._greeted.set()


@contextmanager
def running_site(data: Path, **changes: str) -> Iterator[RunningSite]:
    """A ready site; stopped at the end, when nothing of it may be left."""
    site = RunningSite(data, **changes)
    try:
        site.wait_until_ready()
        yield site
    finally:
        site.stop()
