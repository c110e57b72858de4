"""A year of healing, four sessions: courses a minute with the error of time and of depth.

``python benchmarks/healing_year.py`` prints three tables, each a run of its own:

1. how many courses a minute, with the error that the step grid makes and the one the depth cells
   make, on fresh draws (:mod:`year_errors`), for three intervals and four settings of the pen;
2. the same year by SciPy's LSODA and by CVODE with a banded Jacobian, rates in NumPy or compiled by
   numba, at equal error of time;
3. the same without depth, beside libroadrunner.

An error is the largest over the days of a report, as a share of that quantity's own largest value,
of the worst quantity of the worst draw. Time: against steps eight times finer in float64 on the
same cells. Depth: against eight times as many cells with the same needles' injury averaged over
each, both with fine steps. Peers run at the fastest of their tolerances whose error is at most 1.25
times ours on the same members; they use one core and are credited with all. ``--quick`` only checks
that everything runs.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from forecast_cold_warm import CORES, hold_to, machine
from year_errors import (
    DEPTHS,
    EVEN_STEPS,
    FINE_STEPS,
    INTERVALS,
    PRESETS,
    Drawn,
    Errors,
    errors,
    moved,
    together,
)
from year_peers import Solve, Tolerance, Year, banded, roadrunner_solver

from pinprick.healing.reactions import TABLE
from pinprick.medium.column import Column, column

GOALS = {"cohort": (40_000, 3e-3), "single": (25_000, 1e-3)}
SLACK = 1.25
RELATIVE = [10 ** (-2 - k / 4) for k in range(17)]
ABSOLUTE = (1.0, 0.1, 0.01)  # of the relative one, times the scale
PARTS = 8  # of each cell, where depth is in question


def row(*cells: Any) -> None:
    """One Markdown row."""
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def head(*cells: Any) -> None:
    """A table's head."""
    row(*cells)
    row(*["---"] * len(cells))


def said(found: Errors) -> str:
    """The worst and what it is, and the middle of the draws."""
    name, most = found.worst
    return f"{most:.1e} ({name}); median {np.median(found.members):.0e}"


def verdict(met: bool) -> str:
    """Whether a goal is met."""
    return "met" if met else "missed"


def courses(asked: argparse.Namespace) -> None:
    """Table 1: speed, error of time, error of depth."""
    time_of, depth_of = {}, {}
    for interval in INTERVALS:
        for depth in DEPTHS:
            drawn = Drawn(range(asked.draws), depth, interval)
            fine = drawn.tissue(FINE_STEPS)
            for name, preset in PRESETS.items():
                for kind in (np.float32, np.float64):
                    found = errors(drawn.tissue(preset, dtype=kind), fine, drawn.lanes)
                    time_of[name, kind, interval, depth] = found
            coarse, deep = drawn.tissue(EVEN_STEPS), drawn.tissue(EVEN_STEPS, PARTS)
            depth_of[interval, depth] = errors(coarse, deep, drawn.lanes)
    cells = len(drawn.base.width)
    print(f"\n### {cells} depth cells, {len(TABLE.species)} species, two fractions\n")
    head("engine", "grid", "error of time", "of depth", "ms a course", "courses a minute", "goal")
    whole = together(list(depth_of.values())).worst[1]
    for (name, kind), (least, middle) in speeds(asked).items():
        worst = together([e for k, e in time_of.items() if k[:2] == (name, kind)]).worst[1]
        rate, (goal, bound) = 60 / middle, GOALS[name]
        met = verdict(rate >= goal and worst <= bound and whole <= bound)
        row(
            f"kernel, {np.dtype(kind).name}", name, f"{worst:.1e}", f"{whole:.1e}",
            f"{1e3 * middle:.2f} (least {1e3 * least:.2f})", f"{rate:,.0f}",
            f"{goal:,} at {bound:.0e} ({met})" if kind is np.float32 else "",
        )  # fmt: skip
    print(f"\nWorst of {asked.draws} draws of each kind, float32:\n")
    head("interval", "pen at", "time, cohort", "time, single", f"depth, {cells} cells")
    for interval, depth in depth_of:
        grids = (said(time_of[name, np.float32, interval, depth]) for name in PRESETS)
        row(interval, depth, *grids, said(depth_of[interval, depth]))
    halved(asked)


def speeds(asked: argparse.Namespace) -> dict[tuple[str, type], tuple[float, float]]:
    """Seconds a course, least and middle, of all that :func:`heal` does; grids take turns."""
    drawn = Drawn(range(asked.members))
    taken: dict[tuple[str, type], list[float]] = {}
    drawn_sessions = drawn.sessions(drawn.base)
    with patch.object(Drawn, "sessions", lambda *_: drawn_sessions):  # needling is no healing
        for turn in range(1 + asked.repeats):
            for name, preset in PRESETS.items():
                for kind in (np.float32, np.float64):
                    begin = time.perf_counter()
                    drawn.tissue(preset, dtype=kind)
                    if turn:  # the first compiles
                        each = (time.perf_counter() - begin) / asked.members
                        taken.setdefault((name, kind), []).append(each)
    return {key: (min(times), float(np.median(times))) for key, times in taken.items()}


