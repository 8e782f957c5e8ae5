"""A Docker engine that touches nothing of another one: its socket, its data and its state are in a folder of its own."""

import ipaddress
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.containers.document import blocks

PROGRAMS = ("dockerd", "docker", "docker-compose", "debootstrap")
RUNNING = Path("/var/run/docker.sock")


class Unavailable(Exception):
    """No engine can run here; the text says why."""


def install() -> None:
    """What deploy.md says to install, and what makes base images. Raises Unavailable."""
    if os.geteuid() != 0:
        raise Unavailable("a Docker engine needs root")
    if RUNNING.is_socket():
        raise Unavailable(f"another Docker engine uses this machine's network rules ({RUNNING})")
    if not _missing():
        return
    if not shutil.which("apt-get"):
        raise Unavailable(f"{', '.join(_missing())} is missing, and apt-get, which could install it")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    commands = blocks()["install"] + "apt-get install --yes --no-install-recommends debootstrap iptables\n"
    subprocess.run(["bash", "-eu", "-c", commands], env=quiet, capture_output=True, check=False)
    if _missing():
        raise Unavailable(f"apt-get did not install {', '.join(_missing())}")


def _missing() -> list[str]:
    return [name for name in PROGRAMS if not shutil.which(name)]


class Engine:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
            "DOCKER_HOST": f"unix://{folder}/docker.sock",
            # The builder that needs no plugin.
            "DOCKER_BUILDKIT": "0",
            "COMPOSE_DOCKER_CLI_BUILD": "0",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Raises Unavailable."""
        for driver in ("overlay2", "vfs"):
            if self._started(driver):
                return
        lines = (self.folder / "dockerd.log").read_text().strip().splitlines() or ["it did not say why"]
        raise Unavailable(f"dockerd cannot run here: {lines[-1]}")

    def _started(self, driver: str) -> bool:
        places = {"data-root": "data", "exec-root": "exec", "pidfile": "dockerd.pid"}
        options = [f"--{name}={self.folder / place}" for name, place in places.items()]
        command = ["dockerd", f"--host={self.environment['DOCKER_HOST']}", f"--storage-driver={driver}", *options]
        with (self.folder / "dockerd.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        ends_at = time.monotonic() + 60
        while time.monotonic() < ends_at and self._process.poll() is None:
            if subprocess.run(["docker", "version"], env=self.environment, capture_output=True, check=False).returncode == 0:
                return True
            time.sleep(0.3)
        self._end()
        return False

    def restart(self) -> None:
        """Like a reboot: everything gets SIGTERM and a few seconds, and what was running comes back by itself."""
        self._end()
        self.start()

    def stop(self) -> None:
        with suppress(subprocess.CalledProcessError, FileNotFoundError):
            self.docker("kill", *self.docker("ps", "--quiet").split())
        self._end()
        # Whatever the engine left mounted would keep its folder.
        mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for place in reversed([place for place in mounted if place.startswith(f"{self.folder}/")]):
            subprocess.run(["umount", place], capture_output=True, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(300)

    def address_for_containers(self) -> str:
        """This machine's address on the engine's bridge. An engine does not name it while it has just created the bridge."""
        subnet = self.docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}").strip()
        return str(ipaddress.ip_network(subnet)[1])

    def docker(self, *arguments: str, cwd: Path | None = None) -> str:
        return self.run(["docker", *arguments], cwd or self.folder)

    def run(self, command: Sequence[str], cwd: Path, answers: str = "", **variables: str) -> str:
        """Returns the output. Raises CalledProcessError with all of the output."""
        environment = self.environment | variables
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            input=answers,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout)
        return done.stdout
