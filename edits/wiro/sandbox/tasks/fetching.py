"""Fetching the input picture as the model would: with limits, and a plain message if it cannot be used."""

import io
import time

import requests
from PIL import Image

from ...catalog import ModelDeclaration, PictureRules

MOST_REDIRECTS = 3
CONNECT_AND_READ_SECONDS = (5.0, 10.0)
WHOLE_FETCH_SECONDS = 30.0
CHUNK = 64 * 1024
FORMATS = ("JPEG", "PNG")
UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)  # all that Pillow raises for a bad file


class UnusableInput(Exception):
    """The input picture cannot be fetched, or breaks a rule of the model."""


def new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = MOST_REDIRECTS
    session.headers.update({"User-Agent": "wiro-sandbox", "Accept-Encoding": "identity"})
    return session


def fetch_input(session: requests.Session, url: str, model: ModelDeclaration) -> bytes:
    """The bytes behind `url`, checked to be a picture the model takes; else `UnusableInput`."""
    rules = model.picture
    try:
        picture = _download(session, url, rules)
    except requests.TooManyRedirects:
        raise UnusableInput(f"{rules.name} redirects too often") from None
    except requests.RequestException:
        raise UnusableInput(f"{rules.name} could not be downloaded") from None
    _check(picture, rules)
    return picture


def _download(session: requests.Session, url: str, rules: PictureRules) -> bytes:
    deadline = time.monotonic() + WHOLE_FETCH_SECONDS
    with session.get(url, stream=True, timeout=CONNECT_AND_READ_SECONDS) as response:
        if response.status_code != 200:
            raise UnusableInput(f"{rules.name} answered HTTP {response.status_code}")
        picture = bytearray()
        for chunk in response.iter_content(CHUNK):
            picture += chunk
            if len(picture) > rules.max_bytes:
                raise UnusableInput(f"input image is larger than {rules.max_bytes // 1024 // 1024}MB")
            if time.monotonic() > deadline:
                raise UnusableInput(f"{rules.name} took too long to download")
        return bytes(picture)


def _check(picture: bytes, rules: PictureRules) -> None:
    try:
        with Image.open(io.BytesIO(picture), formats=[name.upper() for name in rules.formats]) as image:
            width, height = image.size
    except UNREADABLE:
        raise UnusableInput(f"input image format must be {' or '.join(rules.formats)}") from None
    if min(width, height) < rules.min_side:
        raise UnusableInput(f"input image width and height must be greater than {rules.min_side - 1}px")
    ratio = rules.max_ratio
    if ratio and not (ratio * width > height and width < ratio * height):
        raise UnusableInput(f"input image aspect ratio must be within the range (1/{ratio:g}, {ratio:g})")
