"""What drives the gain: Morris and Sobol over the prior, and rank correlations over the draws.

Every number that the calibration sets is an input, uniform or log-uniform in its prior range, and
so is the density of tracks. Each run heals four monthly sessions of a plain set-up in one body.
A gain may be large, nothing or a loss, so effects are taken on ``asinh(gain / LEAST)``: about the
logarithm of a gain, and straight where it vanishes.

A signal that keeps itself alive is no part of the prior. To leave the inputs independent, active
TGF-β per cell is lowered to the rule where it breaks it (``rho`` at most ``MOST_RHO``).

``python -m pinprick.learning.sensitivity FILE.csv`` writes what the documentation draws.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special, stats

from pinprick.evidence import registry
from pinprick.faults import InputError, too_few
from pinprick.files import text_writer, write_all
from pinprick.forecasting.figures.healing import Effect
from pinprick.forecasting.healing_curves import EARLY, LATE, Course, Given, healed_in, read
from pinprick.healing.body import Body
from pinprick.healing.reactions import TABLE
from pinprick.learning.priors import MOST_RHO, Prior, of_healing, priors, rho, values

Array = np.ndarray[Any, np.dtype[np.float64]]
Report = Callable[[int, int], None]
OUTPUTS = ("mature", "matured", "total")
LEAST = 1e-3  # gains below a thousandth of the collagen are not told apart
PUBLISHED = (0.0038, 0.0041)  # pg a day of a cell in the model that the table started from
ACTIVE = 0.05  # of the residents: with more activated cells tissue is not at rest
WAIT = 180.0
TRAJECTORIES, LEVELS, SAMPLES, CHUNK, SEED = 100, 6, 1024, 2048, 0
COLUMNS = tuple(field.name for field in fields(Effect))
DENSITY = "roller_density"


@cache
def inputs() -> tuple[Prior, ...]:
    """What the calibration sets and healing reads, and the density of tracks."""
    return tuple(prior for prior in priors() if prior.name in _heard())


def title(of: Prior) -> str:
    """What an input is, in words.

    >>> title(priors()[0])
    'debris loss'
    """
    known = registry().parameters.get(f"healing.{of.name}")
    return known.title if known else of.title


def _heard() -> set[str]:
    """Names of what a walk through the biology reads."""
    rates = {name for row in TABLE.reactions for name in row.parameters}
    spreading = {s.diffusivity for s in TABLE.species if s.diffusivity}
    return rates | spreading | {"reach", "bleeding_radius", "tgfb_reach", DENSITY}


def lanes_at(unit: Array, rule: bool = True) -> tuple[Given, Array]:
    """Lanes of one body at positions in the prior, shape (runs, inputs), and tracks per cm².

    What is not an input stands at its middle value. With ``rule``, the signal of activated cells
    is lowered to ``MOST_RHO`` where it would be above.
    """
    known = registry()
    count = len(unit)
    middle = np.zeros((count, len(priors())))
    middle[:, [prior in inputs() for prior in priors()]] = special.ndtri(unit)
    drawn = values(middle)
    given = _middle(count)
    if rule:
        most = np.minimum(MOST_RHO / rho(drawn), 1.0)
        drawn["fibroblast_tgfb"] = drawn["fibroblast_tgfb"] * most
    given |= of_healing(drawn)
    return Given(known, 0, [0] * count, given=given), drawn[DENSITY]


def _middle(count: int) -> dict[str, Array]:
    """Every parameter that varies, at its value."""
    return {p.name: np.full(count, p.value) for p in registry() if p.spread.kind != "fixed"}


def rho_of(lanes: Given) -> Array:
    """The calibration's rho of some lanes, shape (lanes,)."""
    names = ("fibroblast_tgfb", "crowding", "tgfb_loss", "tgfb_half")
    return rho({name: lanes[f"healing.{name}"] for name in names})


