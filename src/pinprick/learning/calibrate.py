"""The calibration: a run of the sampler on the targets, and the table that it writes."""

from __future__ import annotations

import csv
import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from pinprick.evidence import registry
from pinprick.faults import Fault, InputError
from pinprick.healing.reactions import TABLE
from pinprick.learning import diagnostics, readings, sampler
from pinprick.learning.priors import MOST_RHO, of_healing, priors, rho, values
from pinprick.learning.sampler import Settings, State
from pinprick.learning.targets import misfit, of_use, protocols, targets

Array = np.ndarray[Any, np.dtype[np.float64]]
Say = Callable[[str], None]
WORKERS = 2
CHECKPOINT_SECONDS = 45.0
SAY_SECONDS = 10.0
ROUNDS = 10  # powers that a run usually needs, for the time left
CHECKPOINT = "checkpoint.npz"
TABLE_NAME = "healing_draws.csv"
REPORT_NAME = "healing_draws.toml"
_DIGITS = 6
_HIGHEST = 100.0  # power of the likelihood at the end of a search
_TAILS = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Fit:
    """The misfit of the targets as the sampler asks for it; ``bound`` is on rho."""

    bound: float = MOST_RHO

    def __call__(self, x: Array) -> tuple[Array, Array]:
        """Misfit of each row, inf where rho is out of bounds or a step fails; and the readings."""
        value = values(x)
        out = np.full(len(x), np.inf)
        said = np.zeros((len(x), len(targets())))
        there = np.flatnonzero(rho(value) <= self.bound)
        parts = [p for p in np.array_split(there, WORKERS) if len(p)]
        with ThreadPoolExecutor(WORKERS) as pool:
            done = list(pool.map(lambda p: _readings({k: v[p] for k, v in value.items()}), parts))
        for place, part in zip(parts, done, strict=True):
            said[place] = np.nan_to_num(part, nan=0.0)
            right = np.all(np.isfinite(part), axis=1)
            out[place] = np.where(right, misfit(said[place]), np.inf)
        return out, said


def _readings(value: Mapping[str, Array]) -> Array:
    """Readings of the draws; a draw whose step fails is found by halves and left without any."""
    count = len(next(iter(value.values())))
    try:
        return readings.read(value)
    except FloatingPointError:
        if count == 1:
            return np.full((1, len(targets())), np.nan)
        cut = count // 2
        halves = [{k: v[s] for k, v in value.items()} for s in (slice(cut), slice(cut, None))]
        return np.concatenate([_readings(half) for half in halves])


def digest() -> str:
    """Hash of what a result follows from: targets, priors, reactions and what is held still."""
    held = {name: registry().parameter(name).value for name in sorted(readings.held())}
    what = [targets(), sorted(protocols().items()), held, TABLE.species]
    what += [[(p.name, p.low, p.high, p.shape) for p in priors()]]
    what += [[(r.id, r.consumed, r.produced, r.rate) for r in TABLE.reactions]]
    return hashlib.sha256(repr(what).encode()).hexdigest()[:16]


