"""How well edits preserve the rest of the photo: `python -m bench.photo [--quick]` prints a table with the required minimums.

Edits and drift are simulated (see `drift`), so that the truth is known. Thresholds are chosen on one half of the photographs and
the figures are those of the other half, as medians. "Outside" is outside of the region where one is given; for a proposal it is
outside of the true edit with a margin of 1.6 % of the longer side. "Recalled" are those pixels of the edit which it visibly
changed (more than 4.6 in CIELAB) and which in the composite are nearer to the edit than to the original. The worst three of each
kind are written to bench/out/: original, what the model painted, the composite, the region.
"""

import argparse
import io
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from bench.shared import drift, heavy
from bench.shared.growth import OUT
from bench.shared.photographs import photographs
from edits import images
from edits.images import change_detection
from edits.images.color_difference import as_seen
from edits.images.morphology import dilated
from edits.wiro.sandbox.model import effects

MARGIN = 0.016
VISIBLE = 4.6
GRAY = ("camera", "moon", "coins", "grass", "gravel", "brick")
CANDIDATES = ((5.0, 10.0), (7.0, 14.0), (9.0, 18.0))


@dataclass(frozen=True)
class Case:
    """One edit of one photo, and what became of it. `source` and `painted` are encoded."""

    name: str
    kind: str
    source: bytes
    painted: bytes
    edited: drift.Edited
    moved: bool
    plan: images.CropPlan
    region: images.Region | None


@dataclass(frozen=True)
class Score:
    """dB, share of the pixels outside within one level, share of the edit that is there."""

    case: Case
    psnr: float
    same: float
    recalled: float
    composite: bytes
    region: images.Region


def decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def encoded(photo: Image.Image) -> bytes:
    """As an upload is kept."""
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=images.UPLOAD.jpeg_quality)
    return buffer.getvalue()


def cases(photos: list[tuple[str, Image.Image]], moved: bool, pointed: bool) -> Iterator[Case]:
    for number, (name, photo) in enumerate(photos):
        source = encoded(photo)
        for kind, edit in drift.EDITS.items():
            chance = random.Random(f"{name} {kind}")  # noqa: S311 - the same every time
            edited = edit(decoded(source), photos[(number + 3) % len(photos)][1], chance)
            region = drawn(edited.mask) if pointed else None
            plan = images.plan_crop(region, photo.size)
            painted = drift.repainted(edited.picture.crop(plan.window), chance, moved)
            yield Case(name, kind, source, painted, edited, moved, plan, region)


def drawn(mask: drift.Bools) -> images.Region:
    """As somebody draws it who is not too exact: 1.2 % of the longer side around the edit."""
    return images.Region(dilated(mask, round(0.012 * max(mask.shape))))


def scored(case: Case) -> Score:
    region = case.region or images.propose(case.source, case.painted)
    picture = images.stitch(case.source, case.painted, region, case.plan)
    source, composite = decoded(case.source), decoded(picture.data)
    if case.region:
        outside = region.share_in(source.size, (0, 0, *source.size), source.size) == 0
    else:
        outside = ~dilated(case.edited.mask, round(MARGIN * max(source.size)))
    off = np.abs(np.asarray(source, np.float32) - np.asarray(composite, np.float32))[outside]
    psnr = 10 * np.log10(255**2 / max(float((off**2).mean()), 1e-5))
    return Score(case, psnr, float((off.max(axis=-1) <= 1).mean()), recalled(case, source, composite), picture.data, region)


def recalled(case: Case, source: Image.Image, composite: Image.Image) -> float:
    before, truth, after = (as_seen(image) for image in (source, case.edited.picture, composite))
    visible = case.edited.mask & (np.sqrt(((before - truth) ** 2).sum(axis=0)) > VISIBLE)
    nearer = ((after - truth) ** 2).sum(axis=0) < ((after - before) ** 2).sum(axis=0)
    return float(nearer[visible].mean()) if visible.any() else 1.0


def scores(photos: list[tuple[str, Image.Image]], moved: bool, pointed: bool) -> list[Score]:
    found = []
    for case in cases(photos, moved, pointed):
        try:
            found.append(scored(case))
        except images.CompositeRefused as refusal:
            print(f"{case.name}, {case.kind}: refused, {refusal}")
            region = images.Region(np.ones((1, 1), bool))
            found.append(Score(case, 99.0, 1.0, 0.0, case.source, region))
    return found


def chosen(photos: list[tuple[str, Image.Image]]) -> tuple[float, float]:
    """The thresholds with the best score on this half of the photographs.

    The score is the share of the edit that the region covers, less ten times the share of the photo that it wrongly adds.
    """
    pairs = list(cases(photos, moved=True, pointed=False))
    points = {}
    for weak, strong in CANDIDATES:
        change_detection.WEAK, change_detection.STRONG = weak, strong
        points[weak, strong] = statistics.mean(_points(case) for case in pairs)
        print(f"thresholds {weak:g} and {strong:g}: {points[weak, strong]:.4f}", flush=True)
    return max(points, key=lambda pair: points[pair])


