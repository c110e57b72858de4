"""The registry as tables of text, and citations: what `pinprick evidence` and `cite` print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pinprick.evidence import comparators as treatments
from pinprick.evidence import concerns as complaints
from pinprick.evidence.claims import claims as all_claims
from pinprick.evidence.detectable import detectable
from pinprick.evidence.records import Fact, Parameter, Spread, Study
from pinprick.evidence.registry import Registry
from pinprick.evidence.scales import Scale, scales_for
from pinprick.evidence.scales import scales as all_scales
from pinprick.faults import Fault, InputError, hint

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


def sources(registry: Registry, name: str | None = None) -> Table:
    """Each source with its status, number of facts and address; ``name`` picks by part of it.

    >>> from pinprick.evidence import registry
    >>> sources(registry(), "Lotfi 2013 J")[1][0][0]
    'Lotfi 2013 J Egypt Womens Dermatol Soc 10(3):152-159'
    """
    rows: list[tuple[str, ...]] = []
    for source, ids in _named(registry.sources, name, "source").items():
        facts = [registry.facts[row] for row in ids if "/" not in row]
        rows.append((source, _status(facts), str(len(facts)), _address(facts)))
    return ("source", "status", "facts", "address"), rows


def parameters(registry: Registry, name: str | None = None) -> Table:
    """Each parameter with value, range, spread, basis and rows; ``name`` a stage or part of a name.

    >>> from pinprick.evidence import registry
    >>> parameters(registry(), "healing.debris_loss")[1][0][4]
    'fitted'
    """
    picked = _named(registry.parameters, name, "parameter")
    rows: list[tuple[str, ...]] = [
        (
            p.name,
            p.shown(),
            f"{p.shown(p.low)} to {p.shown(p.high)}",
            spread(p),
            p.basis,
            p.doubt,
            " ".join(p.rows),
            p.title,
        )
        for p in picked.values()
    ]
    return ("name", "value", "valid", "spread", "basis", "doubt", "rows", "what it is"), rows


def studies(registry: Registry, name: str | None = None) -> Table:
    """Each result of each study, with what it is used for.

    >>> from pinprick.evidence import registry
    >>> studies(registry(), "lotfi-2013")[1][0][3:6]
    ('papillary-collagen-masson-percent', 'histology', 'treated')
    """
    picked = _named(registry.studies, name, "study")
    columns = (
        "study",
        "used",
        "concern",
        "scale",
        "observer",
        "arm",
        "statistic",
        "value",
        "people",
        "day",
        "row",
    )
    rows = [_point(study, point) for study in picked.values() for point in study.points]
    return columns, rows


def facts(registry: Registry, name: str | None = None) -> Table:
    """Each fact as read by hand beside the cell as collected.

    >>> from pinprick.evidence import registry
    >>> facts(registry(), "clinical:CL169")[1][0][2:4]
    ('-0.86 (SD 0.66) grades', '-0.86')
    """
    picked = _named(registry.facts, name, "fact")
    rows: list[tuple[str, ...]] = [
        (f.id, f.quantity, reading(f), f.original["value"], f.cohort, f.status, f.source)
        for f in picked.values()
    ]
    return ("id", "quantity", "read as", "as collected", "cohort", "status", "source"), rows


def claims(registry: Registry, name: str | None = None) -> Table:
    """Each claim of popular articles beside what the evidence says; ``name`` an id or a word.

    >>> from pinprick.evidence import registry
    >>> claims(registry(), "C000-06")[1][0][2:4]
    ('unclear', 'No trial of needling for sun spots was found.')
    """
    known = {f"{c.id} {c.topic} {c.claim}": c for c in all_claims().values()}
    asked = (name or "").strip().upper()
    picked = {asked: all_claims()[asked]} if asked in all_claims() else _named(known, name, "claim")
    rows: list[tuple[str, ...]] = [
        (c.id, c.claim, c.verdict, c.says, c.words, " ".join(c.rows), c.status, c.handled, c.topic)
        for c in picked.values()
    ]
    columns = ("id", "articles say", "verdict", "the evidence says", "in short", "rows", "status")
    return (*columns, "handled", "topic"), rows


def concerns(registry: Registry, name: str | None = None) -> Table:
    """Each concern with its scales, evidence, what is forecast, why not, and what is known.

    >>> from pinprick.evidence import registry
    >>> concerns(registry(), "pores")[1][0][:3]
    ('pores', 'gais, dlqi', 'series without a control (1 study, 30 people)')
    """
    rows: list[tuple[str, ...]] = []
    for found in _named(complaints.concerns(), name, "concern").values():
        reason = found.reason()
        rows.append(
            (
                found.name,
                ", ".join(scale.name for scale in scales_for(found.name)),
                found.evidence,
                found.forecast.replace("_", " "),
                found.how,
                reason.why if reason else "",
                reason.known if reason else "",
                " ".join(dict.fromkeys([*found.rows, *(reason.rows if reason else ())])),
                ", ".join(found.subtypes),
                found.is_,
                found.link,
            )
        )
    columns = ("concern", "scales", "evidence", "forecast", "how", "why not", "known", "rows")
    return (*columns, "subtypes", "what it is", "from tissue to scale"), rows


def scales(registry: Registry, name: str | None = None) -> Table:
    """Each scale with range, what counts, what matters, what a reading can tell, and its source.

    >>> from pinprick.evidence import registry
    >>> scales(registry(), "ecca")[1][0][2:5]
    ('none set', 'none published', 'at most 28.5 points (30 in whole steps)')
    """
    rows: list[tuple[str, ...]] = [
        (
            found.name,
            found.range_text,
            found.smallest_change.text if found.smallest_change else "none set",
            found.matters.text if found.matters else "none published",
            told(found),
            found.definition.status,
            found.definition.source,
            " ".join(found.rows),
            found.title,
            found.definition.says,
        )
        for found in _named(all_scales(), name, "scale").values()
    ]
    columns = ("scale", "range", "counts as better", "matters to people", "one reading can tell")
    return (*columns, "definition", "source", "rows", "what it is", "how it is scored"), rows


def comparators(registry: Registry, name: str | None = None) -> Table:
    """Each published figure of another treatment, or of one together with needling.

    >>> from pinprick.evidence import registry
    >>> comparators(registry(), "face-lift")[1][0][:4]
    ('face-lift', 'instead of needling', 'gain', 'laxity')
    """
    rows: list[tuple[str, ...]] = []
    known = {each.name: each for each in treatments.comparators().values()}
    both = {f"with {each.name}": each for each in treatments.combinations().values()}
    for label, found in _named({**known, **both}, name, "treatment").items():
        together = isinstance(found, treatments.Combination)
        how = found.how if isinstance(found, treatments.Combination) else "instead of needling"
        for figure in found.figures:
            concern = figure.concern or "any"
            rows.append((label, how, figure.what, concern, figure.text, figure.row))
        for price in () if together else known[label].prices:
            rows.append((label, how, "cost per session", "any", price.text, price.row))
    return ("treatment", "how", "what", "concern", "published", "row"), rows


def told(scale: Scale) -> str:
    """The smallest change that one reading of a scale can tell, in words.

    >>> told(all_scales()["lemperle"]), told(all_scales()["glogau"])
    ('at most 1.1 grades (2 in whole steps)', 'not known')
    """
    found = detectable(scale)
    return found.said(scale.unit) if found else "not known"


def cite(registry: Registry, rows: Iterable[str]) -> list[str]:
    """Citations of the sources of the given facts: source, status and address, each source once.

    >>> from pinprick.evidence import registry
    >>> cite(registry(), ["healing:HEAL-MN014"])[0].split(" (")[0]
    'Lotfi, Moneib, Yehia 2013 J Egypt Womens Dermatol Soc'
    """
    found: dict[str, list[Fact]] = {}
    for row in rows:
        fact = registry.fact(row)
        found.setdefault(fact.source, []).append(fact)
    return [
        " ".join(f"{source} ({_status(seen)}) {_address(seen)}".split())
        for source, seen in sorted(found.items())
    ]


def spread(parameter: Parameter) -> str:
    """How a parameter varies, in words with its own unit.

    >>> from pinprick.evidence import registry
    >>> spread(registry().parameter("healing.debris_loss"))
    'joint draws: healing_draws, kD'
    """
    s: Spread = parameter.spread
    if s.kind == "fixed":
        return "fixed"
    if s.kind == "joint":
        return f"joint draws: {s.table}, {s.column}"
    if s.kind == "lognormal":
        return f"lognormal, x/ {s.gsd:.4g}"
    if s.kind in ("uniform", "loguniform"):
        return f"{s.kind}, {parameter.shown(s.low)} to {parameter.shown(s.high)}"
    return f"{s.kind}, SD {parameter.shown(s.sd)}"


def reading(fact: Fact) -> str:
    """What was read out of a row, as text: number, spread and unit."""
    unit = "" if fact.unit == "1" else f" {fact.unit}"
    between = f"{_show(fact.low)} to {_show(fact.high)}"
    if fact.kind == "sign" and fact.value is not None:
        return ("falls", "unchanged", "rises")[int(fact.value) + 1]
    if fact.kind == "pair":
        return f"{_show(fact.low)} and {_show(fact.high)}{unit}"
    if fact.value is None:
        return between + unit if fact.kind == "range" else fact.kind
    if fact.sd is not None:
        return f"{_show(fact.value)} (SD {_show(fact.sd)}){unit}"
    inside = f" ({between})" if fact.low is not None or fact.high is not None else ""
    return f"{_show(fact.value)}{inside}{unit}"


def _point(study: Study, point: Mapping[str, Any]) -> tuple[str, ...]:
    value = _show(point["value"])
    if point["low"] is not None:
        value += f" ({_show(point['low'])} to {_show(point['high'])})"
    if point["sd"] is not None:
        value += f" (SD {_show(point['sd'])})"
    words = [
        str(point[key]) for key in ("used", "concern", "scale", "observer", "arm", "statistic")
    ]
    return (study.id, *words, value, _show(point["n"]), _show(point["day"]), str(point["row"]))


def _show(number: float | None) -> str:
    return "?" if number is None else f"{number:.6g}"


def _status(facts: Iterable[Fact]) -> str:
    """How the facts were obtained; what is only recalled is said first."""
    order = ("recalled", "derived", "computed", "read")
    return ", ".join(sorted({fact.status for fact in facts}, key=order.index))


def _address(facts: Iterable[Fact]) -> str:
    return next((fact.address for fact in facts if fact.address), "")


def _named(known: Mapping[str, Any], name: str | None, what: str) -> dict[str, Any]:
    """Entries whose name is or holds ``name``; the nearest names if there is none."""
    if name is None:
        return dict(known)
    if name in known:
        return {name: known[name]}
    asked = name.lower()
    found = {key: entry for key, entry in known.items() if asked in key.lower()}
    if not found:
        allowed = f"a name or part of one{hint(name, known)}"
        raise InputError([Fault(what, name, allowed)])
    return found
