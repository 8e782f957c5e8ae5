"""What pictures cost in the web process, as processor time of the least that any program must do: `make bench only=pixels`.

- An upload: checked, decoded, made upright sRGB, kept, with a card, a page copy and a placeholder. The floor decodes the file and
  encodes it once.
- The image of before and after. The floor decodes both pictures, scales the parts that are shown, and encodes the sheet.

All sides in turns, medians of `rounds` with the least and the most.
"""

import io
import statistics
import sys
import time
from collections.abc import Callable
from typing import TypeAlias

from PIL import Image

from bench.shared.pictures import jpeg, png
from edits import images
from edits.images.pairing import LONGER_SIDE as SHEET
from tests.images.pictures import swapped_primaries

Side: TypeAlias = Callable[[], object]
MEGAPIXELS = {"24": (5656, 4242), "12": (4032, 3024), "PNG": (1632, 1224), "result": (1152, 864)}


def main(rounds: int = 7) -> None:
    print(f"| {'':42} | floor, ms | program, ms | × the floor (least–most) |")
    print("|---|---|---|---|")
    for name, (floor, program) in _sides().items():
        floor(), program()
        pairs = [(_spent(floor), _spent(program)) for _ in range(rounds)]
        ratios = sorted(ours / least for least, ours in pairs)
        spread = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
        medians = [1000 * statistics.median(side) for side in zip(*pairs, strict=True)]
        print(f"| {name:42} | {medians[0]:9.0f} | {medians[1]:11.0f} | {spread:24} |")


def _spent(side: Side) -> float:
    began = time.process_time()
    side()
    return time.process_time() - began


def _sides() -> dict[str, tuple[Side, Side]]:
    big, photo = jpeg(MEGAPIXELS["24"]), jpeg(MEGAPIXELS["12"])
    phone = jpeg(MEGAPIXELS["12"], turned=6, icc_profile=swapped_primaries())
    sheet, result = png(MEGAPIXELS["PNG"]), jpeg(MEGAPIXELS["result"])
    sides: dict[str, tuple[Side, Side]] = {
        "upload: JPEG of 24 megapixels": _upload(big, "JPEG"),
        "upload: JPEG of 12 megapixels": _upload(photo, "JPEG"),
        "upload: 12 megapixels, turned, other colors": _upload(phone, "JPEG"),
        f"upload: PNG of {len(sheet) / 1e6:.0f} MB": _upload(sheet, "PNG"),
    }
    for style, after in (("side", photo), ("wipe", photo), ("side, result of 1 megapixel", result)):
        key = style.partition(",")[0]
        sides[f"before and after: {style}"] = (
            lambda after=after, key=key: _least_sheet(photo, after, key),  # type: ignore[misc]
            lambda after=after, key=key: images.pair(photo, after, ("Before", "After"), key),  # type: ignore[misc]
        )
    return sides


def _upload(data: bytes, format: str) -> tuple[Side, Side]:
    def floor() -> None:
        Image.open(io.BytesIO(data)).convert("RGB").save(io.BytesIO(), format, quality=92, compress_level=6)

    return floor, lambda: images.clean(io.BytesIO(data))


def _least_sheet(before: bytes, after: bytes, style: str) -> None:
    """Half of the sheet is the one, half the other; a JPEG may be decoded at the smallest size that is still large enough."""
    panel = (SHEET // 2, round(SHEET / 2 * 3 / 4)) if style == "side" else (SHEET // 2, round(SHEET * 3 / 4))
    sheet = Image.new("RGB", (SHEET, panel[1]))
    for index, data in enumerate((before, after)):
        picture = Image.open(io.BytesIO(data))
        whole = panel if style == "side" else (SHEET, panel[1])
        picture.draft("RGB", whole)
        shown = (0, 0, *picture.size)
        if style == "wipe":
            shown = (index * picture.width // 2, 0, (index + 1) * picture.width // 2, picture.height)
        sheet.paste(picture.resize(panel, Image.Resampling.LANCZOS, box=shown), (index * panel[0], 0))
    sheet.save(io.BytesIO(), "JPEG", quality=90)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
