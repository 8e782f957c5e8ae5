"""What the mock model can do to a picture: RGB in, RGB of the same size out (except after quarter turns). Pillow only."""

import colorsys
import random
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

Color = tuple[int, int, int]
Effect = Callable[[Image.Image, random.Random], Image.Image]

NIGHT_SKY: Color = (38, 58, 120)
SNOW_LIGHT: Color = (226, 236, 250)
MOONLIGHT: Color = (250, 246, 226)


def monochrome(image: Image.Image, chance: random.Random) -> Image.Image:
    return ImageOps.autocontrast(ImageOps.grayscale(image), cutoff=0.5).convert("RGB")


def sepia(image: Image.Image, chance: random.Random) -> Image.Image:
    toned = ImageOps.colorize(ImageOps.grayscale(image), (34, 20, 10), (255, 240, 208), mid=(160, 120, 78))
    return vignette(toned, chance)


def vignette(image: Image.Image, chance: random.Random) -> Image.Image:
    mask = Image.radial_gradient("L").point([min(255, max(0, int((value - 105) * 1.25))) for value in range(256)])
    return Image.composite(_curved(image, lambda value: value * 0.35), image, mask.resize(image.size, Image.Resampling.BILINEAR))


def warmer(image: Image.Image, chance: random.Random) -> Image.Image:
    return _balanced(image, 1.16 + chance.uniform(0, 0.04), 1.03, 0.74)


def colder(image: Image.Image, chance: random.Random) -> Image.Image:
    return _balanced(image, 0.76, 0.99, 1.18 + chance.uniform(0, 0.04))


def night(image: Image.Image, chance: random.Random) -> Image.Image:
    dim = _curved(ImageEnhance.Color(image).enhance(0.45), lambda value: (value / 255) ** 1.15 * 215)
    return Image.blend(ImageChops.multiply(dim, _plain(image, (120, 150, 255))), _plain(image, NIGHT_SKY), 0.12)


def blur(image: Image.Image, chance: random.Random) -> Image.Image:
    return image.filter(ImageFilter.BoxBlur(max(1.0, max(image.size) * 0.009)))


def sharpen(image: Image.Image, chance: random.Random) -> Image.Image:
    return image.filter(ImageFilter.UnsharpMask(radius=max(1.0, max(image.size) / 500), percent=220, threshold=1))


def brighter(image: Image.Image, chance: random.Random) -> Image.Image:
    return _curved(image, lambda value: (value / 255) ** 0.6 * 255)


def darker(image: Image.Image, chance: random.Random) -> Image.Image:
    return _curved(image, lambda value: (value / 255) ** 1.5 * 225)


def more_contrast(image: Image.Image, chance: random.Random) -> Image.Image:
    return ImageEnhance.Contrast(image).enhance(1.6)


def less_contrast(image: Image.Image, chance: random.Random) -> Image.Image:
    return ImageEnhance.Contrast(image).enhance(0.5)


def vivid(image: Image.Image, chance: random.Random) -> Image.Image:
    return ImageEnhance.Contrast(ImageEnhance.Color(image).enhance(1.9)).enhance(1.1)


def muted(image: Image.Image, chance: random.Random) -> Image.Image:
    return ImageEnhance.Color(image).enhance(0.35)


def negative(image: Image.Image, chance: random.Random) -> Image.Image:
    return ImageOps.invert(image)


def sketch(image: Image.Image, chance: random.Random) -> Image.Image:
    """Dark lines where a picture is darker than its surroundings, over a trace of its shading."""
    gray = ImageOps.grayscale(image)
    around = gray.filter(ImageFilter.BoxBlur(max(1.5, max(image.size) / 160)))
    lines = ImageOps.invert(ImageChops.subtract(around, gray, scale=0.14))
    shading = gray.point([int(150 + value * 105 / 255) for value in range(256)])
    return ImageOps.colorize(ImageChops.multiply(lines, shading), (38, 36, 42), (253, 251, 245))


