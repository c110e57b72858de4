"""Prior against posterior: what measurements say of each number, and of which they say nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick.evidence import registry
from pinprick.evidence.entries import toml
from pinprick.learning.priors import Prior, priors

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = np.ndarray[Any, np.dtype[np.float64]]
TABLE = "healing_draws"
SILENT = 0.85  # spread after over before: above it the data hardly narrow a number
STILL = 0.15  # shift of the middle, as a share of the range: below it they hardly move it
_UNIFORM_SD = 1 / np.sqrt(12)
TAILS = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Learned:
    """One number before and after: ``quantiles`` of its draws (5, 50 and 95 %), ``places`` of these
    in its prior's range from 0 to 1, and ``spread``, the standard deviation over the prior's.
    """

    prior: Prior
    title: str
    unit: str
    quantiles: tuple[float, ...]
    places: tuple[float, ...]
    spread: float

    @property
    def silent(self) -> bool:
        """Whether the data leave the number about as it was thought of before."""
        return self.spread > SILENT and abs(self.places[1] - 0.5) < STILL


def learned(table: Mapping[str, Array] | None = None) -> tuple[Learned, ...]:
    """Every number of the table of draws, the narrowed ones first.

    Args:
        table: columns of draws, each of shape (draws,); the shipped table if None.

    >>> found = learned()
    >>> found[0].spread < 0.5 < found[-1].spread, found[0].silent, found[-1].silent
    (True, False, True)
    """
    draws = registry().tables[TABLE] if table is None else table
    found = [_learned(p, draws[p.column]) for p in priors() if p.column in draws]
    return tuple(sorted(found, key=lambda one: one.spread))


def _learned(prior: Prior, draws: Array) -> Learned:
    known = registry().parameters.get(f"healing.{prior.name}")
    place = prior.place(draws)
    return Learned(
        prior,
        known.title if known else prior.title,
        known.unit if known else prior.unit,
        tuple(float(q) for q in np.quantile(draws, TAILS)),
        tuple(float(q) for q in np.quantile(place, TAILS)),
        float(place.std() / _UNIFORM_SD),
    )


def provenance() -> Mapping[str, Any]:
    """How the shipped table came about: its run's settings, diagnostics and readings.

    >>> run = provenance()
    >>> run["draws"] == len(registry().tables[TABLE]["chi2"]), run["rhat_readings"] < 1.05
    (True, True)
    """
    return toml("pinprick.evidence", f"tables/{TABLE}.toml")


def table(found: Sequence[Learned]) -> list[tuple[str, ...]]:
    """Rows of text: number, unit, prior, posterior (5, 50, 95 %), spread, what it rests on."""
    return [
        (
            one.title,
            one.unit,
            f"{one.prior.low:.3g} to {one.prior.high:.3g}"
            + (" (log)" if one.prior.shape == "log" else ""),
            " / ".join(f"{q:.3g}" for q in one.quantiles),
            f"{one.spread:.2f}" + (", silent" if one.silent else ""),
            ", ".join(row.partition(":")[2] for row in one.prior.rows) or "assumed",
        )
        for one in found
    ]


def in_words(row: Mapping[str, Any]) -> tuple[str, str]:
    """A reading of a run as it was measured (nothing, if it is shown only), and its draws.

    >>> in_words({"kind": "above", "value": 0.0, "sigma": 5.0, "draws": [1.0, 2.04, 3.0]})
    ('> 0 ± 5', '1.0 / 2.0 / 3.0')
    """
    sign = {"above": "> ", "below": "< "}.get(row.get("kind", ""), "")
    measured = f"{sign}{row['value']:g} ± {row['sigma']:g}" if "value" in row else ""
    return measured, " / ".join(f"{q:.1f}" for q in row["draws"])


def figure(found: Sequence[Learned]) -> Figure:
    """Where the draws of each number lie in its prior's range, in two columns."""
    from pinprick.forecasting.figures.palette import BLUE, GREY, ORANGE
    from pinprick.forecasting.figures.sheet import sheet, tidy

    half = -(-len(found) // 2)
    page = sheet(10.0, 0.24 * half + 1.0)
    for axes, part in zip(page.subplots(1, 2), (found[:half], found[half:]), strict=True):
        for line, one in enumerate(part):
            low, middle, high = one.places
            colour = GREY if one.silent else BLUE
            axes.plot([0, 1], [line, line], color="#e4e4e4", linewidth=7, solid_capstyle="butt")
            axes.plot([low, high], [line, line], color=colour, linewidth=3)
            axes.plot([middle], [line], "o", color=colour if one.silent else ORANGE, markersize=4)
        axes.set_yticks(range(len(part)), [one.title for one in part], fontsize=7)
        axes.set(xlim=(0, 1), ylim=(half - 0.5, -0.5))
        axes.set_xticks([0, 0.5, 1], ["low", "range before any data", "high"], fontsize=7)
        tidy(axes)
    return page