def gains(unit: Array, report: Report | None = None) -> dict[str, Array]:
    """Outputs at positions in the prior: papillary collagen, as shares of the intact.

    ``mature`` (less what old collagen was lost) and ``matured`` half a year, ``total`` eight weeks
    after the last session.
    """
    out = {name: np.empty(len(unit)) for name in OUTPUTS}
    for start in range(0, len(unit), CHUNK):
        lanes, density = lanes_at(unit[start : start + CHUNK])
        for name, found in _gains(lanes, density).items():
            out[name][start : start + CHUNK] = found
        if report:
            report(min(start + CHUNK, len(unit)), len(unit))
    return out


def _gains(lanes: Given, density: Array | float) -> dict[str, Array]:
    course = Course(per_cm2=density)
    last = course.days[-1]
    days = [0.0, last + EARLY, last + LATE]
    tissue, column = healed_in(course, Body.healthy(len(lanes)), lanes, days)
    found = read(tissue, column, lanes)
    found["matured"] = tissue.dermis("matured collagen", tissue.layers[:1], column)[2]
    return {name: found[name] for name in OUTPUTS}


def independent(draws: int, seed: int = SEED) -> dict[str, Array]:
    """Gains of draws whose parameters are drawn apart, those kept that pass the rule."""
    unit = _uniform(draws, seed)
    passes = rho_of(lanes_at(unit, rule=False)[0]) <= MOST_RHO
    return {name: found[passes] for name, found in gains(unit).items()}


def kept_alive(draws: int, seed: int = SEED) -> dict[str, Array]:
    """Prior draws half a year after one session: ``rho``, ``active`` and whether ``published``.

    Half of them with the signal of a cell as in the prior, half as published. ``active`` is
    whether the roused tissue still holds more activated cells than :data:`ACTIVE` of residents.
    """
    unit = _uniform(draws, seed)
    lanes, density = lanes_at(unit, rule=False)
    name = "healing.fibroblast_tgfb"
    published = np.arange(draws) % 2 == 1
    low, high = PUBLISHED
    signal = low + (high - low) * unit[:, [i.name for i in inputs()].index("fibroblast_tgfb")]
    given = {**lanes.given, name: np.where(published, signal, lanes[name])}
    lanes = Given(lanes.registry, 0, lanes.members, given=given)
    course = Course(per_cm2=density, sessions=1)
    tissue, _ = healed_in(course, Body.healthy(draws), lanes, [0.0, WAIT])
    fields = tissue.fields
    kinds = ("fibroblasts", "committed", "myofibroblasts")
    cells = sum(fields.by_species[kind][1, 0] for kind in kinds) / fields.roused[1, 0]
    active = cells > ACTIVE * lanes["healing.fibroblast_density"]
    return {"rho": rho_of(lanes), "active": active, "published": published}


def _uniform(draws: int, seed: int) -> Array:
    if faults := too_few(draws=draws):
        raise InputError(faults)
    return np.random.default_rng(seed).random((draws, len(inputs())))


def scaled(gain: Array) -> Array:
    """The scale on which effects are taken."""
    return np.asarray(np.arcsinh(gain / LEAST))


def study(
    trajectories: int = TRAJECTORIES,
    samples: int = SAMPLES,
    seed: int = SEED,
    report: Report | None = None,
) -> list[Effect]:
    """Morris' and Sobol's measures of every input on every output.

    Args:
        trajectories: of Morris, each of inputs + 1 runs.
        samples: of Sobol, each of inputs + 2 runs; a power of two.
        seed: of both.
        report: called with the runs done and all of them.

    Raises:
        InputError: if there are fewer than two trajectories or samples.
    """
    if faults := too_few(2, trajectories=trajectories, samples=samples):
        raise InputError(faults)
    from SALib.analyze import morris, sobol  # type: ignore[import-untyped]
    from SALib.sample import morris as walk  # type: ignore[import-untyped]
    from SALib.sample import sobol as draw

    names = [i.name for i in inputs()]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    steps = walk.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    points = draw.sample(problem, samples, calc_second_order=False, seed=seed)
    done = gains(np.concatenate([steps, points]), report)
    effects = []
    for output in OUTPUTS:
        y = scaled(done[output])
        one = morris.analyze(problem, steps, y[: len(steps)], num_levels=LEVELS, seed=seed)
        two = sobol.analyze(problem, y[len(steps) :], calc_second_order=False, seed=seed)
        for place, i in enumerate(inputs()):
            found = [one[key][place] for key in ("mu_star", "mu_star_conf", "sigma")]
            found += [two[key][place] for key in ("S1", "S1_conf", "ST", "ST_conf")]
            effects.append(Effect(output, i.name, title(i), *(float(v) for v in found)))
    return effects


