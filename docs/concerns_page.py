"""Tables of the page on concerns: concerns, scales with their scoring, other treatments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pinprick.evidence import listing, registry
from pinprick.evidence.comparators import SAME_DAY, combinations, comparators, cost
from pinprick.evidence.concerns import concerns
from pinprick.evidence.scales import scales, scales_for

Table = Callable[[Sequence[str], Iterable[Sequence[object]]], str]


def pages(table: Table) -> dict[str, str]:
    """Fragments that the page on concerns includes."""
    return {
        "concerns.txt": _concerns(table),
        "scales.txt": _scales(table),
        "comparators.txt": _comparators(table),
    }


def _concerns(table: Table) -> str:
    rows, reasons, links = [], [], []
    for found in concerns().values():
        kinds = ", ".join(found.subtypes) or "none"
        read_by = ", ".join(each.name for each in scales_for(found.name))
        said = {"forecast": "yes", "range": "plain range", "not_forecast": "no"}[found.forecast]
        rows.append((found.name, found.seen, found.evidence, said, read_by, kinds))
        links.append((found.name, found.is_, found.link, found.how))
        for site in ("", *found.at):
            reason = found.reason(site)
            if reason:
                what = f"{found.name}, {site}" if site else found.name
                reasons.append(
                    (what, reason.why, reason.known, found.range_at(site), ", ".join(reason.rows))
                )
    return "\n".join(
        [
            table(("concern", "seen as", "evidence", "forecast", "scales", "kinds"), rows),
            "\n### From tissue to what is seen\n",
            table(("concern", "what it is", "from tissue to scale", "what is forecast"), links),
            "\n### What is not forecast\n",
            table(("concern", "why not", "what is known", "plain range", "rows"), reasons),
        ]
    )


def _scales(table: Table) -> str:
    columns, rows = listing.scales(registry())
    keep = [columns.index(name) for name in ("scale", "range", "counts as better",
            "matters to people", "one reading can tell", "definition")]  # fmt: skip
    first = table([columns[i] for i in keep], [[row[i] for i in keep] for row in rows])
    scored = [
        (found.title, found.definition.says, _parts(found.name), found.definition.source)
        for found in scales().values()
    ]
    steps = [
        (found.name, f"{step:g}", said)
        for found in scales().values()
        for step, said in sorted(found.grades.items())
    ]
    return "\n".join(
        [
            first,
            "\n### How each is scored\n",
            table(("scale", "how", "parts (weight, ratings)", "source"), scored),
            "\n### What each grade says\n",
            table(("scale", "grade", "in our words"), steps),
        ]
    )


def _parts(name: str) -> str:
    return "; ".join(
        f"{part.name} ({part.weight:g}, {part.low:g} to {part.high:g})"
        for part in scales()[name].definition.parts
    )


def _comparators(table: Table) -> str:
    columns, rows = listing.comparators(registry())
    names = list(concerns())
    costs = []
    for each in comparators().values():
        priced = cost(each, names)
        costs.append((each.title, priced.session, priced.course, "; ".join(priced.per_gain)))
    both = [(each.title, each.how, each.says) for each in combinations().values()]
    return "\n".join(
        [
            table(columns, rows),
            "\n### What a course costs\n",
            table(("treatment", "a session", "a course", "a unit of gain"), costs),
            "\n### Together with needling\n",
            table(("what", "how", "what is missing"), both),
            f"\n{SAME_DAY}\n",
        ]
    )
