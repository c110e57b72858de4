"""Problems with exact answers, for the tests and for the page that shows them.

Each problem returns rows of (what, ours, exact, bound): met when ours and exact differ by at most
``bound`` relative to the exact answer, or to 1 where that is smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import optimize, special
from scipy.integrate import solve_ivp

from pinprick.medium.column import Column, column
from pinprick.medium.reactions import Reaction, ReactionTable, Species
from pinprick.medium.stepper import Stepper
from pinprick.medium.unit_cell import UnitCell, rings

ONE = np.ones(1)


class Row(NamedTuple):
    """One figure beside its exact answer."""

    what: str
    ours: float
    exact: float
    bound: float

    @property
    def error(self) -> float:
        return abs(self.ours - self.exact) / max(abs(self.exact), 1e-300)

    @property
    def met(self) -> bool:
        return self.error <= self.bound


def solute(decay: bool = False) -> ReactionTable:
    """One solute that diffuses with partition, and decays at ``k.decay`` if asked."""
    rows = (Reaction("decay", "decay", ("drug",), {"drug": 1}),) if decay else ()
    return ReactionTable(
        (Species("drug", "1", 1.0, "solute", "diffusivity", "storage"),),
        rows,
        lambda s, k: {"decay": k.decay * s.drug} if decay else {},
    )


def bar(length: float, cells: int, growth: float = 1.0) -> Column:
    return column(0 * ONE, {"bar": (length * ONE, cells)}, {"bar": growth})


def two_layers(cells: int) -> tuple[Column, dict[str, np.ndarray]]:
    """A thin tight layer that holds much over a thick open one."""
    col = column(0 * ONE, {"upper": (0.2 * ONE, cells), "lower": (0.8 * ONE, 2 * cells)})
    fields = {
        "diffusivity": col.field({"upper": 0.02, "lower": 0.5}),
        "storage": col.field({"upper": 4.0, "lower": 0.7}),
    }
    return col, fields


def membrane() -> list[Row]:
    """Steady flux and lag time through two layers with partition, outside activities 1 and 0."""
    col, fields = two_layers(40)
    here = {**col.here(), **fields, "top": {"drug": (0.0, 1.0)}, "bottom": {"drug": (0.0, 0.0)}}
    start = np.zeros((1, 120, 1, 1))
    steps = np.concatenate([np.geomspace(1e-5, 0.02, 100), np.full(2000, 0.02)])
    _, book = Stepper(solute()).walk_with_ledger(start, here, steps)
    out, time = -float(book.bottom[0, 0]), float(steps.sum())
    rest = 0.2 / (0.02 * 4.0) + 0.8 / (0.5 * 0.7)
    _, later = Stepper(solute()).walk_with_ledger(
        Stepper(solute()).walk(start, here, steps), here, np.full(10, 0.02)
    )
    flux = -float(later.bottom[0, 0]) / 0.2
    # t_lag = ∫ K u(z) R(z) dz with R the resistance above z and u = 1 - R/R_all.
    lag = 0.0
    before = 0.0
    for length, diffusivity, storage in ((0.2, 0.02, 4.0), (0.8, 0.5, 0.7)):
        per = 1.0 / (diffusivity * storage)
        z, w = np.polynomial.legendre.leggauss(8)
        r = before + per * length * (1 + z) / 2
        lag += float((w * length / 2 * storage * (1 - r / rest) * r).sum())
        before += per * length
    return [
        Row("layered membrane: steady flux", flux, 1 / rest, 1e-9),
        Row("layered membrane: lag time", time - out * rest, lag, 2e-3),
    ]


def half_space() -> list[Row]:
    """A surface held at 1 over deep tissue: erfc(z / 2√(Dt))."""
    col = bar(8.0, 160, 1.02)
    here = {**col.here(), "diffusivity": 0.3, "storage": 1.0, "top": {"drug": (0.0, 1.0)}}
    steps = np.geomspace(1e-6, 0.02, 500)
    end = Stepper(solute()).walk(np.zeros((1, 160, 1, 1)), here, steps)
    time = steps.sum()
    z = col.depth[:, 0]
    rows = []
    for depth in (0.2, 0.6, 1.5):
        ours = float(np.interp(depth, z, end[0, :, 0, 0]))
        exact = float(special.erfc(depth / (2 * np.sqrt(0.3 * time))))
        rows.append(Row(f"half-space at depth {depth:g}", ours, exact, 2e-3))
    return rows


def fin() -> list[Row]:
    """Diffusion with decay from a held surface: cosh((L - z)/λ) / cosh(L/λ)."""
    col = bar(1.0, 100)
    here = {
        **col.here(),
        "diffusivity": 0.1,
        "storage": 1.0,
        "decay": 1.6,
        "top": {"drug": (0.0, 1.0)},
    }
    end = Stepper(solute(True)).walk(np.zeros((1, 100, 1, 1)), here, np.full(400, 0.1))
    reach, z = np.sqrt(0.1 / 1.6), col.depth[:, 0]
    exact = np.cosh((1 - z) / reach) / np.cosh(1 / reach)
    return [
        Row(f"fin at depth {z[i]:.3f}", float(end[0, i, 0, 0]), float(exact[i]), 1e-3)
        for i in (5, 50, 99)
    ]


def line_source() -> list[Row]:
    """A held track in a disc with decay: Bessel functions of r/λ, no flux through the rim."""
    track, rim = 0.06, 0.6
    faces = np.concatenate([[0.0], np.geomspace(track, rim, 61)])
    cell = UnitCell(bar(0.3, 3), faces)
    inside = np.zeros((3, 61, 1))
    inside[:, 0] = 1.0
    diffusivity = np.where(inside > 0, 1e6, 0.06)  # the wall, not the middle, is at 1
    here = {
        **cell.here(), "diffusivity": diffusivity, "storage": 1.0, "decay": 3.2,
        "held": {"drug": inside},
    }  # fmt: skip
    start = inside[None].copy()
    end = Stepper(solute(True)).walk(start, here, np.full(300, 0.05))
    reach = np.sqrt(0.06 / 3.2)
    r = (faces[1:] + faces[:-1]) / 2

    def shape(x: np.ndarray) -> np.ndarray:
        edge = rim / reach
        return special.k0(x / reach) * special.i1(edge) + special.i0(x / reach) * special.k1(edge)

    exact = shape(r) / shape(np.array(track))
    return [
        Row(f"line source at radius {r[i]:.3f}", float(end[0, 1, i, 0]), float(exact[i]), 5e-3)
        for i in (10, 30, 60)
    ]


def finite_dose() -> list[Row]:
    """A stirred vehicle that depletes into a sealed sheet: Crank's series."""
    vehicle, sheet, spread, storage = 0.5, 1.0, 0.2, 1.5
    col = column(0 * ONE, {"vehicle": (vehicle * ONE, 1), "sheet": (sheet * ONE, 120)})
    stirred = np.zeros((121, 1, 1))
    stirred[0] = 1.0
    here = {
        **col.here(), "stirred": stirred, "diffusivity": spread,
        "storage": col.field({"vehicle": 1.0, "sheet": storage}),
    }  # fmt: skip
    start = np.zeros((1, 121, 1, 1))
    start[0, 0] = 1.0
    alpha = vehicle / (sheet * storage)
    brackets = [((n - 0.5) * np.pi + 1e-9, n * np.pi) for n in range(1, 60)]
    roots = np.array([optimize.brentq(lambda q: np.tan(q) + alpha * q, a, b) for a, b in brackets])
    final = vehicle / (1 + alpha)
    rows = []
    for time in (0.1, 0.5, 2.0):
        steps = np.geomspace(1e-7, 1.0, 80)
        end = Stepper(solute()).walk(start, here, steps * time / steps.sum())
        ours = float((end[0, 1:, 0, 0] * col.width[1:, 0]).sum()) / final
        series = 2 * alpha * (1 + alpha) / (1 + alpha + alpha**2 * roots**2)
        exact = 1 - float((series * np.exp(-spread * roots**2 * time / sheet**2)).sum())
        rows.append(Row(f"finite dose: share taken up at {time:g}", ours, exact, 3e-3))
    return rows


