"""Figure of observers: the ridge of people's spread and rater noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick.appearance import outcome
from pinprick.appearance.spread import Ridge
from pinprick.evidence import Lanes, registry
from pinprick.evidence.instruments import Instrument, instruments
from pinprick.evidence.lanes import PEOPLE_PER_DRAW
from pinprick.evidence.scales import scale
from pinprick.forecasting.figures.palette import BLUE, GREY, ORANGE, RED
from pinprick.forecasting.figures.sheet import key, sheet, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = np.ndarray[Any, np.dtype[np.float64]]
SHOWN = ("acne-scars-points", "acne-scars-grades", "wrinkles-lemperle")
DRAWS = 400
SEED = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """Joint draws for one instrument: the split, and what its response varies by."""

    instrument: Instrument
    split: Ridge
    cv: Array


def drawn(name: str, draws: int = DRAWS, seed: int = SEED) -> Drawn:
    """Joint draws of people's spread and rater noise for an instrument.

    >>> made = drawn("wrinkles-lemperle", draws=8)
    >>> bool(np.allclose(made.split.whole**2, made.split.people**2 + made.split.rater**2))
    True
    """
    lanes = Lanes(registry(), seed, range(0, draws * PEOPLE_PER_DRAW, PEOPLE_PER_DRAW))
    tool, one = instruments()[name], np.ones(len(lanes))
    seen = outcome(tool, "blinded_rater", np.zeros(1), one[None, :], one, one, lanes)
    return Drawn(tool, seen.ridge, np.asarray(lanes["appearance.response_cv"]))


def ridge(names: Sequence[str] = SHOWN, draws: int = DRAWS) -> Figure:
    """Joint draws of what people differ by and of rater noise, with the line of constant total.

    The upper row is in each scale's own steps; in the lower one both are shares of the total and
    every draw lies on the same line: the data say how far it is from the corner, never where on it.
    """
    figure = sheet(3.5 * len(names), 7.2)
    panels = figure.subplots(2, len(names), squeeze=False)
    for column, name in enumerate(names):
        made = drawn(name, draws)
        _by_scale(panels[0][column], made)
        _of_whole(panels[1][column], made)
    key(figure, ncols=4)
    figure.suptitle(
        "One published spread, two causes: drawn along their ridge, never told apart", fontsize=10.5
    )
    return figure


def _by_scale(axes: Axes, made: Drawn) -> None:
    split, named = made.split, scale(made.instrument.scale)
    effect = np.median(split.people / split.cv)
    held = split.cv < made.cv * (1.0 - np.finfo(float).eps * made.cv.size)
    axes.scatter(split.cv[~held], split.rater[~held], s=7, color=BLUE, alpha=0.45, linewidths=0,
                 label="a draw")  # fmt: skip
    axes.scatter(split.cv[held], split.rater[held], s=11, color=ORANGE, alpha=0.8, marker="^",
                 linewidths=0, label="a draw held at half the variance")  # fmt: skip
    cv = np.linspace(0.0, 1.0, 200)
    for q, style, label in (
        (0.05, ":", "5th and 95th percentile of totals"),
        (0.5, "-", "constant total (median)"),
        (0.95, ":", None),
    ):
        whole = float(np.quantile(split.whole, q))
        line = np.sqrt(np.maximum(whole**2 - (cv * effect) ** 2, 0.0))
        seen = line > 0
        axes.plot(cv[seen], line[seen], style, color=RED, linewidth=1.3, label=label)
    axes.set(xlim=(0, 0.85), ylim=(0, None))
    axes.set_title(named.title, fontsize=8.5, wrap=True)
    axes.set_xlabel("people's response: coefficient of variation", fontsize=8)
    axes.set_ylabel(f"raters: SD of one change ({named.unit})", fontsize=8)
    tidy(axes)


def _of_whole(axes: Axes, made: Drawn) -> None:
    split = made.split
    angle = np.linspace(0.0, np.pi / 2.0, 100)
    axes.plot(np.sin(angle), np.cos(angle), "-", color=RED, linewidth=1.3)
    axes.scatter(split.people / split.whole, split.rater / split.whole, s=7, color=BLUE, alpha=0.35,
                 linewidths=0, zorder=3)  # fmt: skip
    low, middle, high = np.quantile((split.people / split.whole) ** 2, (0.05, 0.5, 0.95))
    said = (
        "people's part of the variance:\n"
        f"{100 * low:.0f} % to {100 * high:.0f} %, median {100 * middle:.0f} %"
    )
    axes.text(0.05, 0.07, said, fontsize=8, color=GREY, transform=axes.transAxes)
    axes.set(xlim=(0, 1.05), ylim=(0, 1.05), aspect="equal")
    axes.set_xlabel("people / total", fontsize=8)
    axes.set_ylabel("raters / total", fontsize=8)
    tidy(axes)
