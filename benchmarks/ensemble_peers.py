"""A stiff ensemble against peers at equal error: ``python benchmarks/ensemble_peers.py``.

Fourteen species of healing, clot to proteases, for 60 days after a session, 1,000 members drawn
from the registry: in 24 depth cells against SciPy's LSODA and CVODE (scikit-sundae), both with a
banded Jacobian and each with rates in NumPy and compiled by numba; in one cell against
libroadrunner and diffrax. Peers need ``pip install pinprick[bench]``; one that is not there is
named and left out. All of healing for a year stands in ``healing_year.py``.

Error: largest over days, as a share of that output's own largest value, worst output and worst
member; outputs are every species' mean over the whole column and over its upper quarter. The
reference is float64 with steps eight times finer, itself held against CVODE at 1e-10. Each peer
runs at the fastest of its tolerances whose error is at most 1.25 times ours on the same members:
relative ones six to a decade, absolute ones 1, 0.1 and 0.01 of them times the species' scale.
Peers are timed on a few members, one core, and credited with all cores: their time is divided by
the number of cores. Ours runs all members on those cores; median of the repeats.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from forecast_cold_warm import CORES, hold_to, machine
from peer_models import (
    DAYS,
    SPECIES,
    compiled_rates,
    local_names,
    mesh,
    numpy_rates,
    of_member,
    problem,
    table,
)

from pinprick.evidence import registry
from pinprick.exports.sbml import write
from pinprick.medium.kernel import Kernel
from pinprick.medium.schedule import COHORT, SINGLE, Preset
from pinprick.medium.walk import through

GOAL = 1e-3
SLACK = 1.25
BATCH = 125  # members that diffrax steps together
RELATIVE = [10 ** (-2 - k / 6) for k in range(25)]
ABSOLUTE = (1.0, 0.1, 0.01)  # of the relative one, times the scale
GRIDS = {"cohort": COHORT, "single": SINGLE, "single / 1.5": SINGLE.finer(1.5)}
MODEL = table()
SCALE = np.array([s.scale for s in MODEL.species])
KERNEL = Kernel(MODEL)
Tolerance = tuple[float, float]
Solve = Callable[[int, Tolerance], np.ndarray]  # member -> (days, species, cells)


def walked(state: np.ndarray, here: dict, preset: Preset, dtype: type) -> np.ndarray:
    """Our states, (days, species, cells, members)."""
    packed = {k: v.astype(dtype) for k, v in here.items()}
    ends = through(KERNEL, state.astype(dtype), packed, DAYS, {0.0: lambda u: u}, preset)
    return np.stack(ends)[:, :, :, 0].astype(float)


def outputs(states: np.ndarray, width: np.ndarray) -> np.ndarray:
    """(days, outputs, members): means over the whole column and its upper quarter."""
    quarter = max(1, states.shape[2] // 4)
    means = [
        (states[:, :, :n] * width[:n]).sum(axis=2) / width[:n].sum(axis=0)
        for n in sorted({quarter, states.shape[2]})
    ]
    return np.concatenate(means, axis=1)


def errors(ours: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Worst output's error of each member."""
    most = np.abs(truth).max(axis=0)
    return (np.abs(ours - truth).max(axis=0) / np.where(most > 0, most, 1)).max(axis=0)


def banded(state: np.ndarray, here: dict, compiled: Any) -> dict[str, Solve]:
    """SciPy's LSODA and CVODE, with either form of the rates."""
    fast, prepare = compiled
    cells = state.shape[1]
    band = SPECIES if cells > 1 else SPECIES - 1
    scale = np.tile(SCALE, cells)

    def rates(member: int, numba: bool) -> Callable[..., None]:
        own = of_member(here, member)
        if not numba:
            return numpy_rates(MODEL, own)
        fixed, places = prepare(own)
        up, down = mesh(own)
        return lambda t, y, out: fast(y, out, fixed, places, up, down)

    def start(member: int) -> np.ndarray:
        return np.ascontiguousarray(state[:, :, 0, member].T).ravel()

    def lsoda(numba: bool) -> Solve:
        from scipy.integrate import odeint

        def solve(member: int, tolerance: Tolerance) -> np.ndarray:
            rtol, part = tolerance
            change = rates(member, numba)
            held = np.empty(cells * SPECIES)

            def right(y: np.ndarray, t: float) -> np.ndarray:
                change(t, y, held)
                return held

            ys = odeint(
                right, start(member), DAYS, rtol=rtol, atol=rtol * part * scale,
                ml=band, mu=band, mxstep=100_000,
            )  # fmt: skip
            return ys.reshape(len(DAYS), cells, SPECIES).swapaxes(1, 2)

        return solve

    def cvode(numba: bool) -> Solve:
        from sksundae.cvode import CVODE

        def solve(member: int, tolerance: Tolerance) -> np.ndarray:
            rtol, part = tolerance
            solver = CVODE(
                rates(member, numba), rtol=rtol, atol=rtol * part * scale,
                linsolver="band", lband=band, uband=band, max_num_steps=100_000,
            )  # fmt: skip
            ys = solver.solve(np.array(DAYS), start(member)).y
            return ys.reshape(len(DAYS), cells, SPECIES).swapaxes(1, 2)

        return solve

    peers = {"LSODA (SciPy), numba": lsoda(True), "LSODA (SciPy), NumPy": lsoda(False)}
    if there("sksundae", "scikit-sundae"):
        peers |= {
            "CVODE (scikit-sundae), numba": cvode(True),
            "CVODE (scikit-sundae), NumPy": cvode(False),
        }
    return peers


