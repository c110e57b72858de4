"""The fit of dark patches (PIH) to eleven arms of nine studies, and what it is worth.

``events ~ Binomial(n, told · Σ_k mix_k expit(level_k + device + g ln(sessions) + sd z))``, arms of
one study with the same clinic z. Levels never fall from one phototype group to the next darker.
Draws of the prior (``pih.toml``) are weighed by the arms (``safety/harms.toml``) with z integrated
out, and resampled with a new clinic each. The same weights without a study forecast that study.

    python -m pinprick.learning.pih_fit [FOLDER]

writes ``pih_draws.csv``, its provenance ``pih_draws.toml`` and ``pih_left_out.csv`` (a minute).
"""

from __future__ import annotations

import hashlib
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special

from pinprick.safety.harms import Seen, harms
from pinprick.safety.pih import DEVICES, LEVELS, NEEDLING, TABLE, logit

Array = np.ndarray[Any, np.dtype[np.float64]]
Draws = Mapping[str, Array]
HARM = "dark_patches"
LEFT_OUT = "pih_left_out"
CHUNK = 20_000
# A normal law on an even grid: the sum is exact to rounding for what is as smooth as these odds.
_Z = np.linspace(-5.0, 5.0, 41)
_WEIGHT = np.exp(-_Z * _Z / 2.0) / np.exp(-_Z * _Z / 2.0).sum()
_GRID = 400  # levels of a harm that one study counted
_WIDTH = 5.0  # standard deviations of their prior that the grid spans
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Fit:
    """Draws of the prior by column, each of shape (draws,), and the likelihood by study."""

    draws: Draws
    by_study: Mapping[str, Array]

    def weights(self, without: str = "") -> Array:
        """Weights of the posterior, or of that without a study; they add up to 1."""
        made = np.prod([one for name, one in self.by_study.items() if name != without], axis=0)
        return np.asarray(made / made.sum())


@cache
def settings() -> Mapping[str, Any]:
    """What ``pih.toml`` holds: prior and size of the run."""
    return tomllib.loads(files("pinprick.learning").joinpath("pih.toml").read_text("utf-8"))


@cache
def arms() -> tuple[Seen, ...]:
    """The arms that set the model, plain needling first.

    >>> len(arms()), len({arm.study for arm in arms()})
    (11, 9)
    """
    harm = harms()[HARM]
    return tuple(each for each in (*harm.seen, *harm.beside) if each.fitted)


def prior(draws: int, seed: int, *, by_type: bool = True) -> dict[str, Array]:
    """Draws of the prior; without ``by_type`` all phototypes have one level."""
    s, key = settings(), np.random.default_rng(seed)
    power = key.uniform(0.0, s["sessions_power"], draws)
    middle = special.logit(s["level"]) + s["level_sd"] * key.standard_normal(draws)
    steps = s["step_sd"] * np.abs(key.standard_normal((4, draws))) * by_type
    at_one = middle - power * np.log(s["sessions"])
    height = np.array([-steps[0], 0 * steps[0], *np.cumsum(steps[1:], axis=0)])
    made = dict(zip(LEVELS.values(), at_one + height, strict=True))
    for name, (mean, sd) in s["device"].items():
        made[DEVICES[name]] = mean + sd * key.standard_normal(draws)
    made["clinic_sd"] = s["clinic_sd"] * np.abs(key.standard_normal(draws))
    told, not_told = s["told"]
    return made | {"sessions_power": power, "told": key.beta(told, not_told, draws)}


def chance(arm: Seen, draws: Draws, z: Array) -> Array:
    """Chance of an event in an arm, for standardised clinics z, shape (draws, clinics)."""
    mixed = sum(
        share * special.expit(
            logit(of, arm.fits, arm.sessions or 1, draws)[:, None] + draws["clinic_sd"][:, None] * z
        )
        for of, share in arm.mix.items()
    )  # fmt: skip
    return np.asarray(mixed * draws["told"][:, None] if arm.told == "serious" else mixed)


def likelihood(some: Sequence[Seen], draws: Draws) -> Array:
    """Chance of what the arms of one study saw, its clinic integrated out, shape (draws,)."""
    found = []
    for part in _parts(draws):
        p = [(arm, chance(arm, part, _Z)) for arm in some]
        found.append(np.prod([_binomial(arm, one) for arm, one in p], axis=0) @ _WEIGHT)
    return np.concatenate(found)


def fit(draws: int, seed: int, *, by_type: bool = True) -> Fit:
    """The prior's draws with the likelihood of each study."""
    made = prior(draws, seed, by_type=by_type)
    studies = dict.fromkeys(arm.study for arm in arms())
    return Fit(made, {s: likelihood([a for a in arms() if a.study == s], made) for s in studies})