def halved(asked: argparse.Namespace) -> None:
    """What steps of half the length move of a report."""
    found = {}
    for depth in DEPTHS:
        drawn = Drawn(range(max(asked.draws, 32)), depth)
        for name, preset in PRESETS.items():
            part = moved(drawn.tissue(preset), drawn.tissue(preset.finer(2)), drawn.lanes)
            for quantity, share in part.items():
                found[name, quantity] = max(found.get((name, quantity), 0.0), share)
    for name in PRESETS:
        share, quantity = max((v, k[1]) for k, v in found.items() if k[0] == name)
        print(
            f"\nSteps of half the length move an end or the middle of the 90 % range by at most "
            f"{share:.1%} of it (grid {name}, {quantity}; goal 10 %: {verdict(share <= 0.1)})."
        )


def peers(asked: argparse.Namespace, cores: int, deep: bool) -> None:
    """Tables 2 and 3."""
    drawn = Drawn(range(asked.members))
    all_of = on_mesh(drawn, deep)
    preset, taken = PRESETS["single"], []
    error = errors(all_of.ours(preset, np.float32), all_of.ours(FINE_STEPS, np.float64)).members
    for _ in range(asked.repeats):
        begin = time.perf_counter()
        all_of.walked(preset, np.float32)
        taken.append((time.perf_counter() - begin) / asked.members)
    seconds = float(np.median(taken))
    # Members from our worst to our best, evenly.
    order = [int(m) for m in np.argsort(error)[:: -max(1, len(error) // asked.sample)]]
    sample, few = order[: asked.sample], order[: max(1, asked.sample // 8)]
    most = SLACK * float(error[sample].max())
    year, short = (on_mesh(Drawn(part), deep) for part in (sample, few))

    def shown(name: str, tolerance: Tolerance, found: float, each: float, goal: int) -> None:
        ratio = each / cores / seconds
        row(
            name, f"rtol {tolerance[0]:.0e}, atol {tolerance[1]:g} of it", f"{found:.1e}",
            f"{1e3 * each / cores:.2f}", f"{ratio:,.0f}", f"{goal} ({verdict(ratio >= goal)})",
        )  # fmt: skip

    print(f"\n### {f'{year.cells} depth cells' if deep else 'Without depth'}, one year\n")
    head("solver", "setting", "error of time, worst", "ms a course", "ratio", "goal")
    row(
        f"**Pinprick, float32, {cores} cores**", "grid single", f"{error.max():.1e}",
        f"{1e3 * seconds:.3f} (least {1e3 * min(taken):.3f})", 1, "",
    )  # fmt: skip
    if not deep:
        if there("roadrunner", "libroadrunner"):
            shown("libroadrunner", *tuned(year, roadrunner_solver(year), most), 3)
        return
    found, plain = banded(year), banded(short)
    for name in [n for n in found if n.endswith("numba")]:
        if "CVODE" in name and not there("sksundae", "scikit-sundae"):
            continue
        tolerance, err, each = tuned(year, found[name], most)
        shown(name, tolerance, err, each, 10)
        name = name.replace("numba", "NumPy")
        shown(name, tolerance, *measured(short, plain[name], tolerance), 100)


def on_mesh(drawn: Drawn, deep: bool) -> Year:
    """The year of some members, with depth or without."""
    return Year(drawn, drawn.base if deep else one_cell(drawn.base))


def measured(year: Year, solve: Solve, tolerance: Tolerance) -> tuple[float, float]:
    """A peer's error, and its seconds a member."""
    begin = time.perf_counter()
    states = year.solved(solve, tolerance)
    seconds = (time.perf_counter() - begin) / year.members
    truth = year.ours(FINE_STEPS, np.float64)
    return float(errors(year.seen(states), truth).members.max()), seconds


def tuned(year: Year, solve: Solve, most: float) -> tuple[Tolerance, float, float]:
    """The fastest tolerance that is as good as ours: it, its error, seconds a member."""
    year.solved(solve, (1e-2, 0.1))  # compiles
    best: tuple[Tolerance, float, float] = ((np.nan, np.nan), np.nan, np.inf)
    for part in ABSOLUTE:
        for relative in RELATIVE:
            found, seconds = measured(year, solve, (relative, part))
            if found <= most:
                if seconds < best[2]:
                    best = ((relative, part), found, seconds)
                break
    return best


def one_cell(base: Column) -> Column:
    """The papillary dermis as one cell: healing without depth."""
    top = next(iter(base.layers))
    own = base.layers[top]
    return column(base.edges[own.start], {top: (base.width[own].sum(axis=0), 1)})


def there(module: str, name: str) -> bool:
    """Whether a peer is installed; says so if not."""
    if importlib.util.find_spec(module):
        return True
    print(f"left out: {name} is not installed (pip install 'pinprick[bench]')")
    return False


def main() -> None:
    """All tables."""
    read = argparse.ArgumentParser(description=Path(__file__).stem)
    read.add_argument("--draws", type=int, default=128, help="of each interval and setting")
    read.add_argument("--members", type=int, default=256, help="courses that are timed at once")
    read.add_argument("--sample", type=int, default=16, help="members that peers are timed on")
    read.add_argument("--repeats", type=int, default=7)
    read.add_argument("--only", choices=("courses", "peers"), help="one part")
    read.add_argument("--quick", action="store_true", help="a check that it runs")
    asked = read.parse_args()
    if asked.quick:
        asked.draws, asked.members, asked.sample, asked.repeats = 8, 32, 2, 1
    cores = hold_to(CORES)
    load = f"; load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    print(
        f"Machine: {machine(cores)}{load}. {asked.members:,} courses at once; "
        f"peers on {asked.sample} of them."
    )
    if asked.only != "peers":
        courses(asked)
    if asked.only != "courses":
        for deep in (True, False):
            peers(asked, cores, deep)


if __name__ == "__main__":
    main()