def roadrunner_solver(state: np.ndarray, here: dict) -> Solve:
    """libroadrunner: the model as SBML, compiled by it, CVODE inside."""
    import roadrunner

    start = dict(zip((s.name for s in MODEL.species), state[:, 0, 0, 0].tolist(), strict=True))
    text = write(MODEL, of_member(here, 0), {}, registry(), start)
    runner = roadrunner.RoadRunner(text)
    known = list(runner.model.getGlobalParameterIds())
    selections = [s.name for s in MODEL.species]
    runner.timeCourseSelections = selections

    def solve(member: int, tolerance: Tolerance) -> np.ndarray:
        rtol, part = tolerance
        own = of_member(here, member)
        runner.reset()
        runner.model.setGlobalParameterValues([own[n] for n in known])
        runner.integrator.relative_tolerance = rtol
        runner.integrator.absolute_tolerance = list(rtol * part * SCALE)
        ys = np.asarray(runner.simulate(times=list(DAYS)))
        return ys[:, :, None]

    return solve


def diffrax_solver(state: np.ndarray, here: dict, solver: str) -> Callable[[Tolerance], np.ndarray]:
    """diffrax: all members under vmap, float64; returns (days, species, cells, members)."""
    from pinprick.medium import engine  # noqa: F401, I001  (sets flags before JAX starts)
    import diffrax
    import jax
    import jax.numpy as jnp
    from types import SimpleNamespace

    jax.config.update("jax_enable_x64", True)
    members = state.shape[-1]
    given = {
        k: jnp.broadcast_to(jnp.asarray(v).reshape(-1), (members,))
        for k, v in here.items()
        if np.size(v) in (1, members)
    }

    def rates(t: Any, y: Any, args: Any) -> Any:
        return jnp.stack(MODEL.change(y, SimpleNamespace(**args)))

    def one(y: Any, args: Any, rtol: Any, part: Any) -> Any:
        done = diffrax.diffeqsolve(
            diffrax.ODETerm(rates), getattr(diffrax, solver)(), 0.0, DAYS[-1], 1e-3, y, args,
            saveat=diffrax.SaveAt(ts=jnp.array(DAYS)), max_steps=20_000,
            stepsize_controller=diffrax.PIDController(
                rtol=rtol, atol=rtol * part * jnp.array(SCALE)
            ),
        )  # fmt: skip
        return done.ys

    many = jax.jit(jax.vmap(one, in_axes=(0, 0, None, None)))
    start = jnp.asarray(state[:, 0, 0].T)

    def solve(tolerance: Tolerance) -> np.ndarray:
        ys = []
        for first in range(0, members, BATCH):
            now = slice(first, first + BATCH)
            ys.append(many(start[now], {k: v[now] for k, v in given.items()}, *tolerance))
        return np.concatenate(ys).transpose(1, 2, 0)[:, :, None]

    return solve


def there(module: str, name: str) -> bool:
    """Whether a peer is installed; says so if not."""
    if importlib.util.find_spec(module):
        return True
    print(f"left out: {name} is not installed (pip install 'pinprick[bench]')")
    return False


def tuned(solve: Callable[[Tolerance], np.ndarray], error: Any, most: float) -> tuple[Any, ...]:
    """The fastest tolerance that is as good as ours: it, its error, seconds."""
    solve((1e-2, 0.1))  # compiles
    best: tuple[Any, ...] = ((np.nan, np.nan), np.nan, np.inf)
    for part in ABSOLUTE:
        for relative in RELATIVE:
            begin = time.perf_counter()
            states = solve((relative, part))
            seconds = time.perf_counter() - begin
            found = error(states)
            if found <= most:
                begin = time.perf_counter()
                solve((relative, part))
                seconds = min(seconds, time.perf_counter() - begin)
                if seconds < best[2]:
                    best = ((relative, part), found, seconds)
                break
    return best


