"""Which words of a prompt the mock model understands, and the effect of each."""

import re
from dataclasses import dataclass

from PIL import Image

from . import effects
from .effects import Color, Effect
from .local_effects import remove_area, tint_area

COLORS: dict[str, Color] = {
    "red": (206, 32, 40),
    "orange": (240, 130, 30),
    "yellow": (244, 208, 50),
    "green": (48, 158, 72),
    "turquoise": (44, 180, 176),
    "teal": (24, 134, 140),
    "cyan": (50, 190, 216),
    "blue": (42, 96, 214),
    "navy": (20, 34, 96),
    "navy blue": (20, 34, 96),
    "purple": (124, 58, 176),
    "violet": (124, 58, 176),
    "pink": (240, 110, 168),
    "brown": (126, 82, 48),
    "gold": (214, 168, 52),
    "golden": (214, 168, 52),
    "silver": (170, 176, 186),
}

# "Change the shirt to navy blue" means one thing, not the whole picture.
ONE_THING = r"(?:change|make|paint|color|turn|dye) the (?!picture|photo|image|sky)\w+(?: to| into)?"

PHRASES: tuple[tuple[str, Effect], ...] = (
    (r"black[ -]?(?:and|&|n)[ -]?white|b ?& ?w|gr[ae]y ?scale|monochrom\w*", effects.monochrome),
    (r"sepia|vintage|old[ -]fashioned|antique|retro", effects.sepia),
    (r"vignett\w*|cinematic", effects.vignette),
    (r"warm(?:er|th)?", effects.warmer),
    (r"cold(?:er)?|cool(?:er)?|icy|frozen", effects.colder),
    (r"night(?:time)?|midnight", effects.night),
    (r"blur\w*|out of focus|softer", effects.blur),
    (r"sharp\w*|crisp(?:er)?", effects.sharpen),
    (r"bright(?:er|en\w*)?|light(?:er|en\w*)|more light", effects.brighter),
    (r"dark(?:er|en\w*)?|less light", effects.darker),
    (r"(?:more|higher|increase\w*(?: the)?) contrast|contrasty", effects.more_contrast),
    (r"(?:less|lower|reduced?(?: the)?) contrast", effects.less_contrast),
    (r"more colou?r(?:s|ful)?|colou?rful|vivid|vibrant|(?:more )?saturated", effects.vivid),
    (r"less colou?r(?:s|ful)?|muted|desaturated?|pastel", effects.muted),
    (r"invert\w*|negative", effects.negative),
    (r"sketch|pencil(?: drawing)?|drawing|charcoal", effects.sketch),
    (r"cartoon\w*|comic|poster|anime|paint(?:ing|ed)", effects.cartoon),
    (r"pixel\w*|8-?bit|mosaic", effects.pixels),
    (r"sunset|sunrise|dusk|dawn", effects.sunset),
    (r"golden hour", effects.golden_hour),
    (r"watercolou?r\w*(?: painting)?|aquarelle", effects.watercolor),
    (r"remove\w*|erase\w*|get rid of|take out", remove_area),
    (r"fog(?:gy)?|mist(?:y)?|haze|hazy", effects.fog),
    (r"autumn\w*|fall colou?rs", effects.autumn),
    (r"snow\w*|winter\w*|blizzard", effects.snow),
    (r"rain(?:y|ing)?|storm\w*", effects.rain),
    (r"moon", effects.moon),
    *((name, effects.tint(color)) for name, color in COLORS.items()),
    *((rf"{ONE_THING} {name}", tint_area(color)) for name, color in COLORS.items()),
)

TURNS: tuple[tuple[str, Image.Transpose], ...] = (
    (r"upside[ -]down|flip\w* (?:it )?(?:vertical\w*|over)|(?:rotat|turn)\w*(?: \w+){0,2} 180\b", Image.Transpose.ROTATE_180),
    (r"rotat\w*(?: \w+){0,2} (?:left|counter-?clockwise|anti-?clockwise)", Image.Transpose.ROTATE_90),
    (r"rotat\w*", Image.Transpose.ROTATE_270),
    (r"mirror\w*|flip\w*", Image.Transpose.FLIP_LEFT_RIGHT),
)

Step = Effect | Image.Transpose
STEPS: tuple[tuple[str, Step], ...] = (*PHRASES, *TURNS)
WORDS: tuple[tuple[re.Pattern[str], Step], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), step) for pattern, step in STEPS
)


@dataclass(frozen=True)
class _Match:
    start: int
    end: int
    step: Step


def steps_of(prompt: str) -> list[Step]:
    """What the prompt asks for, in its order; of two phrases in the same place the longer counts, each step once."""
    found = [_Match(*match.span(), step) for pattern, step in WORDS for match in pattern.finditer(prompt)]
    steps: list[Step] = []
    end = 0
    for match in sorted(found, key=lambda match: (match.start, -match.end)):
        if match.start >= end and match.step not in steps:
            steps.append(match.step)
            end = match.end
    return steps
