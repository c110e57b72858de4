"""What happens in each cell of a patch, compiled once for each set of shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# isort: off
from pinprick.medium import engine  # noqa: F401  (sets flags before JAX starts)
import jax

# isort: on
from pinprick.medium import cells
from pinprick.medium.cells import Evolve
from pinprick.medium.reactions import ReactionTable


@dataclass(frozen=True)
class Reacting:
    """The cells' part of a step (:mod:`pinprick.medium.cells`) for a table and what changes it."""

    table: ReactionTable
    evolve: Evolve | None

    @cached_property
    def fields(self) -> Callable[..., dict[str, Any]]:
        """Fields by name at a time: ``(values, t)``."""
        return jax.jit(lambda values, t: vars(self._at(values, t)))

    @cached_property
    def rates(self) -> Callable[..., Any]:
        """Change of every species: ``(u, values, t)``."""
        return jax.jit(lambda u, values, t: cells.rates(self.table, u, self._at(values, t)))

    @cached_property
    def couplings(self) -> Callable[..., Any]:
        """Entries of a step's matrix: ``(u, values, t)``."""
        return jax.jit(lambda u, values, t: cells.couplings(self.table, u, self._at(values, t)))

    @cached_property
    def cascade(self) -> Callable[..., Any]:
        """Solution of that matrix: ``(right, matrix, hg)``."""
        return jax.jit(cells.solve_cascade)

    @cached_property
    def speeds(self) -> Callable[..., Any]:
        """Speed of every row: ``(u, values, t)``."""

        def speeds(u: Any, values: Any, t: Any) -> Any:
            here = self._at(values, t)
            return dict(self.table.speeds(self.table.named(u, here), here))

        return jax.jit(speeds)

    def _at(self, values: Any, t: Any) -> Any:
        return cells.at_time(values, t, self.evolve)