def posterior(found: Fit, draws: int, seed: int) -> dict[str, Array]:
    """Joint draws of the posterior with a new clinic each, and the harms that one study counted."""
    key = np.random.default_rng([seed, 1])
    rows = _resample(found.weights(), draws, key)
    made = {name: column[rows] for name, column in found.draws.items() if name != "told"}
    made["clinic"] = made["clinic_sd"] * key.standard_normal(draws)
    for name in settings()["one_study"]["harms"]:
        level = _one_study(harms()[name].seen[0], made["clinic_sd"], key)
        made[name] = level + made["clinic_sd"] * key.standard_normal(draws)
    return made


def left_out(found: Fit, draws: int, seed: int) -> dict[str, Array]:
    """What a paper of each arm would print, in percent, by the studies without its own."""
    key, made = np.random.default_rng([seed, 2]), {}
    for study in found.by_study:
        rows = _resample(found.weights(study), draws, key)
        some = {name: column[rows] for name, column in found.draws.items()}
        z = key.standard_normal((draws, 1))
        for arm in (each for each in arms() if each.study == study):
            events = key.binomial(arm.people[0], chance(arm, some, z)[:, 0])
            made[arm.name] = 100.0 * events / arm.people[0]
    return made


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


def digest() -> str:
    """Hash of what the draws follow from: the arms and the prior."""
    single = [harms()[name].seen[0] for name in settings()["one_study"]["harms"]]
    numbers = [
        (arm.name, arm.events, arm.people, sorted(arm.mix.items()), arm.sessions, arm.told)
        for arm in (*arms(), *single)
    ]
    return hashlib.sha256(repr((numbers, settings())).encode()).hexdigest()[:16]


def _parts_of_level(draws: Draws) -> tuple[Array, Array]:
    """The level at the reference course in phototype III, and the four steps."""
    levels = np.array([draws[column] for column in LEVELS.values()])
    return levels[1] + draws["sessions_power"] * np.log(settings()["sessions"]), np.diff(
        levels, axis=0
    )


def _parts(draws: Draws) -> Iterator[Draws]:
    """The draws in chunks that fit a cache."""
    count = len(draws["clinic_sd"])
    for start in range(0, count, CHUNK):
        yield {name: column[start : start + CHUNK] for name, column in draws.items()}


def _binomial(arm: Seen, p: Array) -> Array:
    """Chance of an arm's events; the mean over its people where the paper leaves them open."""
    people = range(arm.people[0], arm.people[-1] + 1)
    each = [special.comb(n, arm.events) * (1.0 - p) ** (n - arm.events) for n in people]
    return np.asarray(p**arm.events * np.mean(each, axis=0))


def _resample(weights: Array, draws: int, key: np.random.Generator) -> Array:
    """Rows by systematic resampling, in random order."""
    at = (np.arange(draws) + key.random()) / draws
    return key.permutation(np.searchsorted(np.cumsum(weights)[:-1], at))


def _one_study(arm: Seen, clinic_sd: Array, key: np.random.Generator) -> Array:
    """Level of a harm that one study counted, a draw for each borrowed spread between clinics."""
    s = settings()["one_study"]
    middle = special.logit(s["level"])
    grid = middle + s["level_sd"] * np.linspace(-_WIDTH, _WIDTH, _GRID)
    before = np.exp(-(((grid - middle) / s["level_sd"]) ** 2) / 2.0)
    made = np.empty(len(clinic_sd))
    for i, sd in enumerate(clinic_sd):
        seen = _binomial(arm, special.expit(grid[:, None] + sd * _Z)) @ _WEIGHT
        heap = np.cumsum(before * seen)
        made[i] = np.interp(key.random(), heap / heap[-1], grid)
    return made


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


def _table(columns: Draws) -> str:
    rows = zip(*(columns[name] for name in columns), strict=True)
    lines = [",".join(columns), *(",".join(f"{v:.{_DIGITS}g}" for v in row) for row in rows)]
    return "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    """Fit, and write draws, provenance and forecasts of studies left out into a folder."""
    run = settings()["run"]
    found = fit(run["prior_draws"], run["seed"])
    drawn = posterior(found, run["draws"], run["seed"])
    told = left_out(found, run["left_out_draws"], run["seed"])
    with_events = {arm.name: told[arm.name] for arm in arms() if arm.events}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{TABLE}.csv").write_text(_table(drawn), "utf-8", newline="")
    (folder / f"{LEFT_OUT}.csv").write_text(_table(with_events), "utf-8", newline="")
    (folder / f"{TABLE}.toml").write_text(report(found, drawn, told), "utf-8", newline="")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/pih"))
