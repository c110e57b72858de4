"""The registry: every number of the program, declared once, with its source.

Files beside this one:

``parameters/STAGE.toml``
    one table a parameter: ``title, value, unit, valid, spread, basis, doubt, rows, quotes, note``.
``facts/original.csv``
    rows of published measurements as they were collected, with a hash; never edited.
``facts/curated.csv``
    the same rows read by hand into number, unit, standard deviation, cohort and ``same_as``.
``studies.toml``
    published protocols with their results.
``tables/*.csv``
    tables of joint draws, whose columns are never sampled apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files

from pinprick.evidence import reading
from pinprick.evidence.records import Fact, Parameter, Spread, Study
from pinprick.faults import Fault, InputError, hint


@dataclass(frozen=True)
class Registry:
    """All parameters, facts and studies; immutable. ``with_values`` gives a changed copy.

    >>> r = registry()
    >>> r.parameter("needling.roller_holes_per_pass").basis
    'derived'
    """

    parameters: Mapping[str, Parameter]
    facts: Mapping[str, Fact]
    studies: Mapping[str, Study]
    tables: Mapping[str, reading.Table]
    overrides: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.parameters.values())

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name.

        Raises:
            InputError: if there is none; the fault names the nearest.
        """
        try:
            return self.parameters[name]
        except KeyError:
            listed = "a parameter listed by `pinprick evidence parameters`"
            allowed = listed + hint(name, self.parameters)
            raise InputError([Fault("parameter", name, allowed)]) from None

    def fact(self, row: str) -> Fact:
        """The fact with that id, such as ``mechanics:D007``.

        Raises:
            InputError: if there is none.
        """
        if row not in self.facts:
            raise InputError([Fault("fact", row, "a row of the evidence" + hint(row, self.facts))])
        return self.facts[row]

    def stage(self, name: str) -> tuple[Parameter, ...]:
        """All parameters of one stage, in the order of its file."""
        return tuple(p for p in self if p.stage == name)

    def with_values(self, values: Mapping[str, str]) -> Registry:
        """A copy in which the named parameters are fixed at the given quantities.

        Raises:
            InputError: one line for each unknown name, wrong unit or value outside its range.
        """
        faults: list[Fault] = []
        changed = dict(self.parameters)
        for name, text in values.items():
            try:
                old = self.parameter(name)
                value = reading.read_value(old, str(text))
                changed[name] = replace(old, value=old.checked(value, name), spread=Spread())
            except InputError as error:
                faults.extend(error.faults)
        if faults:
            raise InputError(faults)
        return replace(self, parameters=changed, overrides={**self.overrides, **values})

    def still(self) -> Registry:
        """A copy in which every parameter stands at its value and none is drawn.

        >>> {p.spread.kind for p in registry().still()}
        {'fixed'}
        """
        fixed = {name: replace(p, spread=Spread()) for name, p in self.parameters.items()}
        return replace(self, parameters=fixed)

    def digest(self, names: frozenset[str] | None = None) -> str:
        """Hash of the named parameters (all by default): same numbers, same hash."""
        used = [
            self.parameters[name] for name in sorted(self.parameters if names is None else names)
        ]
        text = [f"{p.name}={p.value!r} {p.spread!r} {p.low!r} {p.high!r}" for p in used]
        for table in sorted({p.spread.table for p in used if p.spread.table}):
            columns = self.tables[table]
            text += [f"{table}.{name}={values.tolist()!r}" for name, values in columns.items()]
        return hashlib.sha256("\n".join(text).encode()).hexdigest()[:16]

    def people_by_cohort(self, rows: Iterable[str]) -> Mapping[str, int]:
        """People in each group behind some rows, counted once however many rows it has.

        >>> dict(registry().people_by_cohort(["clinical:CL001", "clinical:CL002"]))
        {'alam-2014': 15}
        """
        people: dict[str, int] = {}
        for fact in map(self.fact, rows):
            people[fact.cohort] = max(people.get(fact.cohort, 0), fact.n or 0)
        return people

    @cached_property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Each paper or document, with the ids of the facts seen in it."""
        found: dict[str, list[str]] = {}
        for fact in self.facts.values():
            found.setdefault(fact.source, []).append(fact.id)
        return {source: tuple(rows) for source, rows in sorted(found.items())}


@cache
def registry() -> Registry:
    """The registry that ships with the program, read once.

    Raises:
        InputError: if the shipped files are at fault.

    >>> one = registry().parameter("needling.preparation_time")
    >>> one.unit, one.basis, one.rows
    ('min', 'assumed', ('safety:SAF170',))
    """
    parameters, facts, studies, tables = reading.read_all(files("pinprick.evidence"))
    return Registry(parameters, facts, studies, tables)
