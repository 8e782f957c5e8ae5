"""One site: a folder with what an operator has there, the commands of the document, and a visitor."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests
import yaml

from editor_site.ports import free_port
from tests.containers.books import KEY, SECRET, Books, Order
from tests.containers.document import EXAMPLE, blocks
from tests.containers.engine import Engine
from tests.run.site import Visitor

NAME, PASSWORD = "olga", "a long enough passphrase"
# A tenth of all durations, so that a killed worker's edits are taken over soon.
QUICK = "ENGINE_TIME_SCALE=0.1\nEDITS_AT_ONCE=8\nEDITS_PER_DAY=500\n"
# What an operator adds; docker-compose reads it by itself unless files are named, as they are here.
OWN = "docker-compose.override.yml"
# Seconds for an edit to end, whatever was killed on its way.
PATIENCE = 240


@dataclass
class Site:
    engine: Engine
    books: Books
    parent: Path
    repository: Path
    visitor: Visitor = field(default_factory=lambda: Visitor(""))
    http: int = field(default_factory=free_port)
    https: int = field(default_factory=free_port)
    has_secrets: bool = True
    """Whether the version before had its secrets in files; if not, it had no proxy either."""

    @property
    def folder(self) -> Path:
        return self.parent / "reword"

    @property
    def url(self) -> str:
        return f"https://localhost:{self.https}"

    # --- commands ----------------------------------------------------------------------------------------------------

    def follow(self, block: str, answers: str = "", **variables: str) -> str:
        """Run a block of the document, with the port of this site where it names the site's address."""
        return self.bash(self.block(block), answers, **variables)

    def block(self, name: str) -> str:
        return blocks()[name].replace(f"https://{EXAMPLE}", self.url).replace(EXAMPLE, "localhost")

    def bash(self, commands: str, answers: str = "", **variables: str) -> str:
        folder = self.folder if self.folder.exists() else self.parent
        return self.engine.run(["bash", "-eu", "-c", commands], folder, answers, **self._variables(), **variables)

    def compose(self, *arguments: str) -> str:
        return self.engine.run(["docker-compose", *arguments], self.folder, **self._variables())

    def _variables(self) -> dict[str, str]:
        """Ports that are free here, and the file with what only this machine needs."""
        return {
            "COMPOSE_PROJECT_NAME": self.parent.name,
            "COMPOSE_FILE": f"docker-compose.yml:{OWN}:machine.yml",
            "HTTP_PORT": f"127.0.0.1:{self.http}",
            "HTTPS_PORT": f"127.0.0.1:{self.https}",
            "PORT": str(self.http),
            "CURL_CA_BUNDLE": str(self.parent / "ca.crt"),
            "repository": str(self.repository),
        }

    def fit_to_machine(self) -> None:
        """Builds may need the machine's network for packages."""
        services = yaml.safe_load((self.folder / "docker-compose.yml").read_text())["services"]
        own = {name: {"build": {"network": "host"}} for name, service in services.items() if "build" in service}
        (self.folder / OWN).write_text(yaml.safe_dump({"services": {"web": {}}}))
        (self.folder / "machine.yml").write_text(yaml.safe_dump({"services": own}))

    def use_books(self) -> None:
        """Pictures are handed over by upload, since Wiro cannot reach a site of this machine."""
        lines = f"PUBLIC_BASE_URL=\nWIRO_BASE_URL={self.books.address}/v1\nWIRO_OUTPUT_HOSTS={self.books.address}\n{QUICK}"
        with (self.folder / ".env").open("a") as settings:
            settings.write(lines)

    def set_up(self) -> None:
        """Everything in the document up to the start, and the settings of a trial."""
        self.fit_to_machine()
        self.follow("secrets", f"{KEY}\n{SECRET}\n")
        self.follow("settings")
        self.use_books()

    def containers(self, service: str) -> list[str]:
        return self.compose("ps", "--quiet", service).split()

    def process(self, container: str) -> int:
        return int(self.engine.docker("inspect", "--format", "{{.State.Pid}}", container))

    def wait_until_healthy(self, service: str) -> None:
        ends_at = time.monotonic() + PATIENCE
        for container in self.containers(service):
            while self.engine.docker("inspect", "--format", "{{.State.Health.Status}}", container).strip() != "healthy":
                assert time.monotonic() < ends_at, f"{service} does not become healthy"
                time.sleep(1)

    # --- visitors ----------------------------------------------------------------------------------------------------

    def sign_in(self, url: str = "") -> None:
        self.visitor = Visitor(url or self.url)
        # Ignores the certificates that this machine trusts otherwise.
        self.visitor.session.trust_env = False
        if not url:
            # Caddy signs for names of this machine itself.
            authority = self.parent / "ca.crt"
            authority.write_text(self.compose("exec", "-T", "proxy", "cat", "/data/caddy/pki/authorities/local/root.crt"))
            self.visitor.session.verify = str(authority)
        self.visitor.session.headers["Origin"] = self.visitor.url
        self.wait_until_ready()
        self.visitor.sign_in(NAME, PASSWORD)

    def wait_until_ready(self) -> None:
        for answer in self._tries("/readyz"):
            if answer and answer.status_code == 200:
                return

    def order(self, number: int) -> list[Order]:
        """Upload `number` photos, each with an instruction of its own."""
        found = []
        for _ in range(number):
            prompt = f"make it {uuid.uuid4().hex[:8]}"
            found.append(Order(prompt, self.visitor.upload("rocket.jpg", prompt)))
        self.books.orders += found
        return found

    def wait_until_at_wiro(self, orders: list[Order]) -> None:
        ends_at = time.monotonic() + PATIENCE
        while not any(self.books.started(order) for order in orders):
            assert time.monotonic() < ends_at, "Wiro was not asked for any of these edits"
            time.sleep(0.05)

    def collect(self, orders: list[Order]) -> None:
        """Wait until each has ended, however often the site is away meanwhile, and fetch its result."""
        for order in orders:
            for answer in self._tries(f"{order.page}status/"):
                order.state = answer.json()["state"] if answer and answer.ok else ""
                if order.state in ("succeeded", "failed", "canceled"):
                    break
            order.result = self.result(order) if order.state == "succeeded" else b""

    def expect_the_same(self, orders: list[Order]) -> None:
        """Every one of these has the result that it had."""
        for order in orders:
            assert self.result(order) == order.result, f"“{order.prompt}” has another result than before"

    def result(self, order: Order) -> bytes:
        return next((answer.content for answer in self._tries(f"{order.page}result") if answer and answer.ok), b"")

    def _tries(self, path: str) -> Iterator[requests.Response | None]:
        """Answers to the same request, repeated until the caller is satisfied. None: nobody answered."""
        ends_at = time.monotonic() + PATIENCE
        while time.monotonic() < ends_at:
            answer = None
            with suppress(requests.RequestException):
                answer = self.visitor.get(path)
            yield answer
            time.sleep(0.3)
        raise AssertionError(f"{path}: {answer.status_code if answer is not None else 'no answer'} after {PATIENCE} seconds")

    @contextmanager
    def described(self) -> Iterator[None]:
        """Show the services' last log lines with a failure."""
        try:
            yield
        except Exception as error:
            with suppress(Exception):
                error.add_note(self.compose("ps") + self.compose("logs", "--no-color", "--tail=25"))
            raise
