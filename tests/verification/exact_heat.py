"""Heat and current beside exact answers and beside a finite-element code that shares nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import skfem
from scipy import special
from scipy.sparse.linalg import splu
from skfem.helpers import dot, grad

from pinprick.evidence import registry
from pinprick.evidence.lanes import Lanes
from pinprick.heat.bioheat import Warmed, warm
from pinprick.heat.cell import Cell, Mesh, Tissue, cell_of, graded, meshes, tissue_of
from pinprick.heat.damage import damage_sets
from pinprick.heat.field import electric_field
from pinprick.heat.source import Pins, Pulse
from pinprick.medium.layers import Layer, Skin

PINS = Pins(depth=2e-3, diameter=0.3e-3, bare=0.3e-3, pitch=1.5e-3, count=49, wiring="bipolar")
BLOOD = 310.15


def skin(members: int = 1, dermis: float = 6e-3) -> Skin:
    one = np.ones(members)
    parts = {
        "stratum corneum": 15e-6,
        "viable epidermis": 80e-6,
        "papillary dermis": 0.2e-3,
        "reticular dermis": dermis,
    }
    return Skin("a test", tuple(Layer(name, h * one) for name, h in parts.items()))


def plain(members: int = 1, **changed: str) -> Lanes:
    """Every parameter of the stage at its value, but for those given."""
    fixed = {p.name: f"{p.value / p.factor!r} {p.unit}".removesuffix(" 1") for p in STAGE}
    fixed |= {f"heat.{name}": text for name, text in changed.items()}
    return Lanes(registry().with_values(fixed), 0, range(members))


STAGE = registry().stage("heat")


def uniform(cell: Cell, **values: float) -> Tissue:
    """Tissue that is the same everywhere, the needle included."""
    zero = {"sigma": 0.33, "k": 0.37, "capacity": 3.8e6, "perfusion": 0.0, "latent": 0.0}
    v = {name: np.full(cell.shape, value) for name, value in {**zero, **values}.items()}
    return Tissue((v["sigma"],) * 2, (v["k"],) * 2, v["capacity"], v["perfusion"], v["latent"])


def bare_cell(rings: np.ndarray, faces: np.ndarray, metal: np.ndarray) -> Cell:
    share = np.zeros((1, len(faces) - 1, 3))
    share[:, :, 1] = 1.0
    return Cell(rings, faces[None], metal, metal, share)


def coaxial() -> tuple[float, float]:
    """Resistance of a needle through a slab, in its earthed coat."""
    rings = np.concatenate([[0.0], 1e-4 + np.cumsum(graded(9e-4, 2e-5, None, 1.2))])
    rings = np.insert(rings, 1, 1e-4)
    metal = np.zeros((3, len(rings) - 1), dtype=bool)
    metal[:, 0] = True
    cell = bare_cell(rings, np.linspace(0, 2e-3, 4), metal)
    field = electric_field(cell, uniform(cell).conductivity, "bipolar")
    return 1 / field.conductance[0], float(np.log(10.0) / (2 * np.pi * 0.33 * 2e-3))


def disc(finest: float) -> tuple[float, float]:
    """Spreading resistance of a flat disc on a half-space: 1 / (4 sigma a)."""
    a, far = 1e-3, 1.0
    inside = np.cumsum(graded(a, 20 * finest, finest, 1.2))
    rings = np.concatenate([[0.0], inside, a + np.cumsum(graded(far - a, finest, None, 1.2))])
    faces = np.concatenate([[0.0, finest], finest + np.cumsum(graded(far, finest, None, 1.2))])
    metal = np.zeros((len(faces) - 1, len(rings) - 1), dtype=bool)
    metal[0, : len(inside)] = True
    cell = bare_cell(rings, faces, metal)
    field = electric_field(cell, uniform(cell).conductivity, "bipolar")
    return 1 / field.conductance[0], 1 / (4 * 0.33 * a)


def line_source(fine: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Radii, our rise of temperature and the exact one about a heated thread with perfusion."""
    inner, w, k, strength = 1e-4, 2e6, 0.37, 2.0
    reach = np.sqrt(k / w)
    inside = np.linspace(0, inner, fine + 1)
    rings = np.concatenate([inside[:-1], np.geomspace(inner, 12 * reach, 5 * fine)])
    cell = bare_cell(rings, np.linspace(0, 1e-3, 3), np.zeros((2, len(rings) - 1), dtype=bool))
    source = strength * cell.height[:, :, None] * cell.area / (np.pi * inner**2)
    source[:, :, fine:] = 0.0
    done = warm(
        cell,
        uniform(cell, perfusion=w),
        PINS,
        Pulse(power=1.0, length=60 * 3.8e6 / w, measured=True),
        plain(start_temperature=f"{BLOOD} K", cut_temperature="376 K"),
        replace(meshes()["fine"], pulse_steps=60),
        {},
        after=0.0,
        source=source,
    )
    x = inner / reach
    r = cell.middle[fine:]
    exact = strength / (2 * np.pi * k) * 2 * special.i1(x) / x * special.k0(r / reach)
    return r, done.temperature[0, 0, fine:] - BLOOD, exact


