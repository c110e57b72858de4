"""The model of dark patches (PIH): its prior, the arms that set it, and draws of its posterior.

``events ~ Binomial(n, told · Σ_k mix_k expit(level_k + device + g ln(sessions) + sd z))``, arms of
one study with the same clinic z. Levels never fall from one phototype group to the next darker.
Draws of the prior (``pih.toml``) are weighed by the arms (``safety/harms.toml``) with z integrated
out, and resampled with a new clinic each. The same weights without a study forecast that study.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy import special

from pinprick.evidence.entries import toml
from pinprick.faults import InputError, too_few
from pinprick.safety.harms import Seen, harms
from pinprick.safety.pih import DEVICES, LEVELS, logit

Array = np.ndarray[Any, np.dtype[np.float64]]
Draws = Mapping[str, Array]
HARM = "dark_patches"
CHUNK = 20_000
# A normal law on an even grid: the sum is exact to rounding for what is as smooth as these odds.
_Z = np.linspace(-5.0, 5.0, 41)
_WEIGHT = np.exp(-_Z * _Z / 2.0) / np.exp(-_Z * _Z / 2.0).sum()
_GRID = 400  # levels of a harm that one study counted
_WIDTH = 5.0  # standard deviations of their prior that the grid spans


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
    return toml("pinprick.learning", "pih.toml")


@cache
def arms() -> tuple[Seen, ...]:
    """The arms that set the model, plain needling first.

    >>> len(arms()), len({arm.study for arm in arms()})
    (11, 9)
    """
    harm = harms()[HARM]
    return tuple(each for each in (*harm.seen, *harm.beside) if each.fitted)


def digest() -> str:
    """Hash of what the draws follow from: the arms and the prior."""
    single = [harms()[name].seen[0] for name in settings()["one_study"]["harms"]]
    numbers = [
        (arm.name, arm.events, arm.people, sorted(arm.mix.items()), arm.sessions, arm.told)
        for arm in (*arms(), *single)
    ]
    return hashlib.sha256(repr((numbers, settings())).encode()).hexdigest()[:16]


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
    """The prior's draws with the likelihood of each study.

    Raises:
        InputError: if there are no draws.
    """
    if faults := too_few(draws=draws):
        raise InputError(faults)
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
    if faults := too_few(draws=draws):
        raise InputError(faults)
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
