"""A pulse of four bipolar needles in a block of skin beside FiPy: time at equal error.

Run with ``python benchmarks/heat_peers.py`` after ``pip install -e ".[bench]"``. Four needles of
opposite signs, insulated but for their ends, 40 mJ each in 0.1 s, below the boil: the field with
the conductivity of the warm tissue, Joule heat and bio-heat. FiPy has its own variables, terms and
solvers on the same cells, with the same conductances (harmonic means) and the same share of each
face's heat, and steps by Crank and Nicolson. An error is the largest of the rise of temperature
over its highest, against our answer with many more steps; before that the Joule heat of both codes
must agree. FiPy takes more and more steps until its error is no more than ours, with each of its
solvers; its fastest counts. Meshes and what is made once are not counted.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from forecast_cold_warm import CORES, hold_to, machine

from pinprick.evidence import Lanes, registry
from pinprick.heat import Pins, Pulse, array
from pinprick.heat.array import Block, _Run, block_of, patch_pulse
from pinprick.heat.cell import LAYERS, meshes
from pinprick.medium.layers import Layer, Skin

Array = np.ndarray[Any, np.dtype[np.float64]]
PINS = Pins(1.2e-3, 0.3e-3, 0.3e-3, 1.5e-3, 4, "bipolar")
PULSE = Pulse(energy=0.04, length=0.1, measured=True)
ACROSS = 10  # cells from needle to needle
EVERY = 3  # steps from one field to the next, as in a cohort
MANY = 96  # steps of the answers that stand for exact
TIE = 5.0  # siemens that hold a cell of bare metal at its volts; to tissue it has some 1e-4
MOST = 64
AGREE = 1e-4
Found = tuple[Array, float]


def lanes() -> Lanes:
    """Every parameter of the stage at its value."""
    plain = {p.name: f"{p.value / p.factor!r} {p.unit}".removesuffix(" 1")
             for p in registry().stage("heat")}  # fmt: skip
    return Lanes(registry().with_values(plain), 0, range(1))


def skin() -> Skin:
    """A plain skin."""
    layers = {"stratum corneum": 15e-6, "viable epidermis": 80e-6,
              "papillary dermis": 2e-4, "reticular dermis": 2e-3}  # fmt: skip
    return Skin("a test", tuple(Layer(name, np.full(1, h)) for name, h in layers.items()))


def ours(block: Block, given: Lanes, steps: int, every: int) -> Found:
    """Rise of temperature at the end of the pulse, and seconds."""
    mesh = {"cohort": replace(meshes()["cohort"], pulse_steps=steps, field_every=every)}
    kept, array.meshes = array.meshes, lambda: mesh
    try:
        began = time.perf_counter()
        done = patch_pulse(block, PINS, PULSE, given, sets=())
        spent = time.perf_counter() - began
    finally:
        array.meshes = kept
    if done.cut or done.imbalance > 1e-6:
        sys.exit("ours: cut, or joules are lost")
    return done.temperature - given["heat.start_temperature"][0], spent


@dataclass
class Fipy:
    """The same block in FiPy."""

    block: Block
    k: dict[str, float]
    solver: Callable[[], Any]

    def __post_init__(self) -> None:
        from fipy import CellVariable, Grid3D

        patch = self.block.patch
        widths = [np.diff(edges) for edges in (patch.x, patch.y, patch.column.edges[:, 0])]
        self.mesh = Grid3D(dx=widths[0], dy=widths[1], dz=widths[2])
        k, metal = self.k, self.block.metal

        def field(values: list[float], steel: float) -> Any:
            depth = (self.block.share @ np.array(values))[:, None, None]
            mixed = depth * (1 - metal) + steel * metal
            return CellVariable(mesh=self.mesh, value=mixed.ravel())

        skin, fat = k["skin_density"], k["fat_density"]
        heat = [k["epidermis_heat"] * skin, k["dermis_heat"] * skin, k["fat_heat"] * fat]
        self.capacity = field(heat, k["pin_heat"])
        self.passing = field(
            [k[f"{name}_heat_conduction"] for name in LAYERS], k["pin_heat_conduction"]
        ).harmonicFaceValue
        self.perfusion = field([0.0, k["perfusion"], k["perfusion"]], 0.0)
        self.sigma = (self.block.share @ np.array([k[f"{n}_conductivity"] for n in LAYERS]))[
            :, None, None
        ]
        held, volts = array._poles(self.block)
        self.held, self.volts = np.asarray(held).ravel(), np.asarray(volts).ravel()
        # the two cells of each inner face, and what share of its resistance lies in each
        inner = np.flatnonzero(np.asarray(self.mesh.interiorFaces.value))
        self.inner = inner
        self.cells = np.asarray(self.mesh.faceCellIDs)[:, inner]
        self.area = np.asarray(self.mesh._faceAreas)[inner]
        self.apart = np.asarray(self.mesh._cellDistances)[inner]
        upright = np.abs(np.asarray(self.mesh.faceNormals))[2, inner] > 0.5
        height = np.broadcast_to(widths[2][:, None, None], metal.shape).ravel()
        self.length = np.where(upright, height[self.cells], 1.0)

    def joule(self, rise: Array) -> Array:
        """Watts per volume in each cell, for one watt in all."""
        from fipy import CellVariable, DiffusionTerm, ImplicitSourceTerm

        free = np.maximum(1 - self.block.metal, array.FAINT)
        bare = self.block.bare
        partly = np.where(bare.any(axis=(1, 2), keepdims=True), 1 / free, free)
        warm = self.sigma * (1 + self.k["conductivity_rise"] * rise.reshape(free.shape))
        value = np.where(bare, array.METAL * self.sigma, warm * partly).ravel()
        sigma = CellVariable(mesh=self.mesh, value=value)
        faces = sigma.harmonicFaceValue
        held = TIE * self.held / np.asarray(self.mesh.cellVolumes)
        tie = CellVariable(mesh=self.mesh, value=held)
        phi = CellVariable(mesh=self.mesh, value=self.volts)
        given = CellVariable(mesh=self.mesh, value=held * self.volts)
        equation = DiffusionTerm(coeff=faces) - ImplicitSourceTerm(coeff=tie) + given == 0
        equation.solve(var=phi, solver=self.solver())
        u = np.asarray(phi.value)
        through = np.asarray(faces.value)[self.inner] * self.area / self.apart
        watts = through * (u[self.cells[0]] - u[self.cells[1]]) ** 2
        part = self.length / value[self.cells]
        part /= part.sum(axis=0)
        out = sum(np.bincount(c, watts * p, len(u)) for c, p in zip(self.cells, part, strict=True))
        return np.asarray(out / out.sum() / np.asarray(self.mesh.cellVolumes))

    def run(self, steps: int, every: int) -> Found:
        """Rise of temperature at the end, by Crank and Nicolson, and seconds."""
        from fipy import (
            CellVariable,
            DiffusionTerm,
            ExplicitDiffusionTerm,
            ImplicitSourceTerm,
            TransientTerm,
        )

        rise = CellVariable(mesh=self.mesh, value=0.0)
        source = CellVariable(mesh=self.mesh, value=0.0)
        blood = self.k["blood_temperature"] - self.k["start_temperature"]
        equation = TransientTerm(coeff=self.capacity) == (
            DiffusionTerm(coeff=0.5 * self.passing)
            + ExplicitDiffusionTerm(coeff=0.5 * self.passing)
            - ImplicitSourceTerm(coeff=0.5 * self.perfusion)
            - 0.5 * self.perfusion * rise + self.perfusion * blood + source
        )  # fmt: skip
        watts = PULSE.watts * len(self.block.places)
        began = time.perf_counter()
        for step in range(steps):
            if step % every == 0:
                source.setValue(self.joule(np.asarray(rise.value)) * watts)
            equation.solve(var=rise, dt=PULSE.seconds / steps, solver=self.solver())
        spent = time.perf_counter() - began
        return np.asarray(rise.value).reshape(self.block.patch.shape), spent


def off(found: Array, exact: Array) -> float:
    """Largest difference over the highest rise."""
    return float(np.abs(found - exact).max() / np.abs(exact).max())


def solvers() -> dict[str, Callable[[], Any]]:
    """FiPy's solvers that can do it."""
    from fipy.solvers.scipy import LinearCGSolver, LinearLUSolver

    return {
        "conjugate gradients": lambda: LinearCGSolver(tolerance=1e-10, iterations=20000),
        "sparse LU": lambda: LinearLUSolver(),
    }


