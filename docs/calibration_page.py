"""The page of the calibration: what was fitted to what, before and after the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pinprick.learning import posterior

Table = Callable[..., str]


def pages(folder: Path, table: Table) -> dict[str, str]:
    """The generated part of the page on calibration, by file name."""
    return {"calibration.txt": _calibration(folder, table)}


def _calibration(folder: Path, table: Table) -> str:
    """Prior against posterior, every reading beside its draws, and what the data leave alone."""
    found, run = posterior.learned(), posterior.provenance()
    posterior.figure(found).savefig(folder / "calibration.png", dpi=110)
    low, middle, high = run["chi2"]
    parts = [
        "## What came out\n",
        f"{run['draws']} draws from {run['evaluations']:,} evaluations; R-hat at most "
        f"{run['rhat_readings']} for readings and {run['rhat_parameters']} for parameters; "
        f"at least {run['effective_readings']:,} and {run['effective_parameters']:,} effective "
        "draws; misfit "
        f"{low} / {middle} / {high} (5, 50 and 95 % of the draws). Proposals accepted: "
        + ", ".join(f"{name} {100 * share:.0f} %" for name, share in run["accepted"].items())
        + ".\n",
        f"**What the rule on ρ costs.** The best misfit within it is {run['best_chi2']}, without "
        f"it {run['best_chi2_without_rho_rule']}. Of prior draws "
        f"{100 * run['prior_within_rho']:.0f} % "
        f"are within it; the draws kept have ρ {run['rho_median']} in the middle, and "
        f"{100 * run['rho_above_0_35']:.0f} % of them lie above 0.35.\n",
        "\n### Every reading beside the draws\n",
        "In per cent of what was there before (a rule: per cent as it says).\n",
        table(
            ("reading", "use", "row", "measured", "draws: 5 / 50 / 95 %"),
            [_reading(row) for row in run["reading"]],
        ),
        "\n### Prior against posterior\n",
        "*Spread* is the standard deviation of the draws within the range, over that before any "
        "data. "
        "*Silent*: the data leave the number about as it was.\n",
        "\n![Where the draws of each number lie in its range](_generated/calibration.png)\n",
        table(
            ("number", "unit", "before", "draws: 5 / 50 / 95 %", "spread", "range rests on"),
            posterior.table(found),
        ),
        "\n### What no target identifies\n",
        "\n" + ", ".join(one.title for one in found if one.silent) + ".\n",
    ]
    return "\n".join(parts)


def _reading(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["name"], row["use"], row["row"].partition(":")[2], *posterior.in_words(row)
