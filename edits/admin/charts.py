"""Charts of the last days, drawn as SVG on the server so that the page needs no script. A table below has the numbers."""

from collections.abc import Callable, Sequence
from typing import Any

import pygal
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from pygal.style import Style

from ..operations.metrics import Day

WIDTH, HEIGHT = 440, 240
# The colors of the Django admin's CSS variables, which do not apply inside an image.
_THEMES = {
    "light": {"foreground": "#444444", "lines": "#dddddd", "states": ("#2f7d4f", "#ba2121", "#8a8a8a", "#417690")},
    "dark": {"foreground": "#d0d0d0", "lines": "#3a3a3a", "states": ("#5fbf86", "#ef6b6b", "#9a9a9a", "#81d4fa")},
}
_LOOK: dict[str, Any] = {
    "background": "transparent",
    "plot_background": "transparent",
    "font_family": "system-ui, sans-serif",
    "label_font_size": 12,
    "major_label_font_size": 12,
    "legend_font_size": 13,
    "no_data_font_size": 18,
    "opacity": 1,
    "stroke_opacity": 1,
}
_PLAIN: dict[str, Any] = {
    "width": WIDTH,
    "height": HEIGHT,
    "explicit_size": True,
    "js": [],
    "margin": 8,
    "margin_right": 24,
    "max_scale": 6,
    "include_x_axis": True,
    "legend_at_bottom": True,
    "legend_box_size": 10,
    # -1: never shortened.
    "truncate_label": -1,
    "truncate_legend": -1,
    "pretty_print": False,
}


def chart(name: str, theme: str, days: Sequence[Day]) -> bytes | None:
    """The SVG, or None where there is no chart or theme of that name."""
    if name not in CHARTS or theme not in _THEMES:
        return None
    drawing = CHARTS[name](_options(name, theme, days), days)
    drawing.add_xml_filter(without_scripts)
    svg: bytes = drawing.render(is_unicode=False)
    return svg


def without_scripts(root: Any) -> Any:
    """Pygal always adds its configuration as a script, for use by another script, which we do not load."""
    for parent in list(root.iter()):
        for script in [child for child in parent if str(child.tag).endswith("script")]:
            parent.remove(script)
    return root


def _options(name: str, theme: str, days: Sequence[Day]) -> dict[str, Any]:
    labels = [date_format(day.date, "j M") for day in days]
    # A date label every few days, counted from today.
    dates = {"x_labels": labels, "x_labels_major": labels[::-5], "show_minor_x_labels": False}
    return _PLAIN | dates | {"style": _style(name, theme), "no_data_text": _("No data")}


def _style(name: str, theme: str) -> Style:
    colors = _THEMES[theme]
    done, failed, canceled, active = colors["states"]
    return Style(
        foreground=colors["foreground"],
        foreground_strong=colors["foreground"],
        foreground_subtle=colors["lines"],
        guide_stroke_color=colors["lines"],
        major_guide_stroke_color=colors["lines"],
        # A line or bar of anything else is blue, a second one red.
        colors=(done, failed, canceled, active) if name == "jobs" else (active, failed),
        **_LOOK,
    )


def _jobs(options: dict[str, Any], days: Sequence[Day]) -> Any:
    drawing = pygal.StackedBar(**options, legend_at_bottom_columns=2)
    drawing.add(_("done"), [day.succeeded for day in days])
    drawing.add(_("failed"), [day.failed for day in days])
    drawing.add(_("canceled"), [day.canceled for day in days])
    drawing.add(_("in progress"), [day.pending for day in days])
    return drawing


def _success(options: dict[str, Any], days: Sequence[Day]) -> Any:
    drawing = pygal.Line(**options, range=(0, 100), dots_size=2.5, show_legend=False)
    drawing.add(_("Success rate (%)"), [day.success_rate for day in days], allow_interruptions=True)
    return drawing


def _spread(which: str) -> Callable[[dict[str, Any], Sequence[Day]], Any]:
    def draw(options: dict[str, Any], days: Sequence[Day]) -> Any:
        drawing = pygal.Line(**options, dots_size=2.5, legend_at_bottom_columns=2)
        spreads = [getattr(day, which) for day in days]
        drawing.add(_("median"), [spread and spread.median for spread in spreads], allow_interruptions=True)
        drawing.add(_("95th percentile"), [spread and spread.p95 for spread in spreads], allow_interruptions=True)
        return drawing

    return draw


def _cost(options: dict[str, Any], days: Sequence[Day]) -> Any:
    drawing = pygal.Bar(**options, show_legend=False)
    drawing.add(_("USD"), [float(day.spent) for day in days])
    return drawing


CHARTS: dict[str, Callable[[dict[str, Any], Sequence[Day]], Any]] = {
    "jobs": _jobs,
    "success": _success,
    "waiting": _spread("waiting"),
    "editing": _spread("editing"),
    "cost": _cost,
}


def titles() -> dict[str, str]:
    return {
        "jobs": _("Edits requested"),
        "success": _("Success rate (%)"),
        "waiting": _("Wait time (s)"),
        "editing": _("Processing time (s)"),
        "cost": _("Cost (USD)"),
    }
