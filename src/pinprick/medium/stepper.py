"""The stepper: a linearly implicit third-order W-method, with a positive fall-back.

ROS34PW2 (J. Rang, L. Angermann, BIT 45 (2005) 761-787): four stages, one matrix a step, order 3
for any matrix. Ours is ``(I - hγL)(I - hγD)``: ``L`` holds the losses and the downstream couplings
of the cascade, taken from the reaction table and solved by forward substitution in each cell; ``D``
is diffusion in depth, one tridiagonal system a species. Speeds are evaluated exactly in every
stage, so a zero of the rates is a fixed point at any step.

Where a step would turn a value negative, that member takes it as one linearly implicit Euler step
instead (first order, positive at any step).

Shapes: state (species, cells, fractions, members), members last; ``here`` is a mapping of fields
that broadcast against (cells, fractions, members).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from pinprick.medium import engine  # noqa: F401  (sets flags before JAX starts)

import jax  # isort: skip
import jax.numpy as jnp
import numpy as np
from jax import lax

from pinprick.medium.reactions import ReactionTable

GAMMA = 4.3586652150845900e-01
_ALPHA = np.array(
    [
        [0.0, 0.0, 0.0, 0.0],
        [8.7173304301691801e-01, 0.0, 0.0, 0.0],
        [8.4457060015369423e-01, -1.1299064236484185e-01, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0],
    ]
)
_LOWER = np.array(
    [
        [GAMMA, 0.0, 0.0, 0.0],
        [-8.7173304301691801e-01, GAMMA, 0.0, 0.0],
        [-9.0338057013044082e-01, 5.4180672388095326e-02, GAMMA, 0.0],
        [2.4212380706095346e-01, -1.2232505839045147e00, 5.4526025533510214e-01, GAMMA],
    ]
)
_WEIGHT = np.array([2.4212380706095346e-01, -1.2232505839045147e00, 1.5452602553351020e00, GAMMA])
# The same method in the variables U = Γk, which need no product with the matrix.
_INVERSE = np.linalg.inv(_LOWER)
_A = _ALPHA @ _INVERSE
_C = np.eye(4) / GAMMA - _INVERSE
_M = _WEIGHT @ _INVERSE
SEGMENT = 64  # steps a compiled call takes at most; a call stays well under two seconds
# A value below minus this share of its species' scale calls for the fall-back; above it, it is
# rounding and set to zero.
_ROUNDING = 1e-6
_NOTHING = 1e-20  # share of a species' scale below which nothing is held that could be lost

State = Any
# Keeps XLA from fusing what is on either side, which would work it out again and again.
_barrier: Callable[[Any], Any] = lax.optimization_barrier
Here = Mapping[str, Any]


@dataclass(frozen=True)
class Stepper:
    """Steps a reaction table in a column; compiled once for each set of shapes.

    ``here`` must hold every value that the table's speeds and diffusivities name, and the mesh:
    ``width`` (cells, 1, members) and ``conductance`` (cells - 1, 1, members).
    """

    table: ReactionTable

    def walk(self, state: State, here: Here, steps: np.ndarray[Any, Any]) -> State:
        """Take the given steps (days) one after another; any number of them.

        Raises:
            FloatingPointError: if a value is not finite afterwards.
        """
        with jax.enable_x64(state.dtype == np.float64):
            state = jnp.asarray(state)
            for start in range(0, len(steps), SEGMENT):
                part = steps[start : start + SEGMENT]
                padded = np.zeros(SEGMENT, dtype=state.dtype)
                padded[: len(part)] = part
                state = self._segment(state, dict(here), padded, np.int32(len(part)))
        result = np.asarray(state)
        if not np.all(np.isfinite(result)):
            raise FloatingPointError(
                "a step failed: a value is not finite; take finer steps or check the values set"
            )
        return result

    @cached_property
    def _segment(self) -> Callable[..., State]:
        def segment(state: State, here: dict[str, Any], steps: Any, count: Any) -> State:
            return lax.fori_loop(0, count, lambda i, u: self._step(u, here, steps[i]), state)

        return jax.jit(segment)

    @cached_property
    def _moving(self) -> list[int]:
        return [i for i, s in enumerate(self.table.species) if s.diffusivity]

    def _step(self, u: State, values: dict[str, Any], h: Any) -> State:
        here = SimpleNamespace(**values)
        spread = self._diffusivities(here, u.dtype)
        matrix = self._couplings(u, here)
        tridiagonal = self._factorise(spread, here, h * GAMMA)
        stages: list[State] = []
        for i in range(4):
            at = u + sum((_A[i, j] * stages[j] for j in range(i)), start=jnp.zeros((), u.dtype))
            right = h * GAMMA * self._rates(at, here, spread)
            for j in range(i):
                right = right + GAMMA * _C[i, j] * stages[j]
            solved = self._solve_cascade(right, matrix, h * GAMMA)
            stages.append(self._solve_depth(solved, tridiagonal, here, h * GAMMA))
        new = u + sum((_M[i] * stages[i] for i in range(4)), start=jnp.zeros((), u.dtype))
        scale = self._scale(u.dtype)
        # Written so that a value that is not a number calls for the fall-back too.
        bad = ~jnp.all(new >= -_ROUNDING * scale, axis=(0, 1, 2)) & (h > 0)
        new = jnp.maximum(new, 0)
        return lax.cond(
            jnp.any(bad),
            lambda: jnp.where(bad, self._euler(u, here, spread, h), new),
            lambda: new,
        )

    def _scale(self, dtype: Any) -> Any:
        scale = np.array([s.scale for s in self.table.species], dtype=dtype)
        return scale[:, None, None, None]

    def _rates(self, u: State, here: SimpleNamespace, spread: Any) -> State:
        total = jnp.stack(self.table.change(u, here))
        if self._moving:
            first, last = self._moving[0], self._moving[-1] + 1
            flux = spread[:, None] * here.conductance * (u[first:last, 1:] - u[first:last, :-1])
            nothing = jnp.zeros_like(flux[:, :1])
            into = jnp.concatenate([flux, nothing], 1) - jnp.concatenate([nothing, flux], 1)
            total = total.at[first:last].add(into / here.width)
        return _barrier(total)

    def _diffusivities(self, here: SimpleNamespace, dtype: Any) -> Any:
        """Diffusion coefficients of the species that move, shape (moving, 1, members)."""
        if not self._moving:
            return None
        rows = range(self._moving[0], self._moving[-1] + 1)
        names = [self.table.species[i].diffusivity for i in rows]
        zero = jnp.zeros(here.width.shape[1:], dtype)
        return jnp.stack([zero + getattr(here, name) if name else zero for name in names])

    def _couplings(self, u: State, here: SimpleNamespace) -> dict[tuple[int, int], Any]:
        """Derivatives of the speeds along the cascade: ``{(changed, read): field}``."""
        table = self.table
        entries: dict[tuple[int, int], Any] = {}
        by_species: dict[str, list[tuple[str, str, float]]] = {}
        for row, up, changed, amount in table.couplings():
            by_species.setdefault(up, []).append((row, changed, amount))
        for up, uses in by_species.items():
            column = table.index[up]

            def speeds(x: Any, up: str = up) -> Mapping[str, Any]:
                state = table.named(u)
                setattr(state, up, x)
                return table.speeds(state, here)

            _, slope = jax.jvp(speeds, (u[column],), (jnp.ones_like(u[column]),))
            for row, changed, amount in uses:
                key = (table.index[changed], column)
                entries[key] = entries.get(key, 0.0) + amount * slope[row]
        return {key: _barrier(value) for key, value in entries.items()}

    def _solve_cascade(self, right: State, matrix: dict[tuple[int, int], Any], hg: Any) -> State:
        """Solve ``(I - hγL) x = right`` cell by cell, species after species."""
        solved: list[Any] = []
        for i in range(len(self.table.species)):
            value = right[i]
            for j in range(i):
                if (i, j) in matrix:
                    value = value + hg * matrix[i, j] * solved[j]
            if (i, i) in matrix:
                value = value / (1.0 - hg * matrix[i, i])
            solved.append(value)
        return _barrier(jnp.stack(solved))

    def _factorise(self, spread: Any, here: SimpleNamespace, hg: Any) -> Any:
        """Thomas factors of ``I - hγD``: inverse pivots and upper ratios, cells first."""
        if not self._moving:
            return None
        up, down = self._neighbours(spread, here, hg)

        def pivot(ratio: Any, ends: tuple[Any, Any]) -> tuple[Any, tuple[Any, Any]]:
            upper, lower = ends
            inverse = 1.0 / (1.0 + upper + lower - upper * ratio)
            return lower * inverse, (inverse, lower * inverse)

        _, factors = lax.scan(pivot, jnp.zeros_like(up[0]), (up, down))
        return factors

    def _neighbours(self, spread: Any, here: SimpleNamespace, hg: Any) -> tuple[Any, Any]:
        """Couplings to the cell above and below, ``hγ·D/(width·distance)``, cells first."""
        between = hg * here.conductance[:, None] * spread
        nothing = jnp.zeros_like(between[:1])
        up = jnp.concatenate([nothing, between]) / here.width[:, None]
        down = jnp.concatenate([between, nothing]) / here.width[:, None]
        return up, down

    def _solve_depth(self, right: State, factors: Any, here: SimpleNamespace, hg: Any) -> State:
        """Solve ``(I - hγD) x = right`` for the species that move."""
        if not self._moving:
            return right
        first, last = self._moving[0], self._moving[-1] + 1
        inverse, ratio = factors
        spread = self._diffusivities(here, right.dtype)
        up, _ = self._neighbours(spread, here, hg)
        cells_first = jnp.moveaxis(right[first:last], 1, 0)

        def forward(above: Any, cell: tuple[Any, Any, Any]) -> tuple[Any, Any]:
            value, upper, pivot = cell
            value = (value + upper * above) * pivot
            return value, value

        def backward(below: Any, cell: tuple[Any, Any]) -> tuple[Any, Any]:
            value, lower = cell
            value = value + lower * below
            return value, value

        start = jnp.zeros_like(cells_first[0])
        _, half = lax.scan(forward, start, (cells_first, up, inverse))
        _, full = lax.scan(backward, start, (half, ratio), reverse=True)
        return right.at[first:last].set(jnp.moveaxis(full, 0, 1))

    def _euler(self, u: State, here: SimpleNamespace, spread: Any, h: Any) -> State:
        """Linearly implicit Euler: gains explicit, losses implicit, then diffusion; never negative.

        What a row moves from one species to a later one is scaled as its loss was, so that a
        transfer makes no mass.
        """
        table = self.table
        speeds = table.speeds(table.named(u), here)
        held = [jnp.maximum(u[i], _NOTHING * s.scale) for i, s in enumerate(table.species)]
        new: list[Any] = []
        for i, species in enumerate(table.species):
            gain, loss = jnp.zeros_like(u[i]), jnp.zeros_like(u[i])
            for row in table.reactions:
                speed = speeds[row.id]
                if species.name in row.consumed:
                    loss = loss + row.consumed[species.name] * speed / held[i]
                if species.name in row.produced:
                    for source in row.consumed:
                        j = table.index[source]
                        if j < i:
                            speed = speed * new[j] / held[j]
                    gain = gain + row.produced[species.name] * speed
            new.append((u[i] + h * gain) / (1.0 + h * loss))
        return self._solve_depth(jnp.stack(new), self._factorise(spread, here, h), here, h)
