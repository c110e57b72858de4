"""Reactions as data: a static table and one function for its speeds.

A row says what it consumes, what it produces with which yield and which species its speed reads.
The speeds come from one function ``speeds(state, here)`` written in plain operators and the named
functions below, so that any array type runs it. From the table follow gain and loss, the budget,
the couplings that the stepper's matrix holds, and the documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any


def saturating(x: Any, half: Any) -> Any:
    """``x / (half + x)``: rises from 0 to 1, one half at ``half``.

    >>> saturating(3.0, 1.0)
    0.75
    """
    return x / (half + x)


def hill(x: Any, half: Any) -> Any:
    """``x² / (half² + x²)``: a switch with Hill power 2.

    >>> hill(2.0, 1.0)
    0.8
    """
    return x * x / (half * half + x * x)


def positive(x: Any) -> Any:
    """``x`` where it is positive, else 0, in plain operators.

    >>> positive(-3.0), positive(2.0)
    (0.0, 2.0)
    """
    return 0.5 * (x + abs(x))


@dataclass(frozen=True, slots=True)
class Species:
    """A field of the medium: its name, unit, the size that counts as one, and how it spreads.

    ``diffusivity`` names the value of ``here`` that holds its diffusion coefficient; without one it
    stays where it is. ``storage`` names its storage (partition coefficient), 1 if empty.
    """

    name: str
    unit: str
    scale: float
    meaning: str
    diffusivity: str = ""
    storage: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """One row: ``consumed`` and ``produced`` map species to yields per unit of the row's speed."""

    id: str
    meaning: str
    reads: tuple[str, ...]
    consumed: Mapping[str, float] = field(default_factory=dict)
    produced: Mapping[str, float] = field(default_factory=dict)
    rate: str = ""
    parameters: tuple[str, ...] = ()


Speeds = Callable[[Any, Any], Mapping[str, Any]]
Closed = Callable[[Any], Any]


@dataclass(frozen=True)
class ReactionTable:
    """Species in the order of their cascade, the rows, and the function of their speeds.

    The order matters only for speed and accuracy of stepping: a row that reads an earlier species
    and changes a later one is solved implicitly with it, one that reads a later one is not.

    ``closed`` holds fields that need no stepping: a name, and its value as a function of ``here``,
    whose ``time`` counts from the start of the walk. The speeds read them like species.

    >>> table = ReactionTable(
    ...     (Species("drug", "mg/mL", 1.0, "drug"), Species("spent", "mg/mL", 1.0, "drug spent")),
    ...     (Reaction("1", "the drug is spent", ("drug",), {"drug": 1}, {"spent": 2}),),
    ...     lambda s, k: {"1": k.rate * s.drug},
    ... )
    >>> table.change([3.0, 0.0], SimpleNamespace(rate=0.5))
    [-1.5, 3.0]
    >>> table.couplings()
    (('1', 'drug', 'drug', -1), ('1', 'drug', 'spent', 2))
    """

    species: tuple[Species, ...]
    reactions: tuple[Reaction, ...]
    speeds: Speeds
    closed: Mapping[str, Closed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {s.name for s in self.species}
        both = known & set(self.closed)
        if both:
            raise ValueError(f"stepped and in closed form: {sorted(both)}")
        for row in self.reactions:
            strange = {*row.reads, *row.consumed, *row.produced} - known
            if strange:
                raise ValueError(f"reaction {row.id}: unknown species {sorted(strange)}")
        for what, names in (
            ("species", [s.name for s in self.species]),
            ("reaction", [r.id for r in self.reactions]),
        ):
            if len(set(names)) != len(names):
                raise ValueError(f"{what} named twice")

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Position of each species in the state's first axis."""
        return {s.name: i for i, s in enumerate(self.species)}

    @cached_property
    def moving(self) -> slice:
        """Which species diffuse, as a slice of the state's first axis.

        Raises:
            ValueError: if they do not stand together.
        """
        places = [i for i, s in enumerate(self.species) if s.diffusivity]
        if not places:
            return slice(0, 0)
        if places != list(range(places[0], places[-1] + 1)):
            raise ValueError("species that move must stand together in the table")
        return slice(places[0], places[-1] + 1)

    def named(self, state: Any, here: Any = None) -> SimpleNamespace:
        """The stacked state, shape (species, ...), as attributes by name, closed forms with it."""
        fields = {s.name: state[i] for i, s in enumerate(self.species)}
        return SimpleNamespace(**fields, **{name: form(here) for name, form in self.closed.items()})

    def change(self, state: Any, here: Any) -> list[Any]:
        """Rate of change of every species by reaction, in order; each shaped like ``state[0]``."""
        speeds = self.speeds(self.named(state, here), here)
        total: list[Any] = [0.0 * state[i] for i in range(len(self.species))]
        for row in self.reactions:
            for name, amount in row.consumed.items():
                total[self.index[name]] = total[self.index[name]] - amount * speeds[row.id]
            for name, amount in row.produced.items():
                total[self.index[name]] = total[self.index[name]] + amount * speeds[row.id]
        return total

    def gain_and_loss(
        self, i: int, speeds: Mapping[str, Any], held: Sequence[Any], new: Sequence[Any]
    ) -> tuple[Any, Any]:
        """What species ``i`` gains, and loses per amount, in a step that leaves nothing negative.

        What a row moves here from an earlier species is scaled as the loss there was, so that a
        transfer makes no mass.

        Args:
            i: position of the species.
            speeds: of every row, at the start of the step.
            held: amount of every species at the start, none of them 0.
            new: amounts after the step, at least of those before ``i``.
        """
        name = self.species[i].name
        gain = loss = 0.0 * held[i]
        for row in self.reactions:
            speed = speeds[row.id]
            if name in row.consumed:
                loss = loss + row.consumed[name] * speed / held[i]
            if name in row.produced:
                for j in (self.index[source] for source in row.consumed):
                    speed = speed * new[j] / held[j] if j < i else speed
                gain = gain + row.produced[name] * speed
        return gain, loss

    def couplings(self) -> tuple[tuple[str, str, str, float], ...]:
        """Entries of the stepper's matrix: ``(row, reads, changes, yield)`` along the cascade.

        A loss that reads its own species stands on the diagonal; growth (a gain that reads its
        own species) and upstream feedback stay out, for they would not be damped.
        """
        entries = []
        for row in self.reactions:
            for up in row.reads:
                for name, amount in row.consumed.items():
                    if self.index[name] >= self.index[up]:
                        entries.append((row.id, up, name, -amount))
                for name, amount in row.produced.items():
                    if self.index[name] > self.index[up]:
                        entries.append((row.id, up, name, amount))
        return tuple(entries)
