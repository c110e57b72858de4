"""Screening: the answers of a case held against the rules, combined to one verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pinprick.case import Case
from pinprick.case.settings import Override, days
from pinprick.safety import words
from pinprick.safety.facts import ASKED_LISTS, Known, known
from pinprick.safety.questions import contradicts, questions
from pinprick.safety.rules import Facts, Rule, holds, rules
from pinprick.safety.verdict import (
    DECISIONS,
    NOT_APPLICABLE,
    Decision,
    Finding,
    Open,
    Verdict,
    mildest,
    worst,
)


def screen(case: Case) -> Verdict:
    """May this person be needled as planned, when, and what must happen first?

    A verdict covers only what was asked: it is not complete while anything is unanswered. A study
    is not screened.

    Raises:
        InputError: if an answer, a setting or an override cannot be.

    >>> from pinprick.case import example
    >>> verdict = screen(Case.loads(example("acne-scars")))
    >>> verdict.decision, verdict.complete
    ('caution', True)
    """
    if case.person is None:
        return Verdict(NOT_APPLICABLE, complete=True)
    made = known(case)
    findings = sorted(
        _findings(made), key=lambda each: -DECISIONS.index(each.counts_as)
    )  # the order of the rules is kept within a decision
    decision, counted = _combine(made, findings)
    missing = tuple(_unanswered(made))
    return Verdict(
        decision=decision,
        complete=not missing,
        unanswered=tuple(each.id for each in missing),
        findings=tuple(findings),
        until=_until(counted) if decision == "defer" else None,
        questions=missing,
    )


def _findings(made: Known) -> Iterator[Finding]:
    for rule in rules().values():
        for of, facts in _places(made, rule.scope):
            if rule.applies(facts):
                finding = _finding(made.case, rule, of, facts)
                if finding is not None:
                    yield finding


def _places(made: Known, scope: str) -> Iterator[tuple[str, Facts]]:
    """What a rule of that scope is held against, each with its facts."""
    if scope == "course":
        yield "course", made.of_course()
    elif scope == "zone":
        for step, zone in made.zones:
            yield zone.name, made.of_zone(step, zone)
    elif scope == "device":
        tools = {step.device: step for step, _ in made.zones}
        for name, step in tools.items():
            yield name, made.of_device(step)
    else:
        for name, role in made.products:
            yield name, made.of_product(name, role)


def _finding(case: Case, rule: Rule, of: str, facts: Facts) -> Finding | None:
    """The finding of a rule that applies; nothing if its wait is over before the course."""
    own = case.clinic.waits.get(rule.wait) if case.clinic and rule.wait else None
    until = rule.waits_until(facts, None if own is None else days(own))
    start = case.course.start
    over = until is not None and start is not None and until <= start
    if over and rule.past != "keep":
        return None
    event = rule.until.get("event")
    decision, reason = rule.decision, rule.reason
    if _is_specialist(case, rule):
        decision = mildest([decision, "caution"])
        reason = f"Specialist decision: {reason}"
    return Finding(
        rule=rule.id,
        title=rule.title,
        scope=rule.scope,
        of=of,
        decision=decision,
        reason=reason,
        ask=rule.ask,
        sources=rule.rows,
        until=until.isoformat() if until is not None and not over else event,
        grade=rule.grade,
        needs=tuple(name for name in rule.when if name in questions()),
        changes=rule.changes,
        conflict=rule.conflict,
        part=rule.part,
        override=_override(case, rule),
    )


def _is_specialist(case: Case, rule: Rule) -> bool:
    if not rule.specialist or case.operator != "physician":
        return False
    mine = case.clinic.specialty if case.clinic else None
    return rule.ask in ("physician", mine)


def _override(case: Case, rule: Rule) -> str:
    for each in case.overrides:
        if each.rule in (rule.id, rule.rule) and not rule.never_override:
            return _said(each)
    return ""


def _said(override: Override) -> str:
    by = f"{override.name} ({override.operator})"
    return f"set aside by {by} on {override.date.isoformat()}: {override.reason}"


def _combine(made: Known, findings: Sequence[Finding]) -> tuple[Decision, list[Finding]]:
    """The decision of the course, and the findings that set it.

    A zone counts with its own findings and those of its device; the course can leave out all zones
    but the mildest. Whatever it must leave out is at least a caution.
    """
    own = [finding for finding in findings if finding.scope == "course"]
    by_zone: dict[str, list[Finding]] = {}
    for step, zone in made.zones:
        by_zone[zone.name] = [
            finding
            for finding in findings
            if (finding.scope == "zone" and finding.of == zone.name and not finding.part)
            or (finding.scope == "device" and finding.of == step.device)
        ]
    decided = {name: worst(f.counts_as for f in found) for name, found in by_zone.items()}
    zones = mildest(decided.values())
    others = worst(mildest([f.counts_as, "caution"]) for f in findings if f.scope != "course")
    decision = worst([*(f.counts_as for f in own), zones, others])
    counted = [f for f in own if f.counts_as == decision]
    if zones == decision:
        names = [name for name, each in decided.items() if each == decision]
        counted += [f for name in names for f in by_zone[name] if f.counts_as == decision]
    return decision, counted


def _until(findings: Sequence[Finding]) -> date | None:
    """The latest day, if every finding that counts has one."""
    ends = [finding.day for finding in findings]
    known_ends = [end for end in ends if end is not None]
    return max(known_ends) if known_ends and len(known_ends) == len(ends) else None


def _unanswered(made: Known) -> Iterator[Open]:
    """Questions that are asked in this case and have no answer, and words that nobody knows."""
    for name, question in questions().items():
        if not _is_asked(question.asked, made):
            continue
        value = made.values.get(name)
        if contradicts(value):
            yield Open(name, question.ask, "two answers contradict each other")
        elif value is None and not question.optional:
            yield Open(name, question.ask, question.why)
    person = made.case.person
    for name, ask in ASKED_LISTS.items():
        if getattr(person, name) is None:
            yield Open(name, ask, "many rules are about it")
    for kind, word in made.unknown_words:
        meant = words.near(kind, word)
        hint = f" Did you mean {meant}?" if meant else ""
        what = kind.replace("_", " ")
        yield Open(f"{kind}: {word}", f"What is “{word}”, named under {what}?{hint}", "not known")


def _is_asked(asked: Mapping[str, object], made: Known) -> bool:
    return holds(asked, made.values)


def moved(case: Case, verdict: Verdict) -> date | None:
    """The day to which the course moves, if the verdict moves it.

    >>> from pinprick.case import example
    >>> case = Case.loads(example("acne-scars"))
    >>> moved(case, screen(case)) is None
    True
    """
    start = case.course.start
    if verdict.until is None or (start is not None and start >= verdict.until):
        return None
    return verdict.until
