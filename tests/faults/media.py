"""The media folder and what can happen to it: full, read-only, gone, or replaced by another one.

Where the suite may mount (as root, in mounts of its own that end with it) the folder is a small
disk. Elsewhere it is an ordinary folder, which can be everything but full.
"""

import os
import shutil
import subprocess
import time
import uuid
from pathlib import Path

# Megabytes; enough for the pictures of all scenarios, with STORAGE_MIN_FREE left.
DISK_SIZE = 160
OWN_MOUNTS = "FAULTS_OWN_MOUNTS"
PIECE = 1024 * 1024


def can_mount() -> bool:
    """Can the suite start a program that has mounts of its own?"""
    return os.geteuid() == 0 and bool(shutil.which("unshare")) and bool(shutil.which("mount"))


class MediaFolder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.mkdir(mode=0o700)
        self._aside = path.with_name("media-aside")
        self.is_disk = os.environ.get(OWN_MOUNTS) == "1"
        if self.is_disk:
            _mount("-t", "tmpfs", "-o", f"size={DISK_SIZE}m,mode=0700", "tmpfs", str(path))

    # --- full --------------------------------------------------------------------------------------

    def fill(self) -> None:
        """Write until the disk is full to the last byte."""
        with self._filler.open("ab", buffering=0) as file:
            size = PIECE
            while size:
                try:
                    file.write(bytes(size))
                except OSError:
                    size //= 2

    @property
    def _filler(self) -> Path:
        return self.path / "filler"

    # --- read-only ---------------------------------------------------------------------------------

    def make_read_only(self) -> None:
        self._make_writable(False)

    def _make_writable(self, writable: bool) -> None:
        if self.is_disk:
            _mount("-o", f"remount,{'rw' if writable else 'ro'}", str(self.path))
            return
        for folder in [self.path, *(path for path in self.path.rglob("*") if path.is_dir())]:
            folder.chmod(0o700 if writable else 0o500)

    # --- gone, or another one ----------------------------------------------------------------------

    def take_away(self) -> None:
        """Unmount it: what is left is the empty folder under the mount, or none."""
        if self.is_disk:
            self._aside.mkdir(exist_ok=True)
            _mount("--move", str(self.path), str(self._aside))
        else:
            self.path.rename(self._aside)

    def replace(self) -> Path:
        """Put another site's media folder in its place. Returns a file of that site."""
        self.take_away()
        theirs = self.path / "photos" / "1" / "theirs.jpg"
        theirs.parent.mkdir(parents=True, exist_ok=True)
        theirs.write_bytes(b"theirs")
        (self.path / ".reword-media").write_text(f"{uuid.uuid4()}\n")
        return theirs

    def files(self) -> set[Path]:
        return {path for path in self.path.rglob("*") if path.is_file()}

    def give_back(self) -> None:
        """End every fault. What was written into another folder meanwhile is removed."""
        if self._is_away:
            shutil.rmtree(self.path, ignore_errors=True)
            if self.is_disk:
                self.path.mkdir(mode=0o700, exist_ok=True)
                _mount("--move", str(self._aside), str(self.path))
                self._aside.rmdir()
            else:
                self._aside.rename(self.path)
        self._make_writable(True)
        self._filler.unlink(missing_ok=True)

    @property
    def _is_away(self) -> bool:
        return os.path.ismount(self._aside) if self.is_disk else self._aside.exists()


def _mount(*arguments: str) -> None:
    """Raises CalledProcessError. Tried again while a file that is being written keeps the disk busy."""
    for _ in range(50):
        done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
        if done.returncode == 0:
            return
        time.sleep(0.1)
    done.check_returncode()
