"""Random seeds, within what each model takes."""

import random
import secrets
from collections.abc import Sequence
from math import ceil, floor

from ..jobs.catalog import ModelDeclaration


def draw(models: Sequence[ModelDeclaration], seed: int, count: int) -> list[int]:
    """`count` different seeds, as far as the models allow that many; the first is `seed` unless that is 0.

    They suit all models that take a seed, if any seed does; otherwise the first of these models.
    """
    ranges = [_range(model) for model in models if model.seed]
    common = range(max(each.start for each in ranges), min(each.stop for each in ranges)) if ranges else range(0)
    among = common or next(iter(ranges), range(0))
    drawn = random.SystemRandom().sample(among, min(count, len(among)))
    found = [seed, *(other for other in drawn if other != seed)] if seed else drawn
    return [found[number % len(found)] if found else 0 for number in range(count)]


def suiting(model: ModelDeclaration, seed: int) -> int:
    """`seed` if the model takes it, otherwise one that it does take; 0 for a model without seeds."""
    if model.seed is None:
        return 0
    among = _range(model)
    return seed if seed in among else secrets.choice(among)


def _range(model: ModelDeclaration) -> range:
    """Without 0, if there is anything else: Wiro doesn't report the seed it picks for 0, so it could be neither shown nor
    reused."""
    seed = model.seed
    lowest, highest = (ceil(seed.minimum or 0), floor(seed.maximum or 0)) if seed else (0, 0)
    return range(max(1, lowest), highest + 1) or range(lowest, highest + 1)
