"""One image of before and after, for sharing: side by side, or split by a line in one frame."""

import io
import threading
import unicodedata

from PIL import Image, ImageDraw, ImageFont

LONGER_SIDE = 2048
JPEG_QUALITY = 90
# Pictures wider than this go one above the other; side by side they would be a thin strip.
WIDE = 1.6
# Shapes that differ by less are the same shape, rounded by the model to the sizes that it paints.
SAME_SHAPE = 0.02

_PAPER, _EMPTY = "#ffffff", "#eceae6"
_INK, _PILL, _LINE, _EDGE = (255, 255, 255, 255), (0, 0, 0, 176), (255, 255, 255, 255), (0, 0, 0, 110)
# Everything drawn is measured in this part of a panel's shorter side, within bounds.
_UNIT_PART, _LEAST_UNIT, _MOST_UNIT = 1 / 18, 20, 50
# Shapes are drawn this much larger and reduced, because Pillow draws them without smooth edges.
_SMOOTH = 4
# Pillow's own font has no letters outside ASCII; these are asked for by name wherever the system keeps its fonts.
_OTHER_FONTS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "Arial.ttf")
# Two at a time per process bound the memory, as in `clean`.
_drawing = threading.BoundedSemaphore(2)


def pair(before: bytes, after: bytes, labels: tuple[str, str], style: str = "side") -> bytes:
    """A JPEG of 2048 pixels on its longer side from two encoded pictures, both in the shape of the second.

    `labels` are written on them. The style "side" puts them next to each other, or one above the other where they are wide;
    "wipe" shows the left half of the one and the right half of the other; anything else means "side". Raises OSError for what
    Pillow cannot read.
    """
    with _drawing:
        draw = _wipe if style == "wipe" else _side_by_side
        return _encoded(draw(_opened(before), _opened(after), labels))


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))


def _side_by_side(before: Image.Image, after: Image.Image, labels: tuple[str, str]) -> Image.Image:
    gap = LONGER_SIDE // 100
    stacked = after.width > WIDE * after.height
    across, down = (1, 2) if stacked else (2, 1)
    width, height = _fit(after.size, (LONGER_SIDE - gap * (across + 1)) / across, (LONGER_SIDE - gap * (down + 1)) / down)
    sheet = Image.new("RGB", (width * across + gap * (across + 1), height * down + gap * (down + 1)), _PAPER)
    for index, (picture, label) in enumerate(zip((before, after), labels, strict=True)):
        panel = _panel(picture, (width, height))
        _label(panel, label)
        at = (gap, gap + index * (height + gap)) if stacked else (gap + index * (width + gap), gap)
        sheet.paste(panel, at)
    return sheet


def _wipe(before: Image.Image, after: Image.Image, labels: tuple[str, str]) -> Image.Image:
    size = _fit(after.size, LONGER_SIDE, LONGER_SIDE)
    middle = size[0] // 2
    frame = Image.new("RGB", size)
    frame.paste(_panel(before, size, (0, middle)))
    frame.paste(_panel(after, size, (middle, size[0])), (middle, 0))
    _label(frame, labels[0], room=middle)
    _label(frame, labels[1], room=middle, at_right=True)
    _handle(frame)
    return frame


def _fit(size: tuple[int, int], width: float, height: float) -> tuple[int, int]:
    scale = min(width / size[0], height / size[1])
    return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)


def _panel(picture: Image.Image, size: tuple[int, int], columns: tuple[int, int] | None = None) -> Image.Image:
    """The picture in a frame of `size`: filling it if it has about that shape, whole and centered if it has another.

    With `columns`, only those from the first to before the last.
    """
    columns = columns or (0, size[0])
    if abs(picture.width * size[1] / (picture.height * size[0]) - 1) <= SAME_SHAPE:
        return _scaled(picture, size, columns)
    inner = _fit(picture.size, *size)
    panel = Image.new("RGB", size, _EMPTY)
    panel.paste(_scaled(picture, inner, (0, inner[0])), ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2))
    return panel.crop((columns[0], 0, columns[1], size[1]))


def _scaled(picture: Image.Image, size: tuple[int, int], columns: tuple[int, int]) -> Image.Image:
    """These columns of the picture scaled to `size`; only pixels that are shown are scaled."""
    picture.draft("RGB", size)
    whole = picture if picture.mode == "RGB" else picture.convert("RGB")
    left, right = (column * whole.width / size[0] for column in columns)
    shown = columns[1] - columns[0], size[1]
    return whole.resize(shown, Image.Resampling.LANCZOS, box=(left, 0, right, whole.height), reducing_gap=3.0)


