"""Guards of the numbers: parameters say what their sources say, and no source is used twice.

Both are for whoever adds a measurement or a parameter; the tests run them over the whole registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pinprick.evidence import Parameter, Quote, Registry

TOLERANCE = 1e-2


def misquotes(registry: Registry) -> list[str]:
    """What is wrong with the sources of the parameters, a line each.

    A cited row must exist; a quoted cell, times its factor, must be the parameter's number in its
    declared unit to 1 %; a parameter ``measured`` must quote; one without rows must be ``assumed``,
    or ``fitted`` with a table of draws, and say why in its note.

    >>> from pinprick.evidence import registry
    >>> misquotes(registry())
    []
    """
    return [line for parameter in registry for line in _misquotes(registry, parameter)]


def _misquotes(registry: Registry, parameter: Parameter) -> Iterator[str]:
    name = parameter.name
    for row in parameter.rows:
        if row not in registry.facts:
            yield f"{name}: no fact {row}"
    for quote in parameter.quotes:
        if quote.row not in parameter.rows:
            yield f"{name}: quotes {quote.row}, which is not among its rows"
        if quote.row in registry.facts:
            yield from _misquote(registry, parameter, quote)
    if parameter.basis == "measured" and not parameter.quotes:
        yield f"{name}: measured, but quotes nothing"
    if not parameter.rows:
        if parameter.basis != "assumed" and not parameter.spread.table:
            yield f"{name}: {parameter.basis}, but names no row"
        if not parameter.note:
            yield f"{name}: no rows and no note"


def _misquote(registry: Registry, parameter: Parameter, quote: Quote) -> Iterator[str]:
    where = f"{parameter.name}: {quote.row}"
    cell = getattr(registry.facts[quote.row], quote.cell)
    stated = _number(parameter, quote.gives)
    if cell is None:
        yield f"{where} has no {quote.cell} in the curated table"
    elif stated is None:
        yield f"{where}: a spread {parameter.spread.kind} has no {quote.gives}"
    elif abs(cell * quote.factor - stated) > TOLERANCE * abs(stated):
        yield (
            f"{where} {quote.cell} {cell:g} x {quote.factor:g} = {cell * quote.factor:g}, "
            f"but {quote.gives} is {stated:g} {parameter.unit}"
        )


def _number(parameter: Parameter, gives: str) -> float | None:
    """The parameter's number that a quote is about, in its declared unit.

    ``low`` and ``high`` are those of the spread, or of the valid range where the spread has none.
    """
    spread = parameter.spread
    if gives == "value":
        return parameter.value / parameter.factor
    if gives == "sd":
        return spread.sd / parameter.factor if spread.sd else None
    ends = spread if spread.kind in ("uniform", "loguniform") else parameter
    return float(getattr(ends, gives)) / parameter.factor


def same(registry: Registry, row: str) -> frozenset[str]:
    """The row, every row that ``same_as`` joins to it, and the whole rows that hold these.

    >>> from pinprick.evidence import registry
    >>> sorted(same(registry(), "mechanics:M052"))
    ['mechanics:M052', 'skin:S-VE7', 'skin:S-VE7/upper_lip']
    """
    found = _joined(registry, row)
    for part in [row for row in found if "/" in row]:
        found |= _joined(registry, part.partition("/")[0])
    return frozenset(found)


def overlaps(
    registry: Registry, fitted: Iterable[str], tested: Iterable[str]
) -> list[tuple[str, str]]:
    """Pairs of a fitted and a tested row that are one measurement.

    They are one when ``same_as`` joins them, when one is a part of the other, or when cohort,
    quantity and condition (arm and time) agree.

    >>> from pinprick.evidence import registry
    >>> overlaps(registry(), ["clinical:CL022"], ["healing:HEAL-MN014", "clinical:CL013"])
    [('clinical:CL022', 'healing:HEAL-MN014')]
    """
    theirs = {other: same(registry, other) for other in sorted(set(tested))}
    found = []
    for one in sorted(set(fitted)):
        mine = same(registry, one)
        key = _measurement(registry, one)
        for other, group in theirs.items():
            if other in mine or one in group or (key and key == _measurement(registry, other)):
                found.append((one, other))
    return found


def _joined(registry: Registry, row: str) -> set[str]:
    """All rows that ``same_as`` joins to one, in either direction and over any number of steps."""
    found: set[str] = set()
    waiting = [row]
    while waiting:
        row = waiting.pop()
        if row not in found:
            found.add(row)
            waiting += registry.fact(row).same_as
            waiting += [fact.id for fact in registry.facts.values() if row in fact.same_as]
    return found


def _measurement(registry: Registry, row: str) -> tuple[str, ...] | None:
    """Cohort, quantity, condition and part of a row; nothing where the cohort is not known."""
    fact = registry.fact(row)
    if not fact.cohort:
        return None
    words = (fact.quantity, fact.original["condition"], fact.id.partition("/")[2])
    return (fact.cohort, *(" ".join(text.lower().split()) for text in words))