def over_the_draws() -> tuple[dict[str, Array], dict[str, list[tuple[str, float]]]]:
    """Gains of the shipped draws, and what they go with among what healing reads.

    Returns:
        gains by output, and by output the title of each parameter with Spearman's rank
        correlation, the strongest first.
    """
    known = registry()
    table = known.tables["healing_draws"]
    read_ = {f"healing.{name}" for name in _heard()}
    joint = [p for p in known if p.spread.table == "healing_draws"]
    count = len(next(iter(table.values())))
    given = _middle(count)
    given |= {p.name: table[p.spread.column] for p in joint}
    lanes = Given(known, 0, [0] * count, given=given)
    found = _gains(lanes, Course().per_cm2)
    ranks = {
        output: [
            (p.title, float(stats.spearmanr(lanes[p.name], gained).statistic))
            for p in joint
            if p.name in read_ and np.ptp(lanes[p.name]) > 0
        ]
        for output, gained in found.items()
    }
    return found, {name: sorted(rows, key=lambda r: -abs(r[1])) for name, rows in ranks.items()}


def digest() -> str:
    """Hash of what the study rests on: the prior and the reaction table."""
    said = [repr(inputs()), *(f"{row.id} {row.rate}" for row in TABLE.reactions)]
    fixed = frozenset(p.name for p in registry().stage("healing") if p.spread.kind == "fixed")
    said.append(registry().digest(fixed))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def as_csv(effects: Sequence[Effect], provenance: Mapping[str, object]) -> str:
    """The effects as a table, with where they come from in its head.

    >>> as_csv([], {"seed": 0}).splitlines()[0]
    '# seed: 0'
    """
    text = io.StringIO()
    text.writelines(f"# {name}: {value}\n" for name, value in provenance.items())
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for e in effects:
        cells = [getattr(e, name) for name in COLUMNS]
        rows.writerow([f"{v:.4g}" if isinstance(v, float) else v for v in cells])
    return text.getvalue()


def from_csv(text: str) -> tuple[list[Effect], dict[str, str]]:
    """Effects and provenance of a table that :func:`as_csv` wrote."""
    lines = text.splitlines()
    head = [line[2:].partition(": ") for line in lines if line.startswith("# ")]
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    effects = [
        Effect(
            row["output"], row["input"], row["title"],
            **{name: float(row[name]) for name in COLUMNS[3:]},
        )
        for row in rows
    ]  # fmt: skip
    return effects, {name: said for name, _, said in head}


def main(path: str) -> None:
    """Work the study out and write it to a file."""

    def report(done: int, whole: int) -> None:
        end = "\n" if done == whole else ""
        print(f"\r{done} of {whole} runs", end=end, file=sys.stderr, flush=True)

    provenance = {
        "made by": "python -m pinprick.learning.sensitivity",
        "rests on": digest(),
        "seed": SEED,
        "Morris": f"{TRAJECTORIES} trajectories on {LEVELS} levels",
        "Sobol": f"{SAMPLES} samples",
        "runs": TRAJECTORIES * (len(inputs()) + 1) + SAMPLES * (len(inputs()) + 2),
    }
    write_all({Path(path): text_writer(as_csv(study(report=report), provenance))})


if __name__ == "__main__":
    main(sys.argv[1])