def kinetics() -> list[Row]:
    """Decay, logistic growth and Robertson's stiff reactions in one cell."""
    mesh = bar(1.0, 1).here()
    single = ReactionTable(
        (Species("u", "1", 1.0, "u"),),
        (Reaction("1", "loss", ("u",), {"u": 1}),),
        lambda s, k: {"1": 0.7 * s.u},
    )
    start = np.full((1, 1, 1, 1), 1.0)
    decay = float(Stepper(single).walk(start, mesh, np.full(100, 0.05)).item())
    logistic = ReactionTable(
        (Species("u", "1", 1.0, "u"),),
        (
            Reaction("1", "growth", ("u",), {}, {"u": 1}),
            Reaction("2", "crowding", ("u",), {"u": 1}),
        ),
        lambda s, k: {"1": 2.0 * s.u, "2": 2.0 * s.u * s.u},
    )
    grown = float(Stepper(logistic).walk(start * 0.01, mesh, np.full(400, 0.01)).item())
    robertson = ReactionTable(
        tuple(Species(n, "1", s, n) for n, s in (("a", 1.0), ("b", 1e-5), ("c", 1.0))),
        (
            Reaction("1", "a to b", ("a",), {"a": 1}, {"b": 1}),
            Reaction("2", "b and b to c", ("b",), {"b": 1}, {"c": 1}),
            Reaction("3", "b and c to a", ("b", "c"), {"b": 1}, {"a": 1}),
        ),
        lambda s, k: {"1": 0.04 * s.a, "2": 3e7 * s.b * s.b, "3": 1e4 * s.b * s.c},
    )
    first = np.array([1.0, 0.0, 0.0]).reshape(3, 1, 1, 1)
    stiff, _ = Stepper(robertson).walk_to(first, mesh, 400.0, tolerance=1e-6, first=1e-6)

    def rates(t: float, y: np.ndarray) -> list[float]:
        one, two, three = 0.04 * y[0], 3e7 * y[1] ** 2, 1e4 * y[1] * y[2]
        return [three - one, one - two - three, two]

    peer = solve_ivp(rates, (0, 400), [1, 0, 0], "Radau", rtol=1e-11, atol=1e-14).y[:, -1]
    return [
        Row("decay", decay, float(np.exp(-3.5)), 1e-5),
        Row("logistic growth", grown, float(1 / (1 + 99 * np.exp(-8.0))), 1e-6),
        *(
            Row(f"Robertson: {n}", float(stiff[i].item()), float(peer[i]), 1e-4)
            for i, n in enumerate("abc")
        ),
    ]


def uniform_cell() -> list[Row]:
    """A laterally uniform unit cell is the column."""
    col, fields = two_layers(6)
    here = {**col.here(), **fields, "decay": 0.3, "top": {"drug": (0.2, 1.0)}}
    start = np.random.default_rng(4).random((1, 18, 1, 1))
    steps = np.full(40, 0.05)
    flat = Stepper(solute(True)).walk(start, here, steps)
    cell = UnitCell(col, rings(0.1, 0.7, 7))
    round_ = Stepper(solute(True)).walk(np.repeat(start, 7, axis=2), {**here, **cell.here()}, steps)
    worst = int(np.abs(round_ - flat).max(axis=(0, 2, 3)).argmax())
    return [
        Row(
            "uniform unit cell against column",
            float(round_[0, worst, 3, 0]),
            float(flat[0, worst, 0, 0]),
            1e-12,
        )
    ]


PROBLEMS: dict[str, Callable[[], list[Row]]] = {
    "Membrane of two layers with partition": membrane,
    "Half-space": half_space,
    "Fin: diffusion with decay": fin,
    "Line source with decay": line_source,
    "Finite dose into a sealed sheet": finite_dose,
    "Kinetics in one cell": kinetics,
    "Unit cell and column": uniform_cell,
}