def cartoon(image: Image.Image, chance: random.Random) -> Image.Image:
    half = (max(1, image.width // 2), max(1, image.height // 2))
    small = image.resize(half, Image.Resampling.BOX).filter(ImageFilter.MedianFilter(3))
    flat = ImageEnhance.Color(small).enhance(1.4).point([min(255, value // 36 * 36 + 18) for value in range(256)] * 3)
    gray = ImageOps.grayscale(small)
    edges = ImageChops.difference(gray, gray.filter(ImageFilter.BoxBlur(1.5)))
    ink = edges.point([255 - min(255, max(0, value - 14) * 6) for value in range(256)])
    return ImageChops.multiply(flat, ink.convert("RGB")).resize(image.size, Image.Resampling.BICUBIC)


def pixels(image: Image.Image, chance: random.Random) -> Image.Image:
    across = max(8, 72 * image.width // max(image.size))
    small = image.resize((across, max(1, across * image.height // image.width)), Image.Resampling.BOX)
    return small.resize(image.size, Image.Resampling.NEAREST)


def sunset(image: Image.Image, chance: random.Random) -> Image.Image:
    sky = ImageOps.colorize(Image.linear_gradient("L"), (255, 104, 92), (92, 48, 60), mid=(255, 158, 74))
    glow = sky.resize(image.size, Image.Resampling.BILINEAR)
    return Image.blend(ImageChops.soft_light(_balanced(image, 1.12, 0.95, 0.74), glow), glow, 0.15)


def golden_hour(image: Image.Image, chance: random.Random) -> Image.Image:
    """Low sun: warm lights, soft shadows, a glow from one side."""
    warm = _balanced(image, 1.14, 1.02, 0.72)
    slope = Image.linear_gradient("L").transpose(chance.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)))
    glow = slope.point([int(value * 0.45) for value in range(256)]).resize(image.size, Image.Resampling.BILINEAR)
    return Image.composite(ImageChops.screen(warm, _plain(image, (120, 74, 20))), warm, glow)


def watercolor(image: Image.Image, chance: random.Random) -> Image.Image:
    """Flat washes with soft borders and darker edges, on white paper."""
    third = (max(1, image.width // 3), max(1, image.height // 3))
    small = image.resize(third, Image.Resampling.BOX).filter(ImageFilter.MedianFilter(5))
    light, *colors = ImageEnhance.Color(small).enhance(1.35).convert("YCbCr").split()
    steps = light.point([min(255, int(40 + value // 32 * 32 * 0.95)) for value in range(256)]).filter(ImageFilter.BoxBlur(1))
    washes = Image.merge("YCbCr", [steps, *(color.filter(ImageFilter.BoxBlur(3)) for color in colors)]).convert("RGB")
    rims = ImageChops.difference(light, light.filter(ImageFilter.BoxBlur(2))).point(
        [255 - min(110, value * 5) for value in range(256)]
    )
    return ImageChops.multiply(washes, rims.convert("RGB")).resize(image.size, Image.Resampling.BICUBIC)


def fog(image: Image.Image, chance: random.Random) -> Image.Image:
    mask = Image.linear_gradient("L").point([int(175 - value * 0.5) for value in range(256)])
    return Image.composite(_plain(image, (224, 228, 232)), less_contrast(image, chance), mask.resize(image.size))


def autumn(image: Image.Image, chance: random.Random) -> Image.Image:
    """Greens turn to rust, other colors stay about where they are."""
    return image.convert("RGB", (0.72, 0.66, -0.28, 0, 0.22, 0.66, 0.06, 0, 0.06, 0.06, 0.78, 0))


def snow(image: Image.Image, chance: random.Random) -> Image.Image:
    cold = Image.blend(colder(muted(image, chance), chance), _plain(image, SNOW_LIGHT), 0.22)
    flakes = Image.new("L", image.size)
    draw = ImageDraw.Draw(flakes)
    unit = max(image.size) / 700
    for _ in range(420):
        x, y, radius = chance.random() * image.width, chance.random() * image.height, (0.6 + chance.random() ** 3 * 4.4) * unit
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=chance.randint(150, 250))
    return Image.composite(_plain(image, (255, 255, 255)), cold, flakes.filter(ImageFilter.BoxBlur(0.7 * unit)))


def rain(image: Image.Image, chance: random.Random) -> Image.Image:
    streaks = Image.new("L", image.size)
    draw = ImageDraw.Draw(streaks)
    unit = max(image.size) / 700
    for _ in range(380):
        x, y, length = chance.random() * image.width, chance.random() * image.height, chance.uniform(14, 40) * unit
        draw.line((x, y, x - length * 0.22, y + length), fill=chance.randint(60, 150), width=max(1, round(unit)))
    return Image.composite(_plain(image, (220, 228, 240)), darker(colder(muted(image, chance), chance), chance), streaks)


def moon(image: Image.Image, chance: random.Random) -> Image.Image:
    radius = min(image.size) * 0.13
    x, y = image.width * chance.uniform(0.6, 0.82), image.height * chance.uniform(0.2, 0.3)
    disc = Image.new("L", image.size)
    draw = ImageDraw.Draw(disc)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    halo = disc.filter(ImageFilter.BoxBlur(radius * 0.6)).point([int(value * 0.5) for value in range(256)])
    for _ in range(9):
        crater, away = radius * chance.uniform(0.07, 0.2), radius * 0.62
        cx, cy = x + chance.uniform(-away, away), y + chance.uniform(-away, away)
        draw.ellipse((cx - crater, cy - crater, cx + crater, cy + crater), fill=chance.randint(205, 235))
    lit = Image.composite(_plain(image, MOONLIGHT), image, halo)
    return Image.composite(_plain(image, MOONLIGHT), lit, disc)


def tint(color: Color) -> Effect:
    """The picture's light and shade in the given color, with some of its own colors left."""

    def tinted(image: Image.Image, chance: random.Random) -> Image.Image:
        dark: Color = (color[0] // 6, color[1] // 6, color[2] // 6)
        light: Color = (200 + color[0] * 55 // 255, 200 + color[1] * 55 // 255, 200 + color[2] * 55 // 255)
        washed = ImageOps.colorize(ImageOps.grayscale(image), dark, light, mid=color)
        return Image.blend(image, washed, 0.62 + chance.uniform(0, 0.1))

    return tinted


def graded(image: Image.Image, chance: random.Random) -> Image.Image:
    """For prompts that the mock model does not know: two random colors, one for shadows and one for lights."""
    hue = chance.random()
    dark, light = _from_hue(hue, 0.75, 0.2), _from_hue(hue + chance.uniform(0.35, 0.6), 0.4, 1.0)
    split = ImageOps.colorize(ImageOps.grayscale(image), dark, light, mid=_from_hue(hue + 0.15, 0.4, 0.6))
    return ImageEnhance.Contrast(Image.blend(vivid(image, chance), split, 0.8)).enhance(1.1)


def _from_hue(hue: float, saturation: float, value: float) -> Color:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255)


def _plain(image: Image.Image, color: Color) -> Image.Image:
    return Image.new("RGB", image.size, color)


def _curved(image: Image.Image, curve: Callable[[int], float]) -> Image.Image:
    return image.point([min(255, max(0, int(curve(value)))) for value in range(256)] * 3)


def _balanced(image: Image.Image, red: float, green: float, blue: float) -> Image.Image:
    return image.point([min(255, int(value * factor)) for factor in (red, green, blue) for value in range(256)])
