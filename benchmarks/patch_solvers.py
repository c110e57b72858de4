"""The same cube of skin stepped by others: SciPy (sparse, banded, cosine), FiPy, py-pde.

Each function takes a problem and step lengths and returns the concentration and the seconds spent
in stepping; what is made once (matrices, compilation) is not counted, to the peers' credit.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from patch_problem import DECAY, END, SIDE, Array, Problem
from scipy import fft, sparse, special
from scipy.linalg import lapack
from scipy.sparse.linalg import LinearOperator, cg

Found = tuple[Array, float]
TOLERANCE = 1e-5  # of the conjugate gradients, relative to the right side


def sparse_cg(problem: Problem, steps: Array, order: int) -> Found:
    """CSR and conjugate gradients with the diagonal: implicit Euler, or Crank and Nicolson."""
    matrix, mass = problem.matrix, problem.storage.ravel()
    diagonal, count = matrix.diagonal(), len(mass)
    u = (problem.start / problem.storage).ravel()
    weight = 1.0 if order == 1 else 0.5
    change = np.zeros_like(u)
    began = time.perf_counter()
    for h in steps:
        s = weight * h
        inverse = 1.0 / (mass + s * diagonal)
        full = LinearOperator((count, count), lambda v, s=s: mass * v + s * (matrix @ v), float)
        first = LinearOperator((count, count), lambda v, d=inverse: d * v, float)
        change, info = cg(full, -h * (matrix @ u), change, rtol=TOLERANCE, M=first)
        if info:
            raise FloatingPointError("conjugate gradients did not converge")
        u = u + change
    spent = time.perf_counter() - began
    return u.reshape(problem.start.shape) * problem.storage, spent


def sparse_two(problem: Problem, steps: Array) -> Found:
    """As :func:`sparse_cg` with two stages of order 2 that damp whatever is rough (L-stable)."""
    matrix, mass = problem.matrix, problem.storage.ravel()
    diagonal, count = matrix.diagonal(), len(mass)
    u = (problem.start / problem.storage).ravel()
    gamma = 1.0 - np.sqrt(0.5)
    one, two = np.zeros((2, count))
    began = time.perf_counter()
    for h in steps:
        s = gamma * h
        inverse = 1.0 / (mass + s * diagonal)
        full = LinearOperator((count, count), lambda v, s=s: mass * v + s * (matrix @ v), float)
        first = LinearOperator((count, count), lambda v, d=inverse: d * v, float)
        one, bad = cg(full, -(matrix @ u), one, rtol=TOLERANCE, M=first)
        between = u + (1 - gamma) * h * one
        two, worse = cg(full, -(matrix @ between), two, rtol=TOLERANCE, M=first)
        if bad or worse:
            raise FloatingPointError("conjugate gradients did not converge")
        u = u + h * ((1 - gamma) * one + gamma * two)
    spent = time.perf_counter() - began
    return u.reshape(problem.start.shape) * problem.storage, spent


def sparse_series(problem: Problem, tolerance: float) -> Found:
    """Chebyshev's series of the exponential with CSR products: exact in time to the tolerance."""
    root = np.sqrt(problem.storage.ravel())
    scale = sparse.diags_array(1.0 / root)
    matrix = (scale @ problem.matrix @ scale).tocsr()
    bound = float(abs(matrix).sum(axis=1).max())
    half = END * bound / 2.0
    twice = ((4.0 / bound) * matrix - 2.0 * sparse.eye_array(len(root))).tocsr()
    number = np.arange(int(30 + 9 * np.sqrt(half)))
    weights = special.ive(number, half) * np.where(number, 2.0, 1.0) * (-1.0) ** number
    left = np.cumsum(abs(weights)[::-1])[::-1]
    weights = weights[: int(np.argmax(left < tolerance))]
    before = problem.start.ravel() / root
    began = time.perf_counter()
    now = 0.5 * (twice @ before)
    total = weights[0] * before + weights[1] * now
    for weight in weights[2:]:
        new = twice @ now
        new -= before
        before, now = now, new
        total += weight * now
    spent = time.perf_counter() - began
    return np.asarray(total * root).reshape(problem.start.shape), spent


def cosine(problem: Problem, steps: Array, order: int = 0) -> Found:
    """Uniform tissue in the basis of cosines: exact in time, whatever the steps."""
    n, size = problem.cells, problem.size
    one = (2.0 * np.sin(np.pi * np.arange(n) / (2 * n)) / size) ** 2
    rate = problem.diffusivity.flat[0] * (one[:, None, None] + one[:, None] + one) + DECAY
    fade = np.exp(-float(np.sum(steps)) * rate)
    began = time.perf_counter()
    waves = fft.dctn(problem.start, type=2, workers=2)
    waves *= fade
    found = fft.idctn(waves, type=2, workers=2, overwrite_x=True)
    return np.asarray(found), time.perf_counter() - began