def run(
    mesh: Mesh | str,
    energy: float = 0.05,
    length: float = 0.1,
    pins: Pins = PINS,
    after: float = 0.0,
    **changed: Any,
) -> Warmed:
    """One pulse into uniform members, with nothing drawn."""
    size = meshes()[mesh] if isinstance(mesh, str) else mesh
    lanes = plain(**changed)
    cell = cell_of(pins, skin(), 1, size)
    rates = {name: one.log_rate for name, one in damage_sets().items()}
    pulse = Pulse(energy=energy, length=length, measured=True)
    return warm(cell, tissue_of(cell, lanes), pins, pulse, lanes, size, rates, after=after)


def rise_at(done: Warmed, r: float, z: float, start: float = 307.15) -> float:
    """Rise of temperature at a place, straight between the middles of cells."""
    cell = done.cell
    rows = [np.interp(r, cell.middle, row) for row in done.temperature[0]]
    return float(np.interp(z, cell.depth[0], rows)) - start


class FiniteElements:
    """The same pin by scikit-fem: triangles of second order, graded to both edges of the metal."""

    def __init__(self, finest: float = 3e-6, growth: float = 1.35) -> None:
        a, reach, top, tip, end = 0.15e-3, PINS.radius, 1.7e-3, 2e-3, 5e-3
        r = [[0.0], np.cumsum(graded(a, 4e-5, finest, growth))]
        r.append(a + np.cumsum(graded(reach - a, finest, None, growth)))
        z = [[0.0], np.cumsum(graded(top, 1e-4, finest, growth))]
        z.append(top + np.cumsum(graded(tip - top, finest, finest, growth)))
        z.append(tip + np.cumsum(graded(end - tip, finest, None, growth)))
        self.mesh = skfem.MeshTri.init_tensor(np.concatenate(r), np.concatenate(z))
        self.basis = skfem.Basis(self.mesh, skfem.ElementTriP2(), intorder=4)
        place = self.mesh.p[:, self.mesh.t].mean(axis=1)
        self.metal = (place[0] < a) & (place[1] < tip)
        self.epidermis = place[1] < 95e-6
        slack = 1e-9
        where = self.basis.doflocs
        self.wall = np.flatnonzero(where[0] > reach - slack)
        near = (where[0] < a + slack) & (where[1] < tip + slack)
        self.bare = np.flatnonzero(near & (where[1] > top - slack))
        self.dead = np.flatnonzero(near & (where[1] <= top - slack) & (where[0] < a - slack))

    def per_element(self, tissue: float, metal: float, epidermis: float) -> np.ndarray:
        out = np.where(self.metal, metal, np.where(self.epidermis, epidermis, tissue))
        return out[:, None] * np.ones(self.basis.dx.shape[1])

    def stiffness(self, value: np.ndarray) -> Any:
        form = skfem.BilinearForm(lambda u, v, w: w.c * w.x[0] * dot(grad(u), grad(v)))
        return 2 * np.pi * form.assemble(self.basis, c=value)

    def mass(self, value: np.ndarray) -> Any:
        form = skfem.BilinearForm(lambda u, v, w: w.c * w.x[0] * u * v)
        return 2 * np.pi * form.assemble(self.basis, c=value)

    def field(self, sigma: np.ndarray) -> tuple[np.ndarray, float]:
        """Joule heat per volume at 1 V in the quadrature points, and the conductance."""
        u = np.zeros(self.basis.N)
        u[self.bare] = 1.0
        held = np.concatenate([self.bare, self.wall, self.dead])
        matrix = self.stiffness(sigma)
        u = skfem.solve(*skfem.condense(matrix, x=u, D=np.unique(held)))
        heat = sigma * (self.basis.interpolate(u).grad ** 2).sum(axis=0)
        return heat, float(u @ (matrix @ u))

    def resistance(self) -> float:
        return 1 / self.field(self.per_element(0.33, 0.0, 0.2214))[1]

    def pulse(self, watts: float, seconds: float, steps: int) -> np.ndarray:
        """Rise of temperature at the end of a pulse, at the nodes of the basis."""
        k = self.stiffness(self.per_element(0.37, 16.0, 0.21))
        c = self.mass(self.per_element(1125 * 3349.0, 4e6, 1125 * 3600.0))
        sigma = self.per_element(0.33, 0.0, 0.2214)
        load = skfem.LinearForm(lambda v, w: w.q * w.x[0] * v)
        h = seconds / steps
        solve = splu((c + h / 2 * k).tocsc())
        t, before = np.zeros(self.basis.N), np.zeros(self.basis.N)
        for _ in range(steps):
            ahead = self.basis.interpolate(1.5 * t - 0.5 * before)
            heat, conductance = self.field(sigma * (1 + 0.017 * np.asarray(ahead)))
            given = 2 * np.pi * load.assemble(self.basis, q=heat * watts / conductance)
            before, t = t, t + solve.solve(h * (given - k @ t))
        return t

    def at(self, field: np.ndarray, places: list[tuple[float, float]]) -> np.ndarray:
        return np.asarray(self.basis.probes(np.array(places).T) @ field)
