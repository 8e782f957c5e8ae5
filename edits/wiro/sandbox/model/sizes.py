"""How SeedEdit sizes its output: about one megapixel, in the nearest ratio of a fixed table ("adaptive").

The sizes in `KNOWN` are ByteDance's (and the same sizes turned by 90 degrees); those in `BETWEEN` fill the gaps in
the same manner, multiples of 32 pixels, so that no picture is stretched by more than some 3 %.
"""

from math import log

Size = tuple[int, int]

KNOWN: tuple[Size, ...] = (
    (512, 1536),
    (736, 1312),
    (768, 1344),
    (832, 1248),
    (864, 1152),
    (1024, 1024),
)
BETWEEN: tuple[Size, ...] = (
    (544, 1536),
    (576, 1536),
    (608, 1536),
    (640, 1536),
    (640, 1472),
    (640, 1408),
    (672, 1376),
    (704, 1344),
    (768, 1280),
    (800, 1248),
    (832, 1184),
    (832, 1152),
    (864, 1120),
    (896, 1120),
    (896, 1088),
    (928, 1088),
    (928, 1056),
    (960, 1056),
    (960, 1024),
    (992, 1024),
)
_UPRIGHT = KNOWN + BETWEEN
SIZES: tuple[Size, ...] = tuple(dict.fromkeys(_UPRIGHT + tuple((height, width) for width, height in _UPRIGHT)))


def output_size(width: int, height: int) -> Size:
    """Width and height of the output, in pixels, for an input of `width` x `height` pixels."""
    wanted = log(width / height)
    return min(SIZES, key=lambda size: abs(log(size[0] / size[1]) - wanted))


def size_of_area(width: int, height: int, pixels: int) -> Size:
    """Width and height of about so many pixels, in the ratio of the input."""
    scale = (pixels / (width * height)) ** 0.5
    return round(width * scale), round(height * scale)
