"""Figure of a comparison: the difference between courses by day, with its range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pinprick.forecasting import wording
from pinprick.forecasting.figures.palette import GREY, LINES, STYLES
from pinprick.forecasting.figures.sheet import blank, key, sheet, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pinprick.planning.compare import Comparison


def differences(comparison: Comparison) -> Figure:
    """Difference of the blinded reading from the first course, better upwards, by concern."""
    rows = [row for row in comparison.differences if row["observer"] == "blinded_rater"]
    if not rows:
        return blank("no outcome is forecast for these courses")
    concerns = len(rows) // len({row["course"] for row in rows})
    figure = sheet(7.0, 3.4 * concerns + 0.8)
    panels = figure.subplots(concerns, 1, squeeze=False)[:, 0]
    for place, row in enumerate(rows):
        course, concern = divmod(place, concerns)
        axes, colour = panels[concern], LINES[course % len(LINES)]
        sign = wording.better_sign(row)
        low, mid, high = ([sign * value for value in row[q]] for q in ("p05", "p50", "p95"))
        axes.fill_between(row["days"], low, high, color=colour, alpha=0.15, linewidth=0)
        name = f"{row['course']} less {row['against']}"
        axes.plot(row["days"], mid, color=colour, ls=STYLES[course % len(STYLES)], label=name)
        if course == 0:
            title, unit = wording.scale(row["scale"])
            axes.set_title(f"{wording.title(row['concern'])}: {title}", loc="left", fontsize=10)
            axes.set(xlabel="days from the first session", ylabel=f"better by, {unit}")
            axes.axhline(0, color=GREY, linewidth=0.8)
            tidy(axes)
    key(figure, title="blinded rater, median and 90 % range")
    return figure
