"""Channels in a patch: a lattice of them against the unit cell and against finite elements."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pytest
from exact import ONE, solute

from pinprick.medium.column import Column, column
from pinprick.medium.patch import Patch
from pinprick.medium.steady import conductor, steady
from pinprick.medium.stepper import Stepper
from pinprick.medium.unit_cell import UnitCell, blend

RADIUS, RIM, TIGHT, LENGTH = 0.1, 0.4, 0.1, 0.5
WATER, OPEN = 0.6, 0.3
SIDE = RIM * np.sqrt(np.pi)  # of a square as large as the unit cell's disc
# How deep a channel goes, and what its barrier lets pass: through it and on, or just through.
MILD, HARD = (0.3, 0.03), (0.1, 0.002)


def layers() -> Column:
    """A barrier over open tissue, finer towards both ends of the barrier."""
    growth = {"tight": 0.5**0.1, "open": 8.0**0.05}
    thickness = {"tight": (TIGHT * ONE, 10), "open": ((LENGTH - TIGHT) * ONE, 20)}
    return column(0 * ONE, thickness, growth)


def flux_of_patch(across: int, depth: float, tight: float, blended: bool = True) -> float:
    """Steady flux through a square lattice of channels, values 1 and 0 outside."""
    faces = np.linspace(-SIDE / 2, SIDE / 2, across + 1)
    patch = Patch(layers(), faces, faces)
    share = patch.share_within((0.0, 0.0), RADIUS, depth)
    if not blended:
        z, y, x = patch.centres
        share = (np.hypot(x, y) < RADIUS) * (z < depth) * 1.0
    tissue = patch.column.field({"tight": tight, "open": OPEN})
    found = steady(conductor(patch, blend(tissue, WATER, share), (0.0, 1.0), (0.0, 0.0)))
    assert found.imbalance < 1e-8
    return float(found.top) / SIDE**2


@cache
def flux_of_cell(depth: float, tight: float) -> float:
    """The same in a unit cell with fine rings."""
    inner = RADIUS * (1 - np.geomspace(1, 0.01, 25)[:-1])
    outer = RADIUS + (RIM - RADIUS) * np.geomspace(0.003, 1, 30)
    cell = UnitCell(layers(), np.concatenate([[0.0], inner[1:], [RADIUS], outer]))
    tissue = cell.column.field({"tight": tight, "open": OPEN})
    share = cell.share_within(RADIUS, np.array([depth]))
    here = {
        **cell.here(), "diffusivity": blend(tissue, WATER, share), "storage": 1.0,
        "top": {"drug": (0.0, 1.0)}, "bottom": {"drug": (0.0, 0.0)},
    }  # fmt: skip
    start = np.zeros((1, 30, len(cell.area), 1))
    end = Stepper(solute()).walk(start, here, np.geomspace(1e-3, 50.0, 30))
    _, book = Stepper(solute()).walk_with_ledger(end, here, np.full(5, 0.1))
    return float(book.top[0, 0]) / 0.5


@pytest.mark.parametrize(("channel", "blended", "stairs"), [(MILD, 5e-3, 0.03), (HARD, 0.03, 0.08)])
def test_a_lattice_of_channels_agrees_with_the_unit_cell(
    channel: tuple[float, float], blended: float, stairs: float
) -> None:
    """Three and a half cells a radius; whole cells instead of shares are far off."""
    truth = flux_of_cell(*channel)
    assert abs(flux_of_patch(24, *channel) / truth - 1) < blended
    assert abs(flux_of_patch(24, *channel, blended=False) / truth - 1) > stairs


@pytest.mark.parametrize(("channel", "bound"), [(MILD, 2e-3), (HARD, 0.01)])
def test_channels_converge(channel: tuple[float, float], bound: float) -> None:
    """No order is asked: the wall crosses cells and the flux has no bound at its rim."""
    fluxes = [flux_of_patch(n, *channel) for n in (12, 24, 48, 96)]
    off = [abs(flux / flux_of_cell(*channel) - 1) for flux in fluxes]
    assert all(b < 0.7 * a for a, b in pairwise(off)) and off[-1] < bound, off


@pytest.mark.parametrize("sides", ["periodic", "closed"])
def test_iterations_grow_with_neither_mesh_nor_contrast(
    sides: Literal["periodic", "closed"],
) -> None:
    """The transform takes 40 on the coarse mesh and 60 on the fine one."""
    counts = []
    for across in (36, 72):
        faces = np.linspace(-SIDE / 2, SIDE / 2, across + 1)
        patch = Patch(layers(), faces, faces, sides)
        share = patch.share_within((0.0, 0.0), RADIUS, HARD[0])
        for tight in (2e-4, 2e-6, 2e-8):
            passing = blend(patch.column.field({"tight": tight, "open": OPEN}), WATER, share)
            found = steady(conductor(patch, passing, (0.0, 1.0), (0.0, 0.0)))
            assert found.imbalance < 1e-8
            counts.append(found.iterations)
    assert max(counts) < 35 and max(counts) < 1.5 * min(counts), counts


def quarter_with_circle(across: int, depth: np.ndarray) -> Any:
    """Hexahedra of a quarter of a lattice cell, one ring of whose faces lies on the channel."""
    import skfem

    half = SIDE / 2
    s = np.concatenate([np.linspace(0, RADIUS, across + 1),
                        RADIUS + (half - RADIUS) * np.geomspace(0.04, 1, 2 * across)])  # fmt: skip
    mesh = skfem.MeshHex.init_tensor(s, s, depth)
    p = mesh.p.copy()
    far, norm = np.maximum(p[0], p[1]), np.hypot(p[0], p[1])
    round_ = np.where(norm > 0, far / np.maximum(norm, 1e-30), 1.0)
    # Squares stay squares in the middle and at the rim, and are circles at the channel's wall.
    weight = np.where(far <= RADIUS, far / RADIUS, (half - far) / (half - RADIUS))
    p[:2] *= 1 + weight * (round_ - 1)
    return skfem.MeshHex(p, mesh.t)


@pytest.mark.verify
def test_agrees_with_finite_elements() -> None:
    """A square lattice of pierced layers in scikit-fem: quadratic hexahedra along the wall."""
    import skfem
    from skfem.helpers import dot, grad

    depth = np.concatenate([TIGHT * (1 - np.geomspace(1, 0.05, 6)[:-1]), [TIGHT],
                            TIGHT + (LENGTH - TIGHT) * np.geomspace(0.02, 1, 9)])  # fmt: skip
    depth[0] = 0.0
    basis = skfem.Basis(quarter_with_circle(4, depth), skfem.ElementHex2())
    middle = basis.mesh.p[:, basis.mesh.t].mean(axis=1)
    tight = middle[2] < TIGHT
    inside = np.hypot(middle[0], middle[1]) < RADIUS
    passing = np.where(tight, np.where(inside, WATER, HARD[1]), OPEN)[:, None]
    form = skfem.BilinearForm(lambda u, v, w: w.sigma * dot(grad(u), grad(v)))
    matrix = form.assemble(basis, sigma=passing * np.ones((1, basis.X.shape[-1])))
    top = basis.get_dofs(lambda x: x[2] < 1e-12)
    bottom = basis.get_dofs(lambda x: x[2] > LENGTH - 1e-12)
    u = np.zeros(basis.N)
    u[top] = 1.0
    u = skfem.solve(*skfem.condense(matrix, x=u, D=np.concatenate([top.all(), bottom.all()])))
    peer = float(u @ matrix @ u) / (SIDE / 2) ** 2  # energy is flux, for a drop of 1
    assert abs(flux_of_patch(64, *HARD) / peer - 1) < 0.01
