"""Find a Chromium for the browser tests, or install Debian's: `python -m tests.browser.install`."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "chromium-headless-shell"


def executable() -> str | None:
    """The path of a browser that the tests can drive, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def main() -> None:
    if executable():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"make test: the browser tests need one of {', '.join(NAMES)}; on Debian: apt-get install {PACKAGE}")
    print(f"Installing {PACKAGE} …", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", PACKAGE]):
        order = ["apt-get", "--quiet=2", *command]
        done = subprocess.run(order, env=quiet, capture_output=True, text=True, check=False)
    if executable() is None:
        said = (done.stderr.strip().splitlines() or ["apt-get said nothing"])[-1]
        sys.exit(f"make test: {PACKAGE} could not be installed ({said}); install one of {', '.join(NAMES)}")


if __name__ == "__main__":
    main()
