"""Does every parameter say what its sources say? The test of quotations."""

from __future__ import annotations

from collections.abc import Iterator

from pinprick.evidence.records import Parameter, Quote
from pinprick.evidence.registry import Registry

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
    stated = number(parameter, quote.gives)
    if cell is None:
        yield f"{where} has no {quote.cell} in the curated table"
    elif stated is None:
        yield f"{where}: a spread {parameter.spread.kind} has no {quote.gives}"
    elif abs(cell * quote.factor - stated) > TOLERANCE * abs(stated):
        yield (
            f"{where} {quote.cell} {cell:g} x {quote.factor:g} = {cell * quote.factor:g}, "
            f"but {quote.gives} is {stated:g} {parameter.unit}"
        )


def number(parameter: Parameter, gives: str) -> float | None:
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
