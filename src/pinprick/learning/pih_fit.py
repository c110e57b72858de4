"""The fit of dark patches (PIH) to eleven arms of nine studies, and what it is worth.

    python -m pinprick.learning.pih_fit [FOLDER]

writes ``pih_draws.csv``, its provenance ``pih_draws.toml`` and ``pih_left_out.csv`` (a minute).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special

from pinprick.files import text_writer, write_all
from pinprick.learning.diagnostics import as_text
from pinprick.learning.pih_model import (
    Draws,
    Fit,
    arms,
    digest,
    fit,
    left_out,
    likelihood,
    posterior,
    settings,
)
from pinprick.safety.pih import LEVELS, NEEDLING, TABLE

Array = np.ndarray[Any, np.dtype[np.float64]]
LEFT_OUT = "pih_left_out"


def scores(found: Fit) -> dict[str, float]:
    """Log of the chance that each arm had by the studies without its own."""
    return {
        arm.name: float(np.log(found.weights(arm.study) @ likelihood([arm], found.draws)))
        for arm in arms()
    }


def pooled_scores() -> dict[str, float]:
    """The same by one rate of all plain arms of the other studies, as pooled figures are made.

    The rate has Jeffreys' prior, so that it is no surer of itself than its counts are.
    """
    plain, made = [arm for arm in arms() if arm.fits == NEEDLING], {}
    for arm in plain:
        others = [each for each in plain if each is not arm]
        events = sum(each.events for each in others) + 0.5
        spared = sum(each.people[0] for each in others) + 1.0 - events
        each = [
            special.comb(n, arm.events)
            * np.exp(
                special.betaln(events + arm.events, spared + n - arm.events)
                - special.betaln(events, spared)
            )
            for n in range(arm.people[0], arm.people[-1] + 1)
        ]
        made[arm.name] = float(np.log(np.mean(each)))
    return made


def prior_share(found: Fit, drawn: Draws) -> dict[str, float]:
    """Variance of the posterior over that of the prior: 1 where the arms said nothing."""
    weight, s = found.weights(), settings()
    level, steps = _parts_of_level(found.draws)

    def share(column: Array) -> float:
        mean = weight @ column
        return float(weight @ (column - mean) ** 2 / column.var())

    made = {"level": share(level), "phototype": float(np.mean([share(step) for step in steps]))}
    made["clinic"] = share(found.draws["clinic_sd"])
    for name in s["one_study"]["harms"]:
        level_variance = drawn[name].var() - (drawn["clinic_sd"] ** 2).mean()
        made[name] = float(level_variance / s["one_study"]["level_sd"] ** 2)
    return {name: round(min(value, 1.0), 2) for name, value in made.items()}


def _parts_of_level(draws: Draws) -> tuple[Array, Array]:
    """The level at the reference course in phototype III, and the four steps."""
    levels = np.array([draws[column] for column in LEVELS.values()])
    return levels[1] + draws["sessions_power"] * np.log(settings()["sessions"]), np.diff(
        levels, axis=0
    )


# ---- what a run leaves ----


def report(found: Fit, drawn: Draws, told: Draws) -> str:
    """Provenance of the draws, as TOML."""
    run, weight = settings()["run"], found.weights()
    flat = scores(fit(run["prior_draws"], run["seed"], by_type=False))
    own, pooled = scores(found), pooled_scores()
    lines = [
        f"# How {TABLE}.csv and {LEFT_OUT}.csv came about: written by the fit, never by hand.",
        'made_by = "python -m pinprick.learning.pih_fit"',
        f'data = "{digest()}"',
        f"seed = {run['seed']}",
        f"prior_draws = {run['prior_draws']}",
        f"effective = {round(1.0 / float(weight @ weight))}",
        f"draws = {len(drawn['clinic'])}",
        "\n[prior_share]",
        *(f"{name} = {share}" for name, share in prior_share(found, drawn).items()),
    ]
    plain = {
        "score": own,
        "score_one_level": flat,
        "score_pooled": pooled,
    }
    lines += ["\n[plain]"]
    lines += [f"{name} = {sum(by[arm] for arm in pooled):.2f}" for name, by in plain.items()]
    for arm in arms():
        low, high = np.quantile(told[arm.name], [0.05, 0.95])
        as_many = float((told[arm.name] >= 100.0 * arm.events / arm.people[0]).mean())
        lines += [
            "\n[[left_out]]",
            f'arm = "{arm.name}"',
            f"events = {arm.events}",
            f"people = {list(arm.people)}",
            f"forecast_percent = [{low:.3g}, {high:.3g}]",
            f"chance_of_as_many = {as_many:.3f}",
            f"score = {own[arm.name]:.3f}",
            f"score_one_level = {flat[arm.name]:.3f}",
        ]
        if arm.name in pooled:
            lines.append(f"score_pooled = {pooled[arm.name]:.3f}")
    return "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    """Fit, and write draws, provenance and forecasts of studies left out into a folder."""
    run = settings()["run"]
    found = fit(run["prior_draws"], run["seed"])
    drawn = posterior(found, run["draws"], run["seed"])
    told = left_out(found, run["left_out_draws"], run["seed"])
    with_events = {arm.name: told[arm.name] for arm in arms() if arm.events}
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        f"{TABLE}.csv": as_text(drawn),
        f"{LEFT_OUT}.csv": as_text(with_events),
        f"{TABLE}.toml": report(found, drawn, told),
    }
    write_all({folder / name: text_writer(text) for name, text in texts.items()})


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/pih"))