def ours(state: np.ndarray, here: dict, truth: np.ndarray, repeats: int) -> tuple[Any, ...]:
    """Our row: the coarsest grid that meets the goal, errors, seconds a member (median, least)."""
    width = here["width"][:, 0]
    for name in GRIDS:
        preset = GRIDS[name]
        error = errors(outputs(walked(state, here, preset, np.float32), width), truth)
        if error.max() <= GOAL:
            break
    taken = []
    for _ in range(repeats):
        begin = time.perf_counter()
        walked(state, here, preset, np.float32)
        taken.append(time.perf_counter() - begin)
    return name, error, np.median(taken) / state.shape[-1], min(taken) / state.shape[-1]


def row(*cells: Any) -> None:
    """One Markdown row."""
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def part(deep: bool, asked: argparse.Namespace, cores: int) -> Iterator[tuple[Any, ...]]:
    """Rows of one table: name, setting, error, milliseconds a member, ratio, goal."""
    state, here = problem(asked.members, deep)
    width = here["width"][:, 0]
    truth = outputs(walked(state, here, SINGLE.finer(8), np.float64), width)
    grid, error, seconds, least = ours(state, here, truth, asked.repeats)
    # Members from our worst to our best, evenly.
    sample = [int(m) for m in np.argsort(error)[:: -max(1, len(error) // asked.sample)]]
    sample = sample[: asked.sample]
    most = SLACK * float(error[sample].max())

    def check(states: np.ndarray, members: list[int]) -> float:
        return float(errors(outputs(states, width[:, members]), truth[..., members]).max())

    def shown(name: str, tolerance: Tolerance, err: float, each: float, goal: int) -> Any:
        each /= cores
        ratio = each / seconds
        met = "met" if ratio >= goal else "missed"
        return (
            name, f"rtol {tolerance[0]:.0e}, atol {tolerance[1]:g} of it", f"{err:.1e}",
            f"{1e3 * each:.3f}", f"{ratio:,.0f}", f"{goal} ({met})",
        )  # fmt: skip

    def one_by_one(solve: Solve, members: list[int]) -> Callable[[Tolerance], np.ndarray]:
        return lambda tolerance: np.stack([solve(m, tolerance) for m in members], axis=-1)

    def peer(name: str, solve: Solve, goal: int) -> tuple[Any, Any]:
        tolerance, err, taken = tuned(
            one_by_one(solve, sample), lambda states: check(states, sample), most
        )
        return tolerance, shown(name, tolerance, err, taken / len(sample), goal)

    peers = banded(state, here, compiled_rates(MODEL, local_names(of_member(here, 0))))
    if deep:
        few = sample[:2]
        best = "CVODE (scikit-sundae), numba"
        best = best if best in peers else "LSODA (SciPy), numba"
        gap = check(one_by_one(peers[best], few)((1e-10, 1e-2)), few)
        print(f"Our reference against {best} at 1e-10: {gap:.0e} apart.\n")
    row("solver", "setting", "error, worst", "ms a member", "ratio", "goal")
    row(*["---"] * 6)
    yield (
        f"**Pinprick, float32, {cores} cores**", f"grid {grid}", f"{error.max():.1e}",
        f"{1e3 * seconds:.4f} (least {1e3 * least:.4f})", 1, "error 1e-3",
    )  # fmt: skip
    for name, solve in peers.items():
        if name.endswith("numba"):
            tolerance, cells = peer(name, solve, 10 if deep else 3)
            yield cells
            plain = name.replace("numba", "NumPy")
            few = sample[: max(2, asked.sample // 4)]
            begin = time.perf_counter()
            states = one_by_one(peers[plain], few)(tolerance)
            each = (time.perf_counter() - begin) / len(few)
            yield shown(plain, tolerance, check(states, few), each, 100 if deep else 3)
    if deep:
        return
    if there("roadrunner", "libroadrunner"):
        yield peer("libroadrunner", roadrunner_solver(state, here), 3)[1]
    if there("diffrax", "diffrax"):
        for solver in ("Kvaerno3", "Kvaerno5"):
            tolerance, err, taken = tuned(
                diffrax_solver(state, here, solver),
                lambda states: check(states[..., sample], sample),
                most,
            )
            # It ran all members on all cores already.
            each = taken / asked.members * cores
            yield shown(f"diffrax {solver}, vmap of {BATCH}", tolerance, err, each, 3)


def main() -> None:
    """All tables."""
    read = argparse.ArgumentParser(description=Path(__file__).stem)
    read.add_argument("--members", type=int, default=1000)
    read.add_argument("--sample", type=int, default=16, help="members that peers are timed on")
    read.add_argument("--repeats", type=int, default=7)
    asked = read.parse_args()
    cores = hold_to(CORES)
    there("numba", "numba")
    print(f"Machine: {machine(cores)}. {asked.members:,} members; peers on {asked.sample} of them.")
    for deep, title in ((True, "24 depth cells"), (False, "One cell")):
        print(f"\n### {title}, {SPECIES} species, 60 days\n")
        for cells in part(deep, asked, cores):
            row(*cells)


if __name__ == "__main__":
    main()
