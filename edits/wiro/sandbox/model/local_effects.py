"""Effects on a part of a picture. The mock model does not know where a shirt or people are, so it picks a place."""

import random

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from .effects import Color, Effect

Box = tuple[float, float, float, float]

FEATHER = 0.25


def remove_area(image: Image.Image, chance: random.Random) -> Image.Image:
    """Fill an upright area off the center with what is left and right of it, as after removing a person."""
    width, height = image.size
    center_x = width * (0.5 + chance.choice((-1, 1)) * chance.uniform(0.24, 0.3))
    center_y = height * chance.uniform(0.42, 0.5)
    radius_x, radius_y = max(1.0, width * 0.12), max(1.0, height * 0.26)
    box = (center_x - radius_x, center_y - radius_y, center_x + radius_x, center_y + radius_y)
    left, top, right, bottom = (round(value) for value in box)
    strip = max(1, width // 60)
    size = (right - left, bottom - top)
    sides = [image.crop((x, top, x + strip, bottom)).resize(size) for x in (left - strip, right)]
    across = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize(size)
    filled = image.copy()
    filled.paste(Image.composite(sides[1], sides[0], across).filter(ImageFilter.BoxBlur(strip / 4)), (left, top))
    return Image.composite(filled, image, _soft_ellipse(image.size, box))


def tint_area(color: Color) -> Effect:
    """The middle of the picture in this color, its light and shade kept, as after dyeing a shirt."""

    def tinted(image: Image.Image, chance: random.Random) -> Image.Image:
        width, height = image.size
        center_x, center_y = width * chance.uniform(0.46, 0.54), height * chance.uniform(0.54, 0.62)
        radius_x, radius_y = width * 0.24, height * 0.28
        box = (center_x - radius_x, center_y - radius_y, center_x + radius_x, center_y + radius_y)
        dark: Color = (color[0] // 8, color[1] // 8, color[2] // 8)
        light: Color = (120 + color[0] * 135 // 255, 120 + color[1] * 135 // 255, 120 + color[2] * 135 // 255)
        dyed = ImageOps.colorize(ImageOps.grayscale(image), dark, light, mid=color)
        return Image.composite(Image.blend(image, dyed, 0.88), image, _soft_ellipse(image.size, box))

    return tinted


def _soft_ellipse(size: tuple[int, int], box: Box) -> Image.Image:
    """A mask: white inside the ellipse, black outside, with a soft edge."""
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    edge = min(box[2] - box[0], box[3] - box[1]) / 2 * FEATHER
    return mask.filter(ImageFilter.BoxBlur(max(1.0, edge)))
