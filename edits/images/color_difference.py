"""How different two pictures look, pixel by pixel: CIELAB after a blur as in S-CIELAB (see `comparing` for the sources)."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Floats = NDArray[np.float32]

# Like the eye, which sees color less sharply than lightness. Standard deviations, in pixels of the reduced picture.
LIGHT_BLUR = 1.0
COLOR_BLUR = 2.0
# IEC 61966-2-1: the curve of sRGB, and its primaries as shares of the white point D65.
_CODES = np.arange(256) / 255
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(np.float32)
_PRIMARIES = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
_TO_XYZ = (_PRIMARIES / _PRIMARIES.sum(axis=1, keepdims=True)).T.astype(np.float32)


def as_seen(image: Image.Image) -> Floats:
    """CIELAB planes L*, a*, b*, lightness and color blurred."""
    light, *colors = image.convert("YCbCr").split()
    light = light.filter(ImageFilter.GaussianBlur(LIGHT_BLUR))
    blue, red = (color.filter(ImageFilter.GaussianBlur(COLOR_BLUR)) for color in colors)
    return _lab(Image.merge("YCbCr", (light, blue, red)).convert("RGB"))


def _lab(image: Image.Image) -> Floats:
    xyz = _LINEAR[np.asarray(image)] @ _TO_XYZ
    x, y, z = np.moveaxis(np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116), -1, 0)
    return np.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)))


def steepness(lab: Floats) -> Floats:
    """How much the color changes from each pixel to its neighbors, at most."""
    steepness = np.zeros(lab.shape[1:], np.float32)
    for picture, steps in ((steepness, lab), (steepness.T, lab.transpose(0, 2, 1))):
        step = np.sqrt((np.diff(steps, axis=1) ** 2).sum(axis=0))
        picture[1:] = np.maximum(picture[1:], step)
        picture[:-1] = np.maximum(picture[:-1], step)
    return steepness
