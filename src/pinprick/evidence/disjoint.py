"""No measurement may both set the model and count as a test of it, under whatever id it stands."""

from __future__ import annotations

from collections.abc import Iterable

from pinprick.evidence.registry import Registry


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
