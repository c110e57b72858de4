"""A patch in three dimensions beside FiPy, py-pde and SciPy: time at equal error, and bytes moved.

Run with ``python benchmarks/patch_peers.py`` after ``pip install -e ".[bench]"``; ``--quick`` takes
32 cells each way instead of 100. A cube of skin, 1 mm each way, for 60 s: diffusion and decay, in
one tissue, and in two layers with partition that a filled channel pierces. All codes step the same
cells with the same conductances in double precision; errors are against the answer that is exact in
time. Each code takes more and more steps until its error is below the goal; its time at the goal
follows from its last two runs. Series take one step with a tolerance that meets the goal. A time
marked ~ is carried on by the order of the method or from two steps. Matrices and factors that are
made once are not counted, but those of our sweeps and iterations are.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from forecast_cold_warm import CORES, hold_to, machine
from patch_problem import (
    DECAY,
    DEPTH,
    END,
    RADIUS,
    SIDE,
    Array,
    Problem,
    layered,
    uniform,
)
from patch_solvers import (
    Found,
    banded,
    cosine,
    fipy,
    py_pde,
    sparse_cg,
    sparse_series,
    sparse_two,
)

from pinprick.medium.column import column
from pinprick.medium.patch import Patch
from pinprick.medium.patch.stepper import PatchStepper
from pinprick.medium.reactions import Reaction, ReactionTable, Species

GOAL = 1e-3
TOLERANCE = 1e-5  # of our iterations, relative to what a stage changes
OF_SERIES = (1e-3, 1e-4, 1e-5)  # the first that meets the goal counts
FIRST, MOST = 4, 1024  # steps
Run = Callable[[Array], Found]


@dataclass(frozen=True)
class Timing:
    """A code at the goal: steps, error of its last run, seconds, and whether carried on."""

    code: str
    steps: int
    error: float
    seconds: float
    carried: bool = False


def grid(count: int) -> Array:
    """Equal steps; growing ones were tried and served no code better at this goal."""
    return np.full(count, END / count)


def at_goal(
    code: str,
    run: Run,
    order: int,
    problem: Problem,
    exact: Array,
    limit: float,
    first: int = FIRST,
) -> Timing:
    """Steps are doubled until the goal is met or a run would take longer than the limit."""
    count, slope, before = first, float(order), 0.0
    while True:
        found, seconds = run(grid(count))
        error = problem.error(found, exact)
        if before:
            slope = float(np.clip(np.log2(before / error), 0.5, order))
        if error <= GOAL or 2 * count > MOST or 2 * seconds > limit:
            break
        before, count = error, 2 * count
    more = (error / GOAL) ** (1.0 / (slope if error <= GOAL else order))
    steps = max(1, round(count * more))
    timing = Timing(code, steps, error, seconds * steps / count, error > GOAL)
    show(timing)
    return timing


def solutes(count: int) -> ReactionTable:
    """Solutes that spread and decay, none in the others' way."""
    names = [f"drug{i}" for i in range(count)]
    return ReactionTable(
        tuple(Species(n, "1", 1.0, "solute", "diffusivity", "storage") for n in names),
        tuple(Reaction(n, "decay", (n,), {n: 1}) for n in names),
        lambda s, k: {n: k.decay * getattr(s, n) for n in names},
    )


def patch(cells: int) -> Patch:
    """The cube as ours."""
    faces = np.linspace(0.0, SIDE, cells + 1)
    depth = column(np.zeros(1), {"skin": (np.full(1, SIDE), cells)})
    return Patch(depth, faces, faces, "closed")


def ours(problem: Problem, count: int, *, factored: bool = False, series: float = 0.0) -> Run:
    """Pinprick, with as many species; what is compiled is compiled before."""
    cube = patch(problem.cells)
    stepper = PatchStepper(
        solutes(count), tolerance=series or TOLERANCE, factored=factored, series=series > 0
    )
    here = {
        **cube.here(), "diffusivity": problem.diffusivity, "storage": problem.storage,
        "decay": DECAY,
    }  # fmt: skip
    start = np.repeat(problem.start[None], count, axis=0)
    stepper.walk(start, here, np.full(1, 1e-6))

    def run(steps: Array) -> Found:
        ends = [time.perf_counter()]
        found = stepper.walk(
            start, here, steps, progress=lambda *_: ends.append(time.perf_counter())
        )
        return found[-1], ends[-1] - ends[1 if series else 0]

    return run


def by_series(problem: Problem, count: int, exact: Array) -> Timing:
    """Pinprick's series, in one step: the best of three runs."""
    for tolerance in OF_SERIES:
        run = ours(problem, count, series=tolerance)
        # The first step, of next to nothing, makes what is made once.
        found, seconds = min((run(np.array([1e-9, END])) for _ in range(3)), key=_time)
        error = problem.error(found, exact)
        if error <= GOAL:
            break
    timing = Timing("Pinprick, series", 1, error, seconds, error > GOAL)
    show(timing)
    return timing


def their_series(problem: Problem, exact: Array) -> Timing:
    """The same series with SciPy's sparse products: the best of three runs."""
    for tolerance in OF_SERIES:
        found, seconds = min((sparse_series(problem, tolerance) for _ in range(3)), key=_time)
        error = problem.error(found, exact)
        if error <= GOAL:
            break
    timing = Timing("SciPy products, the same series", 1, error, seconds, error > GOAL)
    show(timing)
    return timing