def _points(case: Case) -> float:
    try:
        region = images.propose(case.source, case.painted)
    except images.CompositeRefused:
        return 0.0
    rows, columns = case.edited.mask.shape
    found = region.share_in((columns, rows), (0, 0, columns, rows), (columns, rows)) > 0.5
    near = dilated(case.edited.mask, round(MARGIN * max(rows, columns)))
    return float(found[case.edited.mask].mean() - 10 * (found & ~near).mean())


def row(name: str, found: list[Score], least_psnr: float, least_same: float, bars: dict[str, float]) -> None:
    psnr, same = statistics.median(s.psnr for s in found), statistics.median(s.same for s in found)
    cells = [f"{psnr:.1f} dB (≥ {least_psnr:g})", f"{100 * same:.1f} % (≥ {100 * least_same:g})"]
    missed = [] if psnr >= least_psnr and same >= least_same else ["outside"]
    for kind, bar in bars.items():
        values = [score.recalled for score in found if score.case.kind == kind]
        cells.append(f"{statistics.median(values):.2f}, worst {min(values):.2f} (≥ {bar:g})")
        missed += [kind] if statistics.median(values) < bar else []
    print(f"| {name} | {' | '.join(cells)} | {'missed: ' + ', '.join(missed) if missed else 'held'} |", flush=True)
    save_worst(name, found)


def save_worst(name: str, found: list[Score]) -> None:
    for kind in drift.EDITS:
        worst = sorted((s for s in found if s.case.kind == kind), key=lambda s: min(s.recalled, s.same))[:3]
        for place, score in enumerate(worst, 1):
            panels = [decoded(score.case.source), decoded(score.case.painted), decoded(score.composite)]
            panels.append(Image.fromarray(score.region.mask.astype(np.uint8) * 255).convert("RGB"))
            sheet = Image.new("RGB", (4 * 480, 480))
            for index, panel in enumerate(panels):
                panel.thumbnail((480, 480))
                sheet.paste(panel, (index * 480, 0))
            sheet.save(OUT / f"{name} {kind} {place} {score.case.name}.jpg".replace(" ", "-").replace(",", ""), quality=90)


def refusals(photos: list[tuple[str, Image.Image]]) -> None:
    """What must be refused, and how often it was."""
    colored = [(name, photo) for name, photo in photos if name not in ("camera", "moon", "coins", "grass", "gravel", "brick")][
        :10
    ]
    chance = random.Random(1)  # noqa: S311 - the same every time
    others = [photo for _, photo in colored[1:] + colored[:1]]
    pairs: dict[str, list[tuple[Image.Image, Image.Image, str]]] = {
        "whole picture changed (night, sketch, black and white)": [
            (photo, effect(photo, chance), "whole_picture")
            for _, photo in colored
            for effect in (effects.night, effects.sketch, effects.monochrome)
        ],
        "another photo": [
            (photo, other.resize(photo.size), "not_aligned") for (_, photo), other in zip(colored, others, strict=True)
        ],
        "a wrong part of the photo": [(photo, _part_of(photo), "not_aligned") for _, photo in colored],
        "nothing but drift": [(photo, photo, "nothing_changed") for _, photo in colored],
    }
    print("\n| | refused as it should | otherwise |\n|---|---|---|")
    for what, tries in pairs.items():
        answers = [(answer(encoded(photo), drift.repainted(after, chance, moved=False)), code) for photo, after, code in tries]
        right = sum(given == code for given, code in answers)
        rest = sorted({f"{given}" for given, code in answers if given != code})
        print(f"| {what} | {right} of {len(answers)} | {', '.join(rest) or '–'} |", flush=True)


def _part_of(photo: Image.Image) -> Image.Image:
    width, height = photo.size
    return photo.crop((width // 2, height // 2, width, height)).resize(photo.size)


def answer(source: bytes, result: bytes) -> str:
    try:
        return f"a region of {100 * images.propose(source, result).area:.1f} %"
    except images.CompositeRefused as refusal:
        return refusal.code


def main(quick: bool) -> None:
    OUT.mkdir(exist_ok=True)
    photos = photographs()
    first, second = photos[::2], photos[1::2]
    if quick:
        first, second = first[:2], second[:2]
    given = (change_detection.WEAK, change_detection.STRONG)
    best = chosen(first)
    print(f"chosen on {len(first)} photographs: {best[0]:g} and {best[1]:g}; the program has {given[0]:g} and {given[1]:g}")
    change_detection.WEAK, change_detection.STRONG = given
    print(f"\nMedians over the other {len(second)} photographs, with the required values in parentheses.\n")
    print(f"| | outside: PSNR | outside: same within 1 level | {' | '.join(f'recalled: {kind}' for kind in drift.EDITS)} | |")
    print("|---" * (4 + len(drift.EDITS)) + "|")
    exact = dict.fromkeys(drift.EDITS, 0.99)
    found = {"put in": 0.95, "recolored": 0.95, "removed": 0.9, "with shadow": 0.9}
    row("region given", scores(second, False, True), 55, 0.98, exact)
    row("region given, moved", scores(second, True, True), 55, 0.98, exact)
    row("proposed, not moved", scores(second, False, False), 45, 0.97, found)
    row("proposed, moved", scores(second, True, False), 38, 0.95, found)
    refusals(photos[:4] if quick else photos)
    heavy.measure()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure whether the photo stays the photo.")
    parser.add_argument("--quick", action="store_true", help="four photographs instead of all")
    main(parser.parse_args().quick)
