"""A real S3 server for the tests: rclone's, which checks signatures and checksums and keeps the objects in a folder."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from editor_site.ports import free_port

if TYPE_CHECKING:
    from edits.storage import PictureStorage

BUCKET, KEY, SECRET = "reword", "test-access-key", "test-secret-access-key"
UseBucket = Callable[..., "PictureStorage"]


class BucketServer:
    """Started and stopped as often as a test likes; the objects stay. `folder` is the bucket's."""

    def __init__(self, root: Path, port: int = 0) -> None:
        self.root, self.folder, self.port = root, root / BUCKET, port or free_port()
        self.folder.mkdir(parents=True)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def variables(self, **changes: str) -> dict[str, str]:
        """The settings of a site whose pictures are here."""
        keys = {"S3_ACCESS_KEY_ID": KEY, "S3_SECRET_ACCESS_KEY": SECRET}
        return {"S3_BUCKET": BUCKET, "S3_ENDPOINT_URL": self.url} | keys | changes

    def start(self) -> None:
        program = shutil.which("rclone", path=str(Path(sys.executable).parent))
        assert program
        # Ignores any rclone configuration on this machine. Without its cache, a half-written file that a kill left is not an
        # object.
        options = ["--config", "", "--vfs-cache-mode", "off", "--log-level", "ERROR", "--auth-key", f"{KEY},{SECRET}"]
        command = [program, "serve", "s3", "--addr", f"127.0.0.1:{self.port}", *options, str(self.root)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ends_at = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < ends_at, "the S3 server does not answer"
            time.sleep(0.02)

    def _answers(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(self.url, timeout=2).status_code > 0
        return False

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def empty(self) -> None:
        self.stop()
        shutil.rmtree(self.root)
        self.folder.mkdir(parents=True)

    def files(self) -> list[str]:
        """The names of the objects, except the marker and what a probe is writing at the moment."""
        found = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())
        return sorted(name for name in found if not name.startswith("."))


@contextmanager
def running_bucket(root: Path, port: int = 0) -> Iterator[BucketServer]:
    server = BucketServer(root, port)
    server.start()
    try:
        yield server
    finally:
        server.stop()
