"""A picture of how something grows: one line for each thing that was measured, written to bench/out/ as SVG."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pygal
from pygal.style import CleanStyle

OUT = Path(__file__).resolve().parent.parent / "out"
# Eleven that can be told apart, since pages has as many lines.
COLORS = ("#1b6ca8", "#d1495b", "#2e933c", "#8e5aa8", "#e08e1b", "#00798c", "#7a5c3e", "#c2479b", "#5f7a1f", "#4a4e9e", "#888888")

LOOK = {
    "background": "white",
    "plot_background": "white",
    "colors": COLORS,
    "font_family": "system-ui, sans-serif",
    "guide_stroke_color": "#cccccc",
    "major_guide_stroke_color": "#cccccc",
    "title_font_size": 18,
    "label_font_size": 13,
    "major_label_font_size": 13,
}
SHAPE: dict[str, Any] = {"width": 880, "height": 480, "margin_right": 40, "truncate_legend": -1, "dots_size": 3, "js": []}
SHAPE |= {"stroke_style": {"width": 2}}


def draw(name: str, title: str, sizes: Sequence[int], lines: Mapping[str, Sequence[float]], **options: Any) -> Path:
    """`lines` has one value for each of `sizes`, which are evenly spaced however far apart they are; `options` are pygal's."""
    from edits.admin.charts import without_scripts  # noqa: PLC0415 - only after the environment is set

    style = CleanStyle(**LOOK)
    labels = [f"{size:,}" for size in sizes]
    chart = pygal.Line(title=title, x_labels=labels, style=style, **SHAPE, **options)
    for line, values in lines.items():
        chart.add(line, list(values))
    chart.add_xml_filter(without_scripts)
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{name}.svg"
    path.write_bytes(chart.render(is_unicode=False, pretty_print=True))
    return path