def calibrate(
    folder: Path,
    settings: Settings,
    say: Say,
    *,
    draws: int = 512,
    fresh: bool = False,
    most_steps: int | None = None,
) -> Path | None:
    """Fit the joint posterior and write its table, diagnostics and chains into ``folder``.

    A run that was stopped goes on from its checkpoint and ends as if it had not been.

    Args:
        folder: where the checkpoint and the results go.
        settings: size of the run.
        say: takes lines of progress.
        draws: rows of the table.
        fresh: throw away a checkpoint.
        most_steps: stop after so many moves, checkpoint kept; None to run to the end.

    Returns:
        the table; None if the run was stopped by ``most_steps``.

    Raises:
        InputError: if the checkpoint belongs to other settings or other data.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / CHECKPOINT
    fit = Fit()
    if fresh or not place.exists():
        say(f"{len(priors())} numbers, {len(of_use('fit'))} targets; prior draws")
        state = sampler.start(fit, len(priors()), settings)
    else:
        state = load(place, settings)
        say(f"going on: {state.phase} {state.step}")
    clock = _Clock(settings, say, state)
    taken = 0
    while state.phase != "done" and taken != most_steps:
        state = sampler.advance(state, fit, settings)
        taken += 1
        clock.tick(state)
        if clock.due():
            save(place, state, settings)
    save(place, state, settings)
    if state.phase != "done":
        return None
    return write(folder, state, settings, draws, say)


class _Clock:
    """Says how far a run is, what is left, and when a checkpoint is due."""

    def __init__(self, settings: Settings, say: Say, state: State) -> None:
        self.settings, self.say = settings, say
        self.began = self.said = self.saved = time.monotonic()
        self.first = self._done(state)

    def due(self) -> bool:
        late = time.monotonic() - self.saved > CHECKPOINT_SECONDS
        if late:
            self.saved = time.monotonic()
        return late

    def tick(self, state: State) -> None:
        now = time.monotonic()
        if now - self.said < SAY_SECONDS and state.phase != "done":
            return
        self.said = now
        done, s = self._done(state), self.settings
        left = (now - self.began) / max(done - self.first, 1) * (self._all(state) - done)
        taken = state.taken.sum() / max(state.tried.sum(), 1)
        middle = np.median(state.misfit)
        self.say(
            f"{state.phase:6} {state.step:5d}  power {state.power.min():.3g}"
            f"  misfit best {state.misfit.min():.1f} median {middle:.1f}"
            f"  accepted {taken:.0%}  {state.drawn / 1000:.0f}k draws"
            f"  kept {len(state.kept_x) * s.groups * s.chains}  left {left / 60:.0f} min"
        )

    def _all(self, state: State) -> int:
        s = self.settings
        rounds = ROUNDS
        if state.phase == "temper":
            rounds = max(ROUNDS, state.step // s.turns + 2)
        return rounds * s.turns + s.settle + s.steps

    def _done(self, state: State) -> int:
        s = self.settings
        before = {"temper": 0, "settle": ROUNDS * s.turns}
        return before.get(state.phase, ROUNDS * s.turns + s.settle) + state.step


def save(place: Path, state: State, settings: Settings) -> None:
    """Write a checkpoint whole or not at all."""
    held: dict[str, Any] = {f.name: np.asarray(getattr(state, f.name)) for f in fields(state)}
    mark = json.dumps({"settings": asdict(settings), "data": digest()})
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False, suffix=".npz") as file:
        np.savez(file, mark=np.array(mark), **held)
    Path(file.name).replace(place)


def load(place: Path, settings: Settings) -> State:
    """The state of a checkpoint.

    Raises:
        InputError: if it was written with other settings, targets, priors or reactions.
    """
    with np.load(place) as held:
        mark = json.loads(str(held["mark"]))
        wanted = {"settings": asdict(settings), "data": digest()}
        for part in ("settings", "data"):
            if mark[part] != wanted[part]:
                fault = Fault(str(place), f"{part} {mark[part]}", f"{wanted[part]}, or --fresh")
                raise InputError([fault])
        raw = {f.name: held[f.name] for f in fields(State)}
    plain = {"phase": str, "step": int, "barred": int, "drawn": int, "prior_allowed": float}
    return State(**{k: plain[k](v) if k in plain else v for k, v in raw.items()})


# ---- what a run leaves ----


def write(folder: Path, state: State, settings: Settings, draws: int, say: Say) -> Path:
    """The table of draws, and beside it how it came about."""
    report, lines = summary(state, settings)
    for line in lines:
        say(line)
    say("searching the best misfit, with the rule on rho and without it")
    best = best_fits(state, settings)
    say("best misfit {:.2f}; without the rule on rho {:.2f}".format(*best))
    report["best_chi2"] = round(best[0], 2)
    report["best_chi2_without_rho_rule"] = round(best[1], 2)
    place = folder / TABLE_NAME
    rows = diagnostics.pick(state.kept_x, draws, settings.seed)
    x = state.kept_x[tuple(rows.T)]
    _write_table(place, x, state.kept_misfit[tuple(rows.T)], state.kept_said[tuple(rows.T)])
    report |= {"draws": len(rows), "settings": asdict(settings), "medians": _medians(x)}
    (folder / REPORT_NAME).write_text(_toml(report), encoding="utf-8", newline="\n")
    say(f"written: {place}")
    return place


def _write_table(place: Path, x: Array, chi2: Array, said: Array) -> None:
    """One row a draw: misfit, rho, gains, then every parameter by the column of its prior."""
    value = values(x)
    shown = {t.column: said[:, i] for i, t in enumerate(targets()) if t.column}
    columns = {"draw": np.arange(len(x)), "chi2": chi2, "rho": rho(value), **shown}
    columns |= {prior.column: value[prior.name] for prior in priors()}
    columns["DT"] = value["tgfb_diffusion"]
    with place.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        for i in range(len(x)):
            out.writerow(f"{column[i]:.{_DIGITS}g}" for column in columns.values())


def summary(state: State, settings: Settings) -> tuple[dict[str, Any], list[str]]:
    """Diagnostics of a finished run: as data, and as lines to read."""
    names = [t.name for t in targets()]
    r_said, n_said = diagnostics.rhat(state.kept_said), diagnostics.effective(state.kept_said)
    r_x, n_x = diagnostics.rhat(state.kept_x), diagnostics.effective(state.kept_x)
    value = values(state.kept_x.reshape(-1, state.kept_x.shape[-1]))
    barred = state.barred / max(state.tried.sum(), 1)
    moves = {
        name: float(
            sum(state.taken[i] for i, m in enumerate(sampler.MOVES) if m == name)
            / max(sum(state.tried[i] for i, m in enumerate(sampler.MOVES) if m == name), 1)
        )
        for name in dict.fromkeys(sampler.MOVES)
    }
    worst = int(np.argmax(r_x))
    report: dict[str, Any] = {
        "data": digest(),
        "evaluations": state.drawn,
        "kept": int(np.prod(state.kept_misfit.shape)),
        "rhat_readings": round(float(r_said.max()), 3),
        "rhat_parameters": round(float(r_x.max()), 3),
        "effective_readings": round(float(n_said.min())),
        "effective_parameters": round(float(n_x.min())),
        "accepted": {name: round(share, 3) for name, share in moves.items()},
        "prior_within_rho": round(state.prior_allowed, 3),
        "proposals_barred": round(barred, 3),
        "rho_median": round(float(np.median(rho(value))), 3),
        "rho_above_0_35": round(float((rho(value) > 0.35).mean()), 3),
        "chi2": [round(float(q), 2) for q in np.quantile(state.kept_misfit, _TAILS)],
        "reading": _readings_table(state.kept_said),
    }
    lines = [
        f"R-hat over {settings.groups} groups: readings {r_said.max():.3f} "
        f"({names[int(np.argmax(r_said))]}), parameters {r_x.max():.3f} ({priors()[worst].name})",
        f"effective draws: readings {n_said.min():.0f}, parameters {n_x.min():.0f}",
        "accepted: " + ", ".join(f"{name} {share:.0%}" for name, share in moves.items()),
        f"within the rule on rho: {state.prior_allowed:.0%} of prior draws, "
        f"{1 - barred:.0%} of proposals, all that is kept",
        "misfit of kept draws (5, 50, 95 %): " + " / ".join(f"{q:.1f}" for q in report["chi2"]),
        *forecast_lines(state.kept_said),
    ]
    return report, lines


def _readings_table(kept: Array) -> list[dict[str, Any]]:
    """Every target beside what the draws say of it: 5, 50 and 95 %."""
    said = kept.reshape(-1, kept.shape[-1])
    rows = []
    for i, target in enumerate(targets()):
        row: dict[str, Any] = {"name": target.name, "use": target.use, "row": target.row}
        if target.use != "shown":
            row |= {"kind": target.kind, "value": target.value, "sigma": target.sigma}
        draws = [round(float(q), 2) for q in np.quantile(said[:, i], _TAILS)]
        rows.append({**row, "draws": draws})
    return rows


def forecast_lines(kept: Array) -> list[str]:
    """Every target beside what the draws say of it, as lines to read."""
    lines = []
    for row in _readings_table(kept):
        measured = ""
        if row["use"] != "shown":
            sign = {"value": "", "above": "> ", "below": "< "}[row["kind"]]
            measured = f"{sign}{row['value']:g} ± {row['sigma']:g}"
        draws = " / ".join(f"{q:.1f}" for q in row["draws"])
        lines.append(f"{row['use']:5}  {row['name']}: {measured}  |  {draws}")
    return lines


def _medians(x: Array) -> dict[str, float]:
    """Median of every parameter of healing, for its ``value`` in the registry."""
    found = of_healing(values(x))
    return {n.partition(".")[2]: float(f"{np.median(v):.4g}") for n, v in found.items()}


def best_fits(state: State, settings: Settings) -> tuple[float, float]:
    """The least misfit found, within the rule on rho and without it: what the rule costs.

    The last chains of the first group go on, at powers of the likelihood that rise to a hundred.
    """
    least = float(min(state.misfit.min(), state.kept_misfit.min()))
    found: list[float] = []
    for bound in (MOST_RHO, np.inf):
        now = replace(
            state,
            phase="search",
            step=0,
            x=state.x[:1],
            misfit=state.misfit[:1],
            said=state.said[:1],
        )
        fit, alone = Fit(bound), replace(settings, groups=1)
        for i in range(settings.search):
            now = sampler.anneal(now, fit, alone, _HIGHEST ** (i / settings.search))
            least = min(least, float(now.misfit.min()))
        found.append(least)
    return found[0], found[1]


def _toml(report: Mapping[str, Any]) -> str:
    """TOML of numbers, texts and lists, of tables of them and of one list of tables."""

    def body(table: Mapping[str, Any]) -> list[str]:
        return [f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in table.items()]

    tables = {k: v for k, v in report.items() if isinstance(v, Mapping)}
    lists = {k: v for k, v in report.items() if k == "reading"}
    lines = ["# How healing_draws.csv came about: written by `make calibrate`, never by hand."]
    lines += body({k: v for k, v in report.items() if k not in {*tables, *lists}})
    for name, table in tables.items():
        lines += ["", f"[{name}]", *body(table)]
    for name, rows in lists.items():
        for row in rows:
            lines += ["", f"[[{name}]]", *body(row)]
    return "\n".join([*lines, ""])
