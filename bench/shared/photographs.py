"""Photographs to measure on: those of the scikit-image wheel and, where apt or the system has it, Debian's `mate-backgrounds`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.photos import photo_path

FROM_SCIKIT_IMAGE = (
    "astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "retina.jpg", "hubble_deep_field.jpg",
    "camera.png",
)  # fmt: skip
FROM_DEBIAN = ("Aqua", "Dune", "Garden", "LadyBird", "RainDrops", "Storm", "TwoWings", "Wood", "FreshFlower", "YellowFlower")
# Without Debian's there must still be enough.
INSTEAD = ("coins.png", "grass.png", "gravel.png", "ihc.png", "moon.png", "brick.png")
BACKGROUNDS = Path("usr/share/backgrounds/mate/nature")
# Larger ones are reduced to this many pixels on the longer side, for time; one of 12 megapixels is measured on its own.
LONGEST = 1200


def photographs() -> list[tuple[str, Image.Image]]:
    """Names and pictures in RGB, at least 14, in a fixed order; Debian's package (GPL-2+) is read and never kept."""
    paths = [photo_path(name) for name in FROM_SCIKIT_IMAGE]
    with tempfile.TemporaryDirectory() as folder:
        backgrounds = _backgrounds(Path(folder))
        if backgrounds is None:
            print("mate-backgrounds could not be downloaded: more of scikit-image's pictures are used instead", file=sys.stderr)
            paths += [photo_path(name) for name in INSTEAD]
        else:
            paths += [backgrounds / f"{name}.jpg" for name in FROM_DEBIAN]
        return [(path.stem, _opened(path)) for path in paths]


def _backgrounds(folder: Path) -> Path | None:
    """Where the package's photographs are: as installed, or unpacked into `folder`."""
    installed = Path("/") / BACKGROUNDS
    if installed.is_dir():
        return installed
    try:
        subprocess.run(["apt-get", "download", "-qq", "mate-backgrounds"], cwd=folder, check=True, capture_output=True)  # noqa: S607
        package = next(folder.glob("*.deb"))
        subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True, capture_output=True)  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError, StopIteration):
        return None
    return folder / BACKGROUNDS


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        photo = image.convert("RGB")
    photo.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return photo
