"""The verdict as a page that a nurse can act on in one minute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import Any

from pinprick.case import Case
from pinprick.safety.questions import questions
from pinprick.safety.screening import moved
from pinprick.safety.verdict import DECISIONS, Finding, Verdict

GROUPS = {
    "refuse": "Do not needle",
    "refer": "Ask a specialist first",
    "defer": "Wait",
    "caution": "With care",
}
_NOW = {
    "refuse": "Do not treat as planned. Say why, and what would change it.",
    "refer": "Make no date yet. Ask first: {asks}.",
    "defer": "Make no date yet. Wait until: {waits}.",
    "caution": "Heed each point below, before and in every session.",
    "allow": "Nothing to act on. Ask again on the day of each session.",
}
_DATED = "Do not treat before {day}; the course starts then at the earliest."
_OPEN = "Ask {count} first: a verdict covers only what was asked."
_WIDTH = 10 * 10  # columns of a page of text
_COVERS = "A verdict covers only what was asked, and is not a clinician's judgement."


def page(verdict: Verdict, case: Case) -> dict[str, Any]:
    """The verdict in the order in which it is read, as plain data.

    >>> from pinprick.case import example
    >>> from pinprick.safety.screening import screen
    >>> case = Case.loads(example("acne-scars"))
    >>> page(screen(case), case)["now"]
    ['Heed each point below, before and in every session.']
    """
    day = moved(case, verdict)
    start = case.course.start
    return {
        "headline": verdict.headline,
        "decision": verdict.decision,
        "complete": verdict.complete,
        "holds": verdict.holds,
        "now": list(_now(verdict)) if case.person is not None else [],
        "groups": [
            {"name": name, "decision": key, "findings": [_shown(each) for each in found]}
            for key, name in GROUPS.items()
            if (found := [each for each in verdict.findings if each.counts_as == key])
        ],
        "open": _open(verdict),
        "moved": day.isoformat() if day else None,
        "moved_from": start.isoformat() if day and start else None,
        "covers": _COVERS,
    }


def _now(verdict: Verdict) -> Iterator[str]:
    mild = verdict.decision in DECISIONS[:2]
    if not verdict.complete and mild:
        yield _OPEN.format(count=_count(len(verdict.unanswered)))
    counted = [each for each in verdict.findings if each.counts_as == verdict.decision]
    if verdict.until is not None:
        yield _DATED.format(day=verdict.until.isoformat())
    elif verdict.complete or not mild:
        asks = ", ".join(dict.fromkeys(each.ask for each in counted if each.ask))
        waits = "; ".join(dict.fromkeys(each.until or "the finding is over" for each in counted))
        yield _NOW[verdict.decision].format(asks=asks or "a specialist", waits=waits)
    out = [
        each
        for each in verdict.findings
        if each.scope != "course" and DECISIONS.index(each.counts_as) > DECISIONS.index("caution")
    ]
    if not verdict.complete and not mild:
        yield f"Still to ask: {_count(len(verdict.unanswered))}."
    if out and DECISIONS.index(verdict.decision) <= DECISIONS.index("caution"):
        left = dict.fromkeys(_place(each) for each in out)
        yield f"Leave out: {', '.join(left)}."


def _count(number: int) -> str:
    return "1 question" if number == 1 else f"{number} questions"


def _place(finding: Finding) -> str:
    if finding.scope == "course":
        return ""
    spot = f", there only: {finding.title.lower()}" if finding.part else ""
    return f"{finding.of}{spot}" if finding.scope != "zone" else f"zone {finding.of}{spot}"


def _shown(finding: Finding) -> dict[str, Any]:
    return {**finding.as_dict(), "place": _place(finding)}


def _open(verdict: Verdict) -> list[dict[str, str]]:
    group = {name: question.group for name, question in questions().items()}
    return [
        {"id": each.id, "ask": each.ask, "why": each.why, "group": group.get(each.id, "Words")}
        for each in verdict.questions
    ]


def text(verdict: Verdict, case: Case) -> str:
    """The page as lines of text.

    >>> from pinprick.case import example
    >>> from pinprick.safety.screening import screen
    >>> case = Case.loads(example("acne-scars"))
    >>> text(screen(case), case).splitlines()[2:4]
    ['WITH CARE: NO CONTRAINDICATION IN THE ANSWERS GIVEN, BUT POINTS TO HEED',
     '  Heed each point below, before and in every session.']
    """
    made = page(verdict, case)
    lines = [f"{case.title} ({case.code})" if case.code else case.title, ""]
    lines += [made["headline"].upper(), *(f"  {line}" for line in made["now"])]
    if made["moved"]:
        old = f" (was {made['moved_from']})" if made["moved_from"] else ""
        lines.append(f"  First session: {made['moved']}{old}")
    for group in made["groups"]:
        lines += ["", f"{group['name']}:"]
        for each in group["findings"]:
            lines += _lines(each)
    if made["open"]:
        lines += ["", f"To ask ({len(made['open'])}):"]
        lines += _to_ask(made["open"])
    return "\n".join([*(_wrapped(line) for line in lines), "", made["covers"]])


def _wrapped(line: str) -> str:
    indent = " " * (len(line) - len(line.lstrip()))
    return fill(line, _WIDTH, subsequent_indent=indent, break_long_words=False)


def _lines(each: dict[str, Any]) -> Iterator[str]:
    place = f" [{each['place']}]" if each["place"] else ""
    yield f"  {each['rule']}  {each['title']}{place}"
    yield f"       {each['reason']}"
    if each["overridden"]:
        yield f"       {each['decision']}, {each['overridden']}"
    if each["ask"]:
        yield f"       Ask: {each['ask']}"
    if each["until"]:
        yield f"       Until: {each['until']}"
    yield f"       Changes it: {each['changes']}"
    cited = ", ".join(row.rpartition(":")[2] for row in each["sources"]) or "no source: judgement"
    differ = "; sources differ, see --json" if each["conflict"] else ""
    yield f"       ({each['grade']}; {cited}{differ})"


def _to_ask(rows: Sequence[dict[str, str]]) -> Iterator[str]:
    group = ""
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            yield f"  {group}"
        yield f"    {row['ask']}  ({row['id']})"