def peers(problem: Problem, exact: Array, even: bool, limit: float) -> list[Timing]:
    """Every peer that can do it, each at its best."""
    found = []
    if even:
        answer, seconds = min((cosine(problem, grid(1)) for _ in range(3)), key=_time)
        found.append(Timing("SciPy cosine transform", 1, problem.error(answer, exact), seconds))
    for code, order in (  # the last must be the one of Crank and Nicolson
        ("SciPy banded, one direction at a time", 1),
        ("SciPy banded, delta form, weight 1", -1),
        ("SciPy banded, delta form, weight ½", 2),
    ):

        def sweep(steps: Array, order: int = order) -> Found:
            return banded(problem, steps, order)

        found.append(at_goal(code, sweep, abs(order), problem, exact, limit))
    found += by_twin(problem, found[-1])
    found.append(their_series(problem, exact))
    found.append(at_goal(
        "SciPy sparse CG, two stages", lambda steps: sparse_two(problem, steps), 2,
        problem, exact, limit, 2 * FIRST,
    ))  # fmt: skip
    if even:
        answer, seconds = py_pde(problem, 1e-3)
        found.append(Timing("py-pde, Runge-Kutta 4(5)", 0, problem.error(answer, exact), seconds))
        show(found[-1])
    return found


def by_twin(problem: Problem, crank: Timing) -> list[Timing]:
    """Crank and Nicolson's step unsplit, from two steps, times the steps of the delta form.

    That has the same error and its own of splitting on top, so it does not take fewer steps. FiPy
    and sparse CG are the same method, which is tested here.
    """
    two = grid(crank.steps)[:2]
    answer, spent = fipy(problem, two, 2)
    other, quick = sparse_cg(problem, two, 2)
    print(f"After two steps FiPy and sparse CG are {problem.error(answer, other):.0e} apart.")
    found = [
        Timing(code, crank.steps, crank.error, seconds / 2 * crank.steps, True)
        for code, seconds in (
            ("SciPy sparse CG, Crank-Nicolson", quick),
            ("FiPy, Crank-Nicolson", spent),
        )
    ]
    for timing in found:
        show(timing)
    return found


def _time(found: Found) -> float:
    return found[1]


def show(t: Timing) -> None:
    """A line while the work goes on."""
    print(f"  {t.code}: {t.steps} steps, error {t.error:.1e}, {t.seconds:.3g} s", file=sys.stderr)


def bandwidth() -> float:
    """Bytes per second, read and written, of copying 200 MB that are warm."""
    a = np.ones(25_000_000)
    b = np.empty_like(a)
    spent = []
    for _ in range(7):
        began = time.perf_counter()
        np.copyto(b, a)
        spent.append(time.perf_counter() - began)
    return 2 * a.nbytes / float(np.median(spent[1:]))


def moved(problem: Problem, count: int, even: bool) -> int:
    """Bytes of state, read and written once, and of coefficients, read once."""
    cells = problem.cells**3
    return 8 * cells * count * 2 + (0 if even else 8 * cells * 4)


def table(name: str, rows: list[Timing], mine: Timing, count: int) -> None:
    """One table: all but our series are given ``count`` times their time for one species."""
    print(f"\n### {name}, {count} species\n")
    print(
        "| solver | steps | error of the run | s at 1e-3 | ratio |\n| --- | --- | --- | --- | --- |"
    )
    for t in [mine, *sorted(rows, key=lambda t: t.seconds)]:
        own = t is mine
        seconds = t.seconds if own else count * t.seconds
        ratio = "1" if own else f"{seconds / mine.seconds:.3g}"
        mark = "~" if t.carried else ""
        steps = t.steps or "by error"
        code = f"**{t.code}**" if own else t.code
        print(f"| {code} | {steps} | {t.error:.1e} | {mark}{seconds:.3g} | {mark}{ratio} |")


def goals(rows: list[Timing], mine: Timing, count: int, even: bool) -> None:
    """What was asked, and whether it was reached."""

    def ratio(word: str) -> float:
        return count * min(t.seconds for t in rows if t.code.startswith(word)) / mine.seconds

    asked = [("FiPy", 100), ("SciPy sparse", 20)] + ([] if even else [("SciPy", 2)])
    for word, goal in asked:
        said = "met" if ratio(word) >= goal else "missed"
        best = " (its best)" if word == "SciPy" else ""
        print(f"- {word}{best}: {ratio(word):.3g} times, asked {goal}: {said}")


def main() -> None:
    """Both media, one and four species."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--quick", action="store_true")
    read.add_argument("--cells", type=int, default=0)
    read.add_argument("--limit", type=float, default=40.0, help="longest run of one code, s")
    asked = read.parse_args()
    cells = asked.cells or (32 if asked.quick else 100)
    where = machine(hold_to(CORES))
    copy = bandwidth()
    share = patch(cells).share_within((SIDE / 2, SIDE / 2), RADIUS, DEPTH)
    print(f"{where}; {cells}³ cells, double precision; a warm copy moves {copy / 1e9:.1f} GB/s; "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
    for name, problem, even in (
        ("Two layers with partition and a channel", layered(cells, share), False),
        ("One tissue", uniform(cells), True),
    ):
        exact = problem.exact()
        mine = {count: by_series(problem, count, exact) for count in (1, 4)}
        others = peers(problem, exact, even, asked.limit)
        ways = [("Pinprick, unsplit", False)] + ([] if even else [("Pinprick, sweeps", True)])
        for code, factored in ways:
            run = ours(problem, 1, factored=factored)
            others.append(at_goal(code, run, 3, problem, exact, asked.limit))
        for count, own in mine.items():
            table(name, others, own, count)
            size = moved(problem, count, even)
            part = size / copy / (own.seconds / max(own.steps, 1))
            print(f"\nState and coefficients: {size / 1e6:.0f} MB; a warm copy of them takes "
                  f"{100 * part:.2g} % of the time of the step.")  # fmt: skip
            goals(others, own, count, even)


if __name__ == "__main__":
    main()