def _unit(panel: Image.Image) -> int:
    return max(_LEAST_UNIT, min(_MOST_UNIT, round(min(panel.size) * _UNIT_PART)))


def _label(panel: Image.Image, text: str, room: int = 0, at_right: bool = False) -> None:
    """In an upper corner, on a dark pill that makes it readable on any picture; left out where there is no room for it."""
    unit = _unit(panel)
    text, font = _written(text, unit)
    length, height = round(font.getlength(text)) + round(1.6 * unit), round(1.9 * unit)
    margin = round(0.8 * unit)
    if not text or length + 2 * margin > (room or panel.width) or height + 2 * margin > panel.height:
        return
    left = panel.width - margin - length if at_right else margin
    _stamp(panel, (left, margin, left + length, margin + height), height / 2, _PILL)
    middle = (left + length / 2, margin + height / 2)
    ImageDraw.Draw(panel).text(middle, text, _INK, font, anchor="mm", stroke_width=0.02 * unit, stroke_fill=_INK)


def _handle(frame: Image.Image) -> None:
    unit, x, y = _unit(frame), frame.width / 2, frame.height / 2
    line, radius = unit / 18, 1.1 * unit
    _stamp(frame, (x - line - 1, 0, x + line + 1, frame.height), 0, _EDGE)
    _stamp(frame, (x - line, 0, x + line, frame.height), 0, _LINE)
    if min(frame.size) < 4 * radius:
        return
    _stamp(frame, (x - radius, y - radius, x + radius, y + radius), radius, _LINE)
    inner = radius - 2 * line
    _stamp(frame, (x - inner, y - inner, x + inner, y + inner), inner, (60, 58, 54, 255))
    _arrows(frame, x, y, unit)


def _arrows(frame: Image.Image, x: float, y: float, unit: int) -> None:
    mask = Image.new("L", (2 * unit * _SMOOTH, 2 * unit * _SMOOTH))
    draw, half, step = ImageDraw.Draw(mask), mask.width / 2, unit * _SMOOTH
    for way in (-1, 1):
        points = [(half + way * a * step, half + b * step) for a, b in ((0.22, -0.34), (0.56, 0), (0.22, 0.34))]
        draw.line(points, 255, width=round(0.13 * step), joint="curve")
    frame.paste(_LINE[:3], (round(x) - unit, round(y) - unit), mask.reduce(_SMOOTH))


def _stamp(panel: Image.Image, box: tuple[float, float, float, float], radius: float, color: tuple[int, int, int, int]) -> None:
    """Fill a rounded rectangle with a see-through color."""
    left, top, right, bottom = int(box[0]), int(box[1]), -int(-box[2] // 1), -int(-box[3] // 1)
    mask = Image.new("L", ((right - left) * _SMOOTH, (bottom - top) * _SMOOTH))
    corners = [(value - origin) * _SMOOTH for value, origin in zip(box, (left, top, left, top), strict=True)]
    corners[2:] = [corners[2] - 1, corners[3] - 1]
    ImageDraw.Draw(mask).rounded_rectangle(corners, radius * _SMOOTH, color[3])
    panel.paste(color[:3], (left, top), mask.reduce(_SMOOTH))


def _written(text: str, size: int) -> tuple[str, ImageFont.FreeTypeFont]:
    """The text and a font that has all of its letters: the text as it is, otherwise without its accents, otherwise empty."""
    own = ImageFont.load_default(size)
    if not isinstance(own, ImageFont.FreeTypeFont):
        raise OSError("Pillow was built without FreeType")
    for font in (own, *_system_fonts(size)):
        if _has_letters(font, text):
            return text, font
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return (plain if _has_letters(own, plain) else ""), own


def _system_fonts(size: int) -> list[ImageFont.FreeTypeFont]:
    found = []
    for name in _OTHER_FONTS:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return found


def _has_letters(font: ImageFont.FreeTypeFont, text: str) -> bool:
    """A font paints the same box for every letter that it lacks."""
    missing = bytes(font.getmask("\uffff"))
    return all(letter.isspace() or bytes(font.getmask(letter)) != missing for letter in text)


def _encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return buffer.getvalue()
