"""Recording: what a reaction table's speeds do, its matrix and its fall-back, as one graph.

``speeds(state, here)`` runs once on recorded numbers; the derivatives that the stepper's matrix
needs follow from the graph, and are worked out for the declared couplings alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pinprick.medium.graph import CELL, MEMBER, STATE, Graph, Number, below, slopes
from pinprick.medium.method import NOTHING
from pinprick.medium.reactions import ReactionTable


@dataclass(frozen=True)
class _Here:
    """Gives a leaf for any name that the speeds ask for."""

    _graph: Graph
    _local: frozenset[str]

    def __getattr__(self, name: str) -> Number:
        if name in self._local:
            return self._graph.leaf("cell", name, CELL)
        return self._graph.leaf("member", name, MEMBER)


@dataclass(frozen=True)
class Recorded:
    """A table's arithmetic.

    ``local`` names what differs from cell to cell; without ``deep`` there is one cell, in which
    nothing can move.
    """

    table: ReactionTable
    local: frozenset[str] = frozenset()
    deep: bool = True

    @cached_property
    def graph(self) -> Graph:
        """Where all is noted."""
        return Graph()

    @cached_property
    def state(self) -> list[Number]:
        """The species, in order."""
        return [self.graph.leaf("species", i, STATE) for i in range(len(self.table.species))]

    @cached_property
    def step(self) -> Number:
        """Length of the step."""
        return self.graph.leaf("step", "", STATE)

    def here(self) -> Any:
        """What stands for the table's parameters and fields."""
        return _Here(self.graph, self.local)

    @cached_property
    def changes(self) -> list[Number]:
        """Rate of change of every species by reaction."""
        return [self.graph.constant(0.0) + x for x in self.table.change(self.state, self.here())]

    @cached_property
    def speeds(self) -> Mapping[str, Number]:
        """Speed of every row."""
        state = self.table.named(self.state)
        zero = self.graph.constant(0.0)
        return {k: zero + x for k, x in self.table.speeds(state, self.here()).items()}

    @cached_property
    def couplings(self) -> dict[tuple[int, int], Number]:
        """Entries of the matrix, ``(changed, read)``; those that are always 0 are left out."""
        index = self.table.index
        entries: dict[tuple[int, int], Number] = {}
        for up in self.table.species:
            uses = [entry for entry in self.table.couplings() if entry[1] == up.name]
            slope = slopes([self.speeds[row] for row, *_ in uses], self.state[index[up.name]])
            for row, _, changed, amount in uses:
                key = (index[changed], index[up.name])
                entries[key] = entries.get(key, 0.0) + amount * slope[self.speeds[row].id]
        return {key: value for key, value in entries.items() if value.value != 0.0}

    @cached_property
    def spread(self) -> dict[int, Number]:
        """Diffusion coefficients of the species that move."""
        here = self.here()
        return {
            i: getattr(here, s.diffusivity)
            for i, s in enumerate(self.table.species)
            if s.diffusivity and self.deep
        }

    @cached_property
    def euler(self) -> list[Number]:
        """A step of linearly implicit Euler without diffusion, positive at any step."""
        species = self.table.species
        held = [x.at_least(NOTHING * s.scale) for x, s in zip(self.state, species, strict=True)]
        new: list[Number] = []
        for i, x in enumerate(self.state):
            gain, loss = self.table.gain_and_loss(i, self.speeds, held, new)
            new.append((x + self.step * gain) / (1.0 + self.step * loss))
        return new

    def known(self, level: int) -> list[Number]:
        """Numbers of a level that later ones use: worked out once, before the steps."""
        targets = [*self.changes, *self.couplings.values(), *self.spread.values(), *self.euler]
        if level == MEMBER:
            targets += self.known(CELL)
        nodes = below(targets, CELL if level == CELL else MEMBER)
        return [node for node in nodes if node.level == level]

    def leaves(self, kind: str) -> list[str]:
        """Names of the parameters (``member``) or fields (``cell``) that are needed."""
        targets = self.known(MEMBER) + self.known(CELL)
        return sorted({n.data[1] for n in below(targets) if n.op == "leaf" and n.data[0] == kind})