def main() -> None:
    """One table."""
    os.environ.setdefault("FIPY_SOLVERS", "scipy")
    where, given = machine(hold_to(CORES)), lanes()
    block = block_of(PINS, skin(), across=ACROSS, margin=PINS.pitch / 2)
    stage = given.stage("heat")
    k = {p.name.partition(".")[2]: float(getattr(stage, p.name.partition(".")[2])[0])
         for p in registry().stage("heat")}  # fmt: skip
    steps = meshes()["cohort"].pulse_steps
    ours(block, given, 2, EVERY)  # what is compiled is compiled before
    exact = ours(block, given, MANY, 1)[0]
    mine, spent = min((ours(block, given, steps, EVERY) for _ in range(3)), key=lambda f: f[1])
    goal = off(mine, exact)
    cells = int(np.prod(block.patch.shape))
    print(f"{where}; {cells:,} cells; load {os.getloadavg()[0]:.1f}; highest rise "
          f"{exact.max():.1f} K\n")  # fmt: skip
    print("| code | steps | error of time | s | ratio |\n| --- | --- | --- | --- | --- |")
    print(f"| **Pinprick** | {steps} | {goal:.1e} | {spent:.3g} | 1 |", flush=True)
    run, ratios = _Run.of(block, PINS, PULSE, given), []
    run.solve_field()
    for name, solver in solvers().items():
        theirs = Fipy(block, k, solver)
        if off(theirs.joule(np.zeros(cells)).reshape(block.patch.shape), run.heat) > AGREE:
            sys.exit(f"{name}: its Joule heat is not ours")
        count = 4
        while True:
            found, seconds = theirs.run(count, EVERY)
            error = off(found, exact)
            if error <= goal or 2 * count > MOST:
                break
            count *= 2
        ratios.append(seconds / spent)
        mark = "" if error <= goal else ", goal not met"
        print(f"| FiPy, Crank-Nicolson, {name} | {count} | {error:.1e}{mark} | {seconds:.3g} | "
              f"{ratios[-1]:.3g} |", flush=True)  # fmt: skip
    print(f"\nFiPy at its best takes {min(ratios):.3g} times as long.")


if __name__ == "__main__":
    main()
