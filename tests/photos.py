"""Real photographs, taken from the data folder of the scikit-image wheel (a test dependency whose code is never imported)."""

from importlib.util import find_spec
from pathlib import Path


def photo_path(name: str) -> Path:
    """The file of one photograph: rocket.jpg, hubble_deep_field.jpg, retina.jpg, chelsea.png, coffee.png, astronaut.png …"""
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the photographs come with requirements/photos.txt, which is not installed")
    path = Path(spec.origin).parent / "data" / name
    if not path.is_file():
        raise FileNotFoundError(path.name)
    return path


def photo_bytes(name: str) -> bytes:
    """The content of one photograph's file."""
    return photo_path(name).read_bytes()
