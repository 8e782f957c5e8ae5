"""Fetching the input picture as the model would: with limits, and a plain word when it will not do."""

import io
import time

import requests
from PIL import Image

LARGEST_INPUT = 10 * 1024 * 1024
MOST_REDIRECTS = 3
CONNECT_AND_READ_SECONDS = (5.0, 10.0)
WHOLE_FETCH_SECONDS = 30.0
SHORTEST_SIDE = 14
CHUNK = 64 * 1024
FORMATS = ("JPEG", "PNG")
UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)  # all that Pillow raises for a bad file


class UnusableInput(Exception):
    """The input picture cannot be had, or breaks a rule of the model."""


def new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = MOST_REDIRECTS
    session.headers.update({"User-Agent": "wiro-sandbox", "Accept-Encoding": "identity"})
    return session


def fetch_input(session: requests.Session, url: str) -> bytes:
    """The bytes behind `url`, at most 10 MB, checked to be a picture the model takes; else `UnusableInput`."""
    try:
        picture = _download(session, url)
    except requests.TooManyRedirects:
        raise UnusableInput("inputImageUrl redirects too often") from None
    except requests.RequestException:
        raise UnusableInput("inputImageUrl could not be downloaded") from None
    _check(picture)
    return picture


def _download(session: requests.Session, url: str) -> bytes:
    deadline = time.monotonic() + WHOLE_FETCH_SECONDS
    with session.get(url, stream=True, timeout=CONNECT_AND_READ_SECONDS) as response:
        if response.status_code != 200:
            raise UnusableInput(f"inputImageUrl answered HTTP {response.status_code}")
        picture = bytearray()
        for chunk in response.iter_content(CHUNK):
            picture += chunk
            if len(picture) > LARGEST_INPUT:
                raise UnusableInput("input image is larger than 10MB")
            if time.monotonic() > deadline:
                raise UnusableInput("inputImageUrl took too long to download")
        return bytes(picture)


def _check(picture: bytes) -> None:
    try:
        with Image.open(io.BytesIO(picture), formats=FORMATS) as image:
            width, height = image.size
    except UNREADABLE:
        raise UnusableInput("input image format must be jpeg or png") from None
    if min(width, height) <= SHORTEST_SIDE:
        raise UnusableInput("input image width and height must be greater than 14px")
    if not (3 * width > height and width < 3 * height):
        raise UnusableInput("input image aspect ratio must be within the range (1/3, 3)")