class Sweeps:
    """Tridiagonal solves ``(M + s (L_axis + k M/3)) x = r`` along each axis, for one step length.

    Along z and y plane by plane, along x as one band of all lines with LAPACK.
    """

    def __init__(self, problem: Problem, s: float) -> None:
        self.shape = problem.storage.shape
        self.parts = []
        for axis, g in enumerate(problem.conductances):
            g = np.moveaxis(g, axis, 0)
            main = np.moveaxis(problem.storage * (1 + s * DECAY / 3), axis, 0).copy()
            main[:-1] += s * g
            main[1:] += s * g
            if axis == 2:
                off = np.zeros(self.shape)
                off[:, :, :-1] = -s * np.moveaxis(g, 0, axis)
                d, e, info = lapack.dpttrf(np.moveaxis(main, 0, 2).ravel(), off.ravel()[:-1])
                assert info == 0
                self.parts.append((d, e))
                continue
            ratio = np.empty_like(g)
            for i in range(len(g)):
                ratio[i] = s * g[i] / main[i]
                main[i + 1] -= s * g[i] * ratio[i]
            self.parts.append((ratio, 1.0 / main))

    def along(self, axis: int, right: Array) -> Array:
        """Solve along an axis; the right side is overwritten."""
        a, b = self.parts[axis]
        if axis == 2:
            found, info = lapack.dpttrs(a, b, right.reshape(-1, 1), overwrite_b=1)
            assert info == 0
            return np.asarray(found).reshape(self.shape)
        x = np.moveaxis(right, axis, 0)
        for i in range(len(a)):
            x[i + 1] += a[i] * x[i]
        x *= b
        for i in range(len(a) - 1, -1, -1):
            x[i] += a[i] * x[i + 1]
        return right


def _outflow(problem: Problem, u: Array) -> Array:
    """``(L + k M) u``."""
    out = DECAY * problem.storage * u
    for axis, g in enumerate(problem.conductances):
        lower = tuple(np.s_[:-1] if a == axis else np.s_[:] for a in range(3))
        upper = tuple(np.s_[1:] if a == axis else np.s_[:] for a in range(3))
        flow = u[lower] - u[upper]
        flow *= g
        out[lower] += flow
        out[upper] -= flow
    return np.asarray(out)


def banded(problem: Problem, steps: Array, order: int) -> Found:
    """Tridiagonal sweeps: order 1 locally one-dimensional, order 2 Douglas' delta form.

    Order -1 is the delta form with an implicit weight of one.
    """
    mass = problem.storage
    u = problem.start / mass
    kept: dict[float, Sweeps] = {}
    weight = 0.5 if order == 2 else 1.0
    for h in steps:
        kept.setdefault(round(float(h), 9), Sweeps(problem, weight * h))
    began = time.perf_counter()
    for h in steps:
        sweeps = kept[round(float(h), 9)]
        if order == 1:
            for axis in (2, 1, 0):
                u = sweeps.along(axis, mass * u)
            continue
        delta = _outflow(problem, u)
        delta *= -h
        delta = sweeps.along(0, delta)
        delta *= mass
        delta = sweeps.along(1, delta)
        delta *= mass
        u = u + sweeps.along(2, delta)
    return u * mass, time.perf_counter() - began


def fipy(problem: Problem, steps: Array, order: int = 1) -> Found:
    """FiPy with its conjugate gradients on the same faces: implicit Euler, or Crank-Nicolson."""
    import os

    os.environ.setdefault("FIPY_SOLVERS", "scipy")
    from fipy import (
        CellVariable,
        DiffusionTerm,
        ExplicitDiffusionTerm,
        FaceVariable,
        Grid3D,
        ImplicitSourceTerm,
        TransientTerm,
    )
    from fipy.solvers.scipy import LinearCGSolver

    n, size = problem.cells, problem.size
    mesh = Grid3D(nx=n, ny=n, nz=n, dx=size, dy=size, dz=size)
    u = CellVariable(mesh=mesh, value=(problem.start / problem.storage).ravel())
    storage = CellVariable(mesh=mesh, value=problem.storage.ravel())
    passing = CellVariable(mesh=mesh, value=(problem.diffusivity * problem.storage).ravel())
    through = FaceVariable(mesh=mesh, value=passing.harmonicFaceValue.value)
    now = 1.0 if order == 1 else 0.5
    right = DiffusionTerm(coeff=now * through) - ImplicitSourceTerm(coeff=now * DECAY * storage)
    if order == 2:
        right = right + ExplicitDiffusionTerm(coeff=0.5 * through) - 0.5 * DECAY * storage * u
    equation = TransientTerm(coeff=storage) == right
    solver = LinearCGSolver(tolerance=TOLERANCE, iterations=2000)
    began = time.perf_counter()
    for h in steps:
        equation.solve(var=u, dt=float(h), solver=solver)
    spent = time.perf_counter() - began
    return np.asarray(u.value).reshape(problem.start.shape) * problem.storage, spent


def py_pde(problem: Problem, tolerance: float) -> Found:
    """py-pde's explicit Runge-Kutta of order 4 and 5 with steps by error; uniform tissue only."""
    import pde

    n = problem.cells
    grid = pde.CartesianGrid([[0.0, SIDE]] * 3, [n] * 3)
    state = pde.ScalarField(grid, problem.start)
    rate = float(problem.diffusivity.flat[0])
    equation = pde.PDE({"c": f"{rate!r} * laplace(c) - {DECAY!r} * c"}, bc={"derivative": 0})
    how: dict[str, Any] = {
        "solver": "runge-kutta", "adaptive": True, "tolerance": tolerance, "tracker": None,
        "backend": "numba", "ret_info": True,
    }  # fmt: skip
    found, info = equation.solve(state, t_range=END, dt=1e-2, **how)
    return np.asarray(found.data), float(info["controller"]["profiler"]["solver"])
