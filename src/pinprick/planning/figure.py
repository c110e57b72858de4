"""Figure of a comparison: the difference between courses by day, with its range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from pinprick.forecasting import wording
from pinprick.forecasting.figures.palette import LINES

if TYPE_CHECKING:
    from pinprick.planning.compare import Comparison


def differences(comparison: Comparison) -> Figure:
    """Difference of the blinded reading from the first course, better upwards."""
    rows = [row for row in comparison.differences if row["observer"] == "blinded_rater"]
    figure = Figure(figsize=(7.0, 4.2), layout="constrained", dpi=150)
    axes = figure.add_subplot()
    for row, colour in zip(rows, LINES * len(rows), strict=False):
        sign = -1.0 if row["better"] == "lower" else 1.0
        low, mid, high = ([sign * v for v in row[q]] for q in ("p05", "p50", "p95"))
        axes.fill_between(row["days"], low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(row["days"], mid, color=colour, label=f"{row['course']} less {row['against']}")
    axes.axhline(0, color="#555555", linewidth=0.8)
    if rows:
        title, unit = wording.scale(rows[0]["scale"])
        axes.set_ylabel(f"better by, {unit}")
        axes.set_title(f"{rows[0]['concern']}: {title}, blinded rater", loc="left", fontsize=10)
        axes.legend(frameon=False, loc="upper left")
    axes.set_xlabel("days from the first session")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
