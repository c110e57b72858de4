"""Whether a reaction table is linear where it stands, and its steps if it is.

Linear is meant narrowly: each species is gained at a rate, and lost at a rate times itself, that
depend on no species. Heat with perfusion and drugs that are cleared are so. What depends on what is
read from the program that JAX makes of the derivative of the speeds, not tried at a few states.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

# isort: off
from pinprick.medium import engine  # noqa: F401  (sets flags before JAX starts)
import jax

# isort: on
from pinprick.medium.patch.operator import Operator
from pinprick.medium.patch.series import Series
from pinprick.medium.reactions import ReactionTable

Field = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Linear:
    """Steps of a linear table: ``own`` species by a series, the others cell by cell.

    ``loss`` and ``gain`` have the shape (species, cells, y, x).
    """

    series: Series | None
    own: slice
    loss: Field
    gain: Field

    @classmethod
    def of(
        cls,
        table: ReactionTable,
        values: dict[str, Any],
        op: Operator | None,
        own: slice,
        shape: Any,
    ) -> Linear:
        """The steps of a table with the fields of ``here``.

        Raises:
            ValueError: if the table is not linear, or cells are held or stirred.
        """
        if op is not None and (op.free is not None or op.stirred is not None):
            raise ValueError("series: cells must not be held or stirred")
        loss, gain = rates(table, values, shape)
        series = None if op is None else Series(op, loss[own], gain[own])
        return cls(series, own, loss, gain)

    def step(self, u: Field, h: float, tolerance: float) -> Field:
        """Amount per volume after ``h``, shape (species, cells, y, x)."""
        passed = np.where(
            self.loss > 0, -np.expm1(-h * self.loss) / np.where(self.loss > 0, self.loss, 1.0), h
        )
        new = np.asarray(u + passed * (self.gain - self.loss * u))
        if self.series is not None:
            new[self.own] = self.series.step(u[self.own], h, tolerance)
        return new

    def through(self, u: Field, h: float, tolerance: float) -> Field:
        """What a step books, shape (4, species that move): top, bottom, held, reaction."""
        if self.series is None:
            return np.zeros((4, 0))
        top, bottom, made = self.series.through(u[self.own], h, tolerance)
        return np.stack([top, bottom, np.zeros_like(top), made])


def rates(table: ReactionTable, values: dict[str, Any], shape: Any) -> tuple[Field, Field]:
    """Loss per time and gain of a linear table, each of shape (species, cells, y, x).

    >>> from pinprick.medium.reactions import Reaction, Species
    >>> drug = Species("drug", "1", 1.0, "solute")
    >>> rows = (Reaction("decay", "decay", ("drug",), {"drug": 1}),)
    >>> table = ReactionTable((drug,), rows, lambda s, k: {"decay": k.decay * s.drug})
    >>> rates(table, {"decay": 0.5}, (1, 1, 1))[0].item()
    0.5

    Raises:
        ValueError: if the table is not linear in the sense of this module.
    """
    here = SimpleNamespace(**values, time=0.0)
    one = tuple(np.ones(shape) for _ in table.species)

    def change(u: Any) -> Any:
        return tuple(table.change(u, here))

    def slope(u: Any, du: Any) -> Any:
        return jax.jvp(change, (u,), (du,))[1]

    count = len(table.species)
    with jax.enable_x64(True):
        made = jax.make_jaxpr(slope)(one, one).jaxpr
        for i, read in enumerate(_read(made, [{j} for j in range(2 * count)])):
            if not read <= {count + i}:
                raise ValueError(
                    f"series: the rate of {table.species[i].name} is not a gain less a loss times "
                    "itself; take steps of the usual kind"
                )
        gain = np.stack([np.asarray(part) for part in change(tuple(0.0 * u for u in one))])
        loss = -np.stack([np.asarray(part) for part in slope(one, one)])
    if np.any(loss < 0):
        raise ValueError("series: a species grows by itself")
    return np.broadcast_to(loss, (count, *shape)), np.broadcast_to(gain, (count, *shape))


def _read(program: Any, given: list[set[int]]) -> list[set[int]]:
    """Which inputs each output of a program depends on; ``given`` those of its own inputs."""
    from_: dict[Any, set[int]] = dict(zip(program.invars, given, strict=True))

    def of(value: Any) -> set[int]:
        return set() if hasattr(value, "val") else from_.get(value, set())

    for line in program.eqns:
        reads = [of(v) for v in line.invars]
        inner = line.params.get("jaxpr") or line.params.get("call_jaxpr")
        inner = getattr(inner, "jaxpr", inner)
        if inner is not None and len(inner.invars) == len(reads):
            found = _read(inner, reads)
        else:
            found = [set().union(*reads)] * len(line.outvars)
        from_.update(zip(line.outvars, found, strict=True))
    return [of(v) for v in program.outvars]
