"""What a run of the calibration leaves: the table of draws, and beside it how it came about."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from pinprick.files import text_writer, write_all
from pinprick.learning import diagnostics, sampler
from pinprick.learning.fit import Fit, digest
from pinprick.learning.posterior import TABLE, TAILS, in_words
from pinprick.learning.priors import MOST_RHO, of_healing, priors, rho, values
from pinprick.learning.sampler import Settings, State
from pinprick.learning.targets import targets

Array = np.ndarray[Any, np.dtype[np.float64]]
Say = Callable[[str], None]
_HIGHEST = 100.0  # power of the likelihood at the end of a search


def write(folder: Path, state: State, settings: Settings, draws: int, say: Say) -> Path:
    """The table of draws, and beside it how it came about."""
    report, lines = _summary(state, settings)
    for line in lines:
        say(line)
    say("searching the best misfit, with the rule on rho and without it")
    best = _best_fits(state, settings)
    say("best misfit {:.2f}; without the rule on rho {:.2f}".format(*best))
    report["best_chi2"] = round(best[0], 2)
    report["best_chi2_without_rho_rule"] = round(best[1], 2)
    place = folder / f"{TABLE}.csv"
    rows = diagnostics.pick(state.kept_x, draws, settings.seed)
    x = state.kept_x[tuple(rows.T)]
    table = _table(x, state.kept_misfit[tuple(rows.T)], state.kept_said[tuple(rows.T)])
    report |= {"draws": len(rows), "settings": asdict(settings), "medians": _medians(x)}
    told = place.with_suffix(".toml")
    write_all({place: text_writer(table), told: text_writer(_toml(report))})
    say(f"written: {place}")
    return place


def _table(x: Array, chi2: Array, said: Array) -> str:
    """One row a draw: misfit, rho, gains, then every parameter by the column of its prior."""
    value = values(x)
    shown = {t.column: said[:, i] for i, t in enumerate(targets()) if t.column}
    columns = {"draw": np.arange(float(len(x))), "chi2": chi2, "rho": rho(value), **shown}
    columns |= {prior.column: value[prior.name] for prior in priors()}
    columns["DT"] = value["tgfb_diffusion"]
    return diagnostics.as_text(columns)


def _summary(state: State, settings: Settings) -> tuple[dict[str, Any], list[str]]:
    """Diagnostics of a finished run: as data, and as lines to read."""
    names = [t.name for t in targets()]
    r_said, n_said = diagnostics.rhat(state.kept_said), diagnostics.effective(state.kept_said)
    r_x, n_x = diagnostics.rhat(state.kept_x), diagnostics.effective(state.kept_x)
    value = values(state.kept_x.reshape(-1, state.kept_x.shape[-1]))
    barred = state.barred / max(state.tried.sum(), 1)
    moves = _accepted(state)
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
        "chi2": [round(float(q), 2) for q in np.quantile(state.kept_misfit, TAILS)],
        "reading": _readings(state.kept_said),
    }
    lines = [
        f"R-hat over {settings.groups} groups: readings {r_said.max():.3f} "
        f"({names[int(np.argmax(r_said))]}), parameters {r_x.max():.3f} ({priors()[worst].name})",
        f"effective draws: readings {n_said.min():.0f}, parameters {n_x.min():.0f}",
        "accepted: " + ", ".join(f"{name} {share:.0%}" for name, share in moves.items()),
        f"within the rule on rho: {state.prior_allowed:.0%} of prior draws, "
        f"{1 - barred:.0%} of proposals, all that is kept",
        "misfit of kept draws (5, 50, 95 %): " + " / ".join(f"{q:.1f}" for q in report["chi2"]),
    ]
    for row in report["reading"]:
        measured, said = in_words(row)
        lines.append(f"{row['use']:5}  {row['name']}: {measured}  |  {said}")
    return report, lines


def _accepted(state: State) -> dict[str, float]:
    """Share of the proposals of each move that were accepted."""
    moves = np.array(sampler.MOVES)
    return {
        name: float(state.taken[moves == name].sum() / max(state.tried[moves == name].sum(), 1))
        for name in dict.fromkeys(sampler.MOVES)
    }


def _readings(kept: Array) -> list[dict[str, Any]]:
    """Every target beside what the draws say of it: 5, 50 and 95 %."""
    said = kept.reshape(-1, kept.shape[-1])
    rows = []
    for i, target in enumerate(targets()):
        row: dict[str, Any] = {"name": target.name, "use": target.use, "row": target.row}
        if target.use != "shown":
            row |= {"kind": target.kind, "value": target.value, "sigma": target.sigma}
        draws = [round(float(q), 2) for q in np.quantile(said[:, i], TAILS)]
        rows.append({**row, "draws": draws})
    return rows


def _medians(x: Array) -> dict[str, float]:
    """Median of every parameter of healing, for its ``value`` in the registry."""
    found = of_healing(values(x))
    return {n.partition(".")[2]: float(f"{np.median(v):.4g}") for n, v in found.items()}


def _best_fits(state: State, settings: Settings) -> tuple[float, float]:
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
