"""What happens in each cell of a medium by reaction, whatever its neighbours; in JAX.

Rates by the table's rows, the downstream couplings that stand in a step's matrix, the solution of
that matrix by forward substitution, and the step that stays positive. Both steppers take them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

# isort: off
from pinprick.medium import engine  # noqa: F401  (sets flags before JAX starts)
import jax
import jax.numpy as jnp
from jax import lax

# isort: on
from pinprick.medium.method import NOTHING
from pinprick.medium.reactions import ReactionTable

State = Any
Here = Mapping[str, Any]
Evolve = Callable[[SimpleNamespace, Any], SimpleNamespace]
Entries = dict[tuple[int, int], Any]
# Keeps XLA from fusing what is on either side, which would work it out again and again.
barrier: Callable[[Any], Any] = lax.optimization_barrier


def at_time(values: Here, time: Any, evolve: Evolve | None) -> SimpleNamespace:
    """Fields by name at a time since the start of a walk."""
    here = SimpleNamespace(**values, time=time)
    return evolve(here, time) if evolve else here


def rates(table: ReactionTable, u: State, here: SimpleNamespace) -> State:
    """Change of every species by reaction, none in held cells; shape of the state."""
    react = jnp.stack(table.change(u, here))
    held = getattr(here, "held", None)
    if held is not None:
        free = [1.0 - jnp.zeros_like(u[0]) - held.get(s.name, 0.0) for s in table.species]
        react = react * jnp.stack(free)
    return barrier(react)


def couplings(table: ReactionTable, u: State, here: SimpleNamespace) -> Entries:
    """Derivatives of the speeds along the cascade: ``{(changed, read): field}``."""
    entries: Entries = {}
    by_species: dict[str, list[tuple[str, str, float]]] = {}
    for row, up, changed, amount in table.couplings():
        by_species.setdefault(up, []).append((row, changed, amount))
    for up, uses in by_species.items():
        column = table.index[up]

        def speeds(x: Any, up: str = up) -> Mapping[str, Any]:
            state = table.named(u, here)
            setattr(state, up, x)
            return table.speeds(state, here)

        _, slope = jax.jvp(speeds, (u[column],), (jnp.ones_like(u[column]),))
        for row, changed, amount in uses:
            key = (table.index[changed], column)
            entries[key] = entries.get(key, 0.0) + amount * slope[row]
    held = getattr(here, "held", None) or {}
    for (i, j), value in entries.items():
        entries[i, j] = barrier(value * (1.0 - held.get(table.species[i].name, 0.0)))
    return entries


def solve_cascade(right: State, matrix: Entries, hg: Any) -> State:
    """Solve ``(I - hγL) x = right`` cell by cell, species after species; ``hg`` is hγ."""
    solved: list[Any] = []
    for i in range(len(right)):
        value = right[i]
        for j in range(i):
            if (i, j) in matrix:
                value = value + hg * matrix[i, j] * solved[j]
        if (i, i) in matrix:
            value = value / (1.0 - hg * matrix[i, i])
        solved.append(value)
    return barrier(jnp.stack(solved))


def euler(table: ReactionTable, u: State, here: SimpleNamespace, h: Any) -> State:
    """A step of linearly implicit Euler: gains explicit, losses implicit; never negative."""
    speeds = table.speeds(table.named(u, here), here)
    held = [jnp.maximum(u[i], NOTHING * s.scale) for i, s in enumerate(table.species)]
    fixed = getattr(here, "held", None) or {}
    new: list[Any] = []
    for i, species in enumerate(table.species):
        gain, loss = table.gain_and_loss(i, speeds, held, new)
        value = (u[i] + h * gain) / (1.0 + h * loss)
        stay = fixed.get(species.name, 0.0)
        new.append(value * (1.0 - stay) + u[i] * stay)
    return jnp.stack(new)
