"""Where and how much a result differs from its source."""

import io
import threading
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFilter

from .color_difference import Floats, as_seen, steepness
from .morphology import Bools
from .region import Region
from .registration import Layer, lay_over

LONGEST_SIDE = 480
# Mahy et al. 1994: two colors this far apart in CIELAB are just noticeably different.
JUST_NOTICEABLE = 2.3
SAME_COLOR = 2 * JUST_NOTICEABLE
FULL_STRENGTH = 60.0
# An edge that both pictures have may lie this many pixels apart: encoders and resampling do not place it more exactly.
EDGE_SLACK = 0.6

MAP_LEVELS = 16
MAP_BLUR = 1.5
# The upper part of the map "plasma" by N. J. Smith and S. van der Walt (CC0): lightness grows evenly from violet to yellow.
RAMP = ((0x9C, 0x17, 0x9E), (0xCC, 0x47, 0x78), (0xED, 0x79, 0x53), (0xFD, 0xB4, 0x2F), (0xF0, 0xF9, 0x21))
WEAKEST_ALPHA, STRONGEST_ALPHA = 90, 205

# A comparison needs up to 50 MB of memory; at most two at a time per process.
_comparing = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Comparison:
    """`changed_percent` of the result's area, 0 to 100, and a transparent WebP heat map to lay over the result, with its width
    and height in pixels (the result's shape, at most 480 a side)."""

    changed_percent: float
    change_map: bytes
    width: int
    height: int


def compare(before: BinaryIO | bytes, after: BinaryIO | bytes, region: Region | None = None) -> Comparison:
    """Compare two pictures, each a JPEG, PNG or WebP that `clean` has made. Raises OSError for one that does not decode.

    For a composite, `region` is where it may differ from its source: both lie over each other as they are, and nothing outside of
    the region counts as changed, whatever an encoder did there.

    Both are reduced to at most 480 pixels a side and laid over each other (see `registration`). The difference of two pixels is
    their distance in CIELAB (CIE 1976) after a blur that is wider for color than for lightness, as in S-CIELAB (X. Zhang,
    B. A. Wandell, "A spatial extension of CIELAB for digital color image reproduction", 1996). A pixel has changed when the
    distance is more than 4.6, twice what is just noticeable (M. Mahy, L. Van Eycken, A. Oosterlinck, Color Research and
    Application 19, 1994), plus what an edge common to both may account for when it is shifted by 0.6 pixels. Turning or
    mirroring is a change; bars around the source are one too.

    Measured over 14 photographs and pictures of scikit-image: encoded again as JPEG 75 or WebP 80 at most 0.02 %, as JPEG 50
    or WebP 60 at most 0.4; halved and enlarged again 0.0 (a page of print 0.3); moved by up to 11 pixels 0.02; a different
    picture pasted over 5 % of the area 5.2 to 5.7, also after JPEG 75. A bright photograph turned into night or made warmer
    has changed by 88 to 100 %; black areas stay as they are. Two 12-megapixel JPEGs take 0.1 s of processor time, and so do
    two page renditions."""
    with _comparing:
        return _compare(before, after, region)


def _compare(before: BinaryIO | bytes, after: BinaryIO | bytes, region: Region | None) -> Comparison:
    with _opened(after) as opened:
        result = _reduced(opened, LONGEST_SIDE / max(opened.size))
    with _opened(before) as opened:
        # Large enough to cover the result, so that a part can be compared as sharply as the whole.
        source = _reduced(opened, max(result.width / opened.width, result.height / opened.height))
    if region is None:
        strength, inside = _strength(lay_over(source, result), result), None
    else:
        whole = Layer(source.resize(result.size, Image.Resampling.HAMMING), Image.new("L", result.size, 255))
        inside = region.share_in(result.size, (0, 0, *result.size), result.size) > 0
        strength = _strength(whole, result) * inside
    return Comparison(round(100 * float((strength > 0).mean()), 2), _painted(strength, inside), *result.size)


def _opened(picture: BinaryIO | bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture, formats=("JPEG", "PNG", "WEBP"))


def _reduced(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1:
        return image.convert("RGB")
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    # A JPEG is decoded at an eighth, a quarter or a half of its size at once.
    image.draft("RGB", size)
    return image.convert("RGB").resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)


def _strength(layer: Layer, result: Image.Image) -> Floats:
    """For each pixel of the result how much it changed, from 0 (not at all) to 1."""
    one, other = as_seen(layer.picture), as_seen(result)
    distance = np.sqrt(((one - other) ** 2).sum(axis=0))
    allowed = SAME_COLOR + EDGE_SLACK * np.minimum(steepness(one), steepness(other))
    strength: Floats = np.clip((distance - allowed) / FULL_STRENGTH, 0, 1)
    strength[np.asarray(layer.shown) < 128] = 1
    return strength


def _painted(strength: Floats, inside: Bools | None) -> bytes:
    """A few levels, encoded without loss, are smaller than if encoded as a photograph, and sharper."""
    gray = Image.fromarray((255 * strength).astype(np.uint8)).filter(ImageFilter.GaussianBlur(MAP_BLUR))
    levels = np.ceil(np.asarray(gray) * (MAP_LEVELS / 255)).astype(np.uint8)
    if inside is not None:
        levels[~inside] = 0
    buffer = io.BytesIO()
    Image.fromarray(_colors()[levels]).save(buffer, "WEBP", lossless=True, quality=20, method=1)
    return buffer.getvalue()


def _colors() -> np.ndarray:
    """RGBA for no change and for each level."""
    at = np.linspace(0, 1, MAP_LEVELS)
    stops = np.linspace(0, 1, len(RAMP))
    planes = [np.interp(at, stops, plane) for plane in zip(*RAMP, strict=True)]
    alpha = np.linspace(WEAKEST_ALPHA, STRONGEST_ALPHA, MAP_LEVELS)
    levels = np.stack([*planes, alpha], axis=1).round().astype(np.uint8)
    return np.concatenate([np.zeros((1, 4), np.uint8), levels])
