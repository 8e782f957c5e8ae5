"""Change a photo in places and encode it again, so that everywhere else its pixels stay (nearly) the same.

Decoding a JPEG and encoding it again with the same quantization tables preserves luma almost exactly, but not chroma that is
stored at half the resolution (4:2:0, nearly always): decoders upsample it smoothly, encoders average each square, and the two
together blur. So chroma is read at its stored resolution, changed there, and given to the encoder as flat squares, whose mean is
the stored value. Measured on 9 photographs saved as JPEG 92: with the same tables alone, 46 to 68 dB and 74 to 99.6 % of the
pixels within one level; with this method, 64 to 76 dB and 99.2 to 100 %.

How color is read: at half the size, libjpeg decodes 4:2:0 without enlarging color (jdmaster.c, "scale up the chroma components
via IDCT scaling rather than upsampling").
"""

import io
import threading
from typing import Protocol

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from .decoding import opaque_8_bit
from .encoding import CleanPicture, encode_png, with_renditions
from .region import Size, Window

# Pillow's number for 4:2:0.
HALVED_COLOR = 2
# A JPEG of up to this many pixels is written losslessly (as PNG): a JPEG encoder quantizes blocks of 16 pixels as a whole. In a
# small photo the blocks at the region's edge are a large part, and a seam that follows them looks like stairs. Measured on photos
# of 48 × 36 pixels: as JPEG, 90 % of the pixels stayed within one level.
SMALL = 1_000_000
# Two canvases at a time per process bound the memory, as in `clean`; `bench/shared/heavy.py` measures what one takes.
painting = threading.BoundedSemaphore(2)


class Canvas(Protocol):
    """A photo that can be changed. Windows are left, top, right, bottom in pixels."""

    size: Size
    # The side in pixels of the blocks that the format encodes as a whole: changing one pixel changes all of its block a little.
    block: int

    def part(self, window: Window) -> Image.Image:
        """A copy of a part: RGB, or RGBA where the photo has transparent pixels."""

    def reduced(self, window: Window, size: Size) -> Image.Image:
        """A part in RGB, scaled to `size`, which is not larger."""

    def paste(self, new: Image.Image, alpha: Image.Image, at: tuple[int, int]) -> None:
        """Put `new` (of the mode that `part` has) where `alpha` (mode "L", of the same size) is above 0."""

    def finished(self) -> CleanPicture:
        """The photo in its own size, with its color profile and in its own format, except that a small JPEG becomes a PNG."""


def open_canvas(data: bytes) -> Canvas:
    """The canvas of an encoded JPEG or PNG. Raises OSError for what does not decode."""
    opened = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
    if isinstance(opened, JpegImageFile) and opened.width * opened.height > SMALL:
        return JpegCanvas(data, opened)
    return PngCanvas(opened)


class PngCanvas:
    """Written without loss; for any photo that Pillow can open."""

    block = 1

    def __init__(self, opened: Image.Image) -> None:
        self.size = opened.size
        self._profile = opened.info.get("icc_profile")
        self._image = opened.convert("RGBA" if opened.has_transparency_data else "RGB")

    def part(self, window: Window) -> Image.Image:
        return self._image.crop(window)

    def reduced(self, window: Window, size: Size) -> Image.Image:
        part = self._image.resize(size, Image.Resampling.HAMMING, box=window, reducing_gap=2.0)
        return opaque_8_bit(part).convert("RGB")

    def paste(self, new: Image.Image, alpha: Image.Image, at: tuple[int, int]) -> None:
        self._image.paste(new, at, mask=_any(alpha))

    def finished(self) -> CleanPicture:
        data = encode_png(self._image, self._profile)
        return with_renditions(opaque_8_bit(self._image).convert("RGB"), data, "PNG", self.size)


class JpegCanvas:
    """Luma at full resolution, and the two chroma planes at their stored resolution."""

    def __init__(self, data: bytes, opened: JpegImageFile) -> None:
        self.size = opened.size
        self._profile = opened.info.get("icc_profile")
        self._sampling = max(get_sampling(opened), 0)
        # A picture of one row or column cannot be decoded at half the size.
        self._step = 2 if self._sampling == HALVED_COLOR and min(self.size) > 1 else 1
        self.block = 8 * self._step
        opened.draft("YCbCr", opened.size)
        self._decoded = opened.convert("YCbCr")
        # After decoding: only then does Pillow know the tables of a progressive file.
        self._tables = _tables(opened)
        light, *colors = self._decoded.split()
        self._light = light
        self._colors = colors if self._step == 1 else _stored_colors(data, self.size)

    def part(self, window: Window) -> Image.Image:
        return self._decoded.crop(window).convert("RGB")

    def reduced(self, window: Window, size: Size) -> Image.Image:
        return self._decoded.resize(size, Image.Resampling.HAMMING, box=window, reducing_gap=2.0).convert("RGB")

    def paste(self, new: Image.Image, alpha: Image.Image, at: tuple[int, int]) -> None:
        changed = _any(alpha)
        self._decoded.paste(new.convert("YCbCr"), at, mask=changed)
        # Whole squares, of which one pixel may be changed.
        step = self._step
        left, top = at[0] // step, at[1] // step
        right, bottom = -(-(at[0] + new.width) // step), -(-(at[1] + new.height) // step)
        window = left * step, top * step, min(right * step, self.size[0]), min(bottom * step, self.size[1])
        whole = Image.new("L", (window[2] - window[0], window[3] - window[1]))
        whole.paste(changed, (at[0] - window[0], at[1] - window[1]))
        light, *colors = self._decoded.crop(window).split()
        self._light.paste(light, window[:2], mask=whole)
        squares = _any(whole.reduce(step))
        for stored, color in zip(self._colors, colors, strict=True):
            stored.paste(color.reduce(step), (left, top), mask=squares)

    def finished(self) -> CleanPicture:
        image = Image.merge("YCbCr", (self._light, *(_enlarged(plane, self._step, self.size) for plane in self._colors)))
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", qtables=self._tables, subsampling=self._sampling, icc_profile=self._profile)
        return with_renditions(image.convert("RGB"), buffer.getvalue(), "JPEG", self.size)


def _any(plane: Image.Image) -> Image.Image:
    return plane.point([0] + [255] * 255)


def _tables(opened: JpegImageFile) -> list[list[int]]:
    """For luma and chroma. A gray picture has only the first, although its copy may have color by now."""
    tables = [list(table) for table in opened.quantization.values()]
    return tables[:2] if len(tables) > 1 else tables * 2


def _stored_colors(data: bytes, size: Size) -> list[Image.Image]:
    half = Image.open(io.BytesIO(data), formats=("JPEG",))
    half.draft("YCbCr", (size[0] // 2, size[1] // 2))
    return list(half.convert("YCbCr").split()[1:])


def _enlarged(plane: Image.Image, step: int, size: Size) -> Image.Image:
    """Each value as a square."""
    whole = plane.resize((plane.width * step, plane.height * step), Image.Resampling.NEAREST)
    return whole.crop((0, 0, *size))
