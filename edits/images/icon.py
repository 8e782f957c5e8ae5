"""The site's icon as pixels, for whatever cannot use static/favicon.svg: the same shapes, drawn by Pillow.

So the repository needs no binary files for it. Coordinates are those of the SVG, 32 units a side.
"""

import io

from PIL import Image, ImageDraw

SIDE = 32
CORNER = 8
# Drawn larger and scaled down, because Pillow draws without smooth edges.
OVERSIZE = 4
# Maskable icons keep what matters within a circle of 80% of the width (W3C Web App Manifest).
SAFE = 0.8
ICO_SIDES = (16, 32, 48)
DARK, GREEN, GRAY, MINT, WHITE = "#2b2b28", "#0b7a69", "#55554f", "#7fe0cb", "#ffffff"
# A text cursor: the stem, and a curve at each of its four ends, all as Bézier control points.
_CURSOR = (
    ((16, 7), (16, 13), (16, 19), (16, 25)),
    ((13, 5), (15, 5), (16, 5.7), (16, 7)),
    ((19, 5), (17, 5), (16, 5.7), (16, 7)),
    ((13, 27), (15, 27), (16, 26.3), (16, 25)),
    ((19, 27), (17, 27), (16, 26.3), (16, 25)),
)
Point = tuple[float, float]


def icon_png(side: int, shape: str = "rounded") -> bytes:
    """A PNG, `side` pixels wide and high. "rounded" has transparent corners, "square" has none, and
    "maskable" is a square whose drawing stays within what no system cuts off."""
    buffer = io.BytesIO()
    _icon(side, shape).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def icon_ico() -> bytes:
    """The icon in the sizes that browsers ask /favicon.ico for."""
    buffer = io.BytesIO()
    pictures = [_icon(side, "rounded") for side in ICO_SIDES]
    pictures[-1].save(buffer, "ICO", sizes=[image.size for image in pictures], append_images=pictures)
    return buffer.getvalue()


def _icon(side: int, shape: str) -> Image.Image:
    large = side * OVERSIZE
    image = Image.new("RGBA", (large, large))
    _draw(ImageDraw.Draw(image), large, SAFE if shape == "maskable" else 1.0)
    if shape == "rounded":
        mask = Image.new("L", image.size)
        corner = CORNER * large / SIDE
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, large - 1, large - 1), corner, fill=255)
        image.putalpha(mask)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def _draw(draw: ImageDraw.ImageDraw, large: int, share: float) -> None:
    """`share` is how much of the width the drawing takes; its background fills all of it."""
    scale, margin = large * share / SIDE, large * (1 - share) / 2

    def at(*points: Point) -> list[Point]:
        return [(x * scale + margin, y * scale + margin) for x, y in points]

    # Whatever reaches an edge of the drawing continues in the same direction to the edge of the picture.
    far = 2 * SIDE
    draw.rectangle((0, 0, large, large), fill=DARK)
    draw.rectangle((*at((16, -far))[0], large, large), fill=GREEN)
    draw.polygon(at((8 - far, 16 + far * 10 / 8), (8, 16), (16, 24), (16, far), (-far, far)), fill=GRAY)
    draw.polygon(at((16, 24), (21, 18), (21 + far, 18 + far * 10 / 11), (16, far)), fill=MINT)
    draw.ellipse([*at((21.5, 6.5))[0], *at((27.5, 12.5))[0]], fill=MINT)
    for curve in _CURSOR:
        for x, y in at(*_points_on(*curve)):
            draw.ellipse((x - scale, y - scale, x + scale, y + scale), fill=WHITE)


def _points_on(a: Point, b: Point, c: Point, d: Point, count: int = 400) -> list[Point]:
    """Points on a cubic Bézier curve, so close that round dots on them look like one stroke."""

    def point(t: float) -> Point:
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        pairs = list(zip(weights, (a, b, c, d), strict=True))
        return sum(weight * x for weight, (x, _) in pairs), sum(weight * y for weight, (_, y) in pairs)

    return [point(number / count) for number in range(count + 1)]
