"""Facts of a case: what answers, person, course and free words say, by question and by zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from pinprick.case import Case
from pinprick.courses import Apply, Needle, Numb, Zone
from pinprick.faults import Fault, InputError
from pinprick.people import Person
from pinprick.safety import words
from pinprick.safety.questions import NO, YES, Value, questions, unknown
from pinprick.safety.rules import Facts, rules

FACE = frozenset({"cheek", "forehead", "nose", "chin", "upper lip", "temple", "periorbital"})
NEAR_EYE = frozenset({"periorbital", "temple", "nose"})
NEAR_LIPS = frozenset({"upper lip", "chin"})
SCARS = frozenset({"acne scars", "other scars", "burn scars", "stretch marks"})
CONCERNS = {"melasma": "melasma", "PIH": "pih_history"}
LISTS = ("medicines", "allergies", "history", "previous_treatments")
ASKED_LISTS = {
    "medicines": "Which medicines are taken or used, on the skin too (or `none`)?",
    "allergies": "Which allergies are known (or `none`)?",
}


@dataclass
class Known:
    """Everything that a person's case says: values by question, zones by area question."""

    case: Case
    values: dict[str, Value] = field(default_factory=dict)
    areas: dict[str, frozenset[str]] = field(default_factory=dict)
    unknown_words: list[tuple[str, str]] = field(default_factory=list)
    left_open: set[str] = field(default_factory=set)

    def put(self, name: str, value: Value) -> None:
        """Add what a source says; two sources that differ are both kept."""
        old = self.values.get(name)
        if isinstance(old, frozenset) and isinstance(value, frozenset):
            value = old | value
        if value is not None:
            self.values[name] = value

    @cached_property
    def zones(self) -> tuple[tuple[Needle, Zone], ...]:
        """Zones of the course with the step that needles them."""
        return self.case.course.zones

    @cached_property
    def products(self) -> tuple[tuple[str, str], ...]:
        """Products on the skin, each with its role: numb, glide, before or after."""
        found: list[tuple[str, str]] = []
        for step in self.case.course.steps:
            if isinstance(step, Numb):
                found.append((step.product or "numbing cream", "numb"))
            elif isinstance(step, Needle) and step.glide_product:
                found.append((step.glide_product, "glide"))
            elif isinstance(step, Apply) and step.product:
                found.append((step.product, step.when))
        kept = (pair for pair in found if words.product_kind(pair[0]) != "none")
        return tuple(dict.fromkeys(kept))

    def of_course(self) -> Facts:
        """Facts of the whole course."""
        return self.values

    def of_zone(self, step: Needle, zone: Zone) -> Facts:
        """Facts as they stand in one zone."""
        here = {
            name: _yes(zone.name in names or "yes" in names) for name, names in self.areas.items()
        }
        for name in ("inside_orbital_rim", "lips_or_mucosa"):
            if words.named_zone(name, zone.name):
                here[name] = YES
        return {
            **self.values,
            **here,
            **_device(step),
            "at_home": _yes(self.case.operator == "self" or step.tool.home),
            "depth": zone.depth,
            "body_site": frozenset({zone.body_site}),
            "face_zone": _yes(zone.body_site in FACE),
            "beyond_dermis": _beyond_dermis(zone, self.case.person),
        }

    def of_device(self, step: Needle) -> Facts:
        """Facts of one device."""
        return {**self.values, **_device(step)}

    def of_product(self, name: str, role: str) -> Facts:
        """Facts of one product."""
        kind = "anaesthetic" if role == "numb" else words.product_kind(name)
        more = {"product_role": frozenset({role}), "product_kind": frozenset({kind})}
        return {**self.values, **more}


def known(case: Case) -> Known:
    """What the case of a person says.

    Raises:
        InputError: if an answer, a wait or an override cannot be.
    """
    made = Known(case)
    faults = [*_answers(made), *_settings(case)]
    if faults:
        raise InputError(faults)
    _course(made)
    _person(made)
    _free_words(made)
    _together(made)
    return made


def _yes(holds: bool) -> Value:
    return YES if holds else NO


def _answers(made: Known) -> Iterator[Fault]:
    zones = tuple(zone.name for _, zone in made.zones)
    for key, raw in made.case.answers.items():
        question = questions().get(key)
        where = f"answers.{key}"
        if question is None:
            yield Fault(where, "an unknown question", unknown(key))
            continue
        if question.held_by == "case":
            allowed = "its own place in the case (`pinprick screen --questions` names it)"
            yield Fault(where, "an answer", allowed)
            continue
        try:
            value = question.read(raw, zones)
        except InputError as error:
            yield from (Fault(where, f.found, f.allowed) for f in error.faults)
            continue
        if question.kind == "area" and isinstance(value, frozenset):
            made.areas[key] = value
            value = NO if value == NO else YES
        made.put(key, value)


def _settings(case: Case) -> Iterator[Fault]:
    waits = {rule.wait for rule in rules().values() if rule.wait}
    for name in case.clinic.waits if case.clinic else ():
        if name not in waits:
            yield Fault(f"clinic.waits.{name}", "an unknown wait", ", ".join(sorted(waits)))
    for place, override in enumerate(case.overrides):
        rows = [rule for rule in rules().values() if override.rule in (rule.id, rule.rule)]
        where = f"overrides[{place}].rule"
        if not rows:
            yield Fault(where, override.rule, "a rule that `pinprick screen` names, such as R17a")
        elif any(rule.never_override for rule in rows):
            yield Fault(where, override.rule, "a rule that may be set aside; this one never is")
        elif case.operator == "self":
            yield Fault(where, override.rule, "no override in home use")


def _course(made: Known) -> None:
    case, clinic = made.case, made.case.clinic
    zones = [zone for _, zone in made.zones]
    sites = {zone.body_site for zone in zones}
    tools = [step.tool for step, _ in made.zones]
    numbing = [step for step in case.course.steps if isinstance(step, Numb)]
    kinds = {words.product_kind(name) for name, role in made.products if role != "numb"}
    region = (clinic.region if clinic else None) or "not set"
    made.put("region", frozenset({region}))
    made.put("isotretinoin_setting", frozenset({clinic.isotretinoin if clinic else "label"}))
    made.put("operator", frozenset({case.operator}) if case.operator else None)
    made.put("face", _yes(bool(sites & FACE)))
    made.put("near_eye", _yes(bool(sites & NEAR_EYE)))
    made.put("near_lips", _yes(bool(sites & NEAR_LIPS)))
    made.put("scars", _yes(any(concern.type in SCARS for concern in case.concerns)))
    made.put("numbs", _yes(bool(numbing)))
    made.put("unknown_product", _yes("unknown" in kinds))
    made.put("device_kind", frozenset(tool.kind for tool in tools))
    made.put("at_home", _yes(case.operator == "self" or any(tool.home for tool in tools)))
    if all(zone.depth is not None for zone in zones):
        made.put("depth", max(zone.depth or 0.0 for zone in zones))
    wiped = [step.wiped_off for step in numbing]
    if False in wiped:
        made.put("wiped_off", NO)
    elif None not in wiped:
        made.put("wiped_off", YES)
    given = case.consent.given if case.consent else None
    made.put("consent", None if given is None else _yes(given))
    for concern in case.concerns:
        if concern.type in CONCERNS:
            made.put(CONCERNS[concern.type], YES)


def _person(made: Known) -> None:
    person = made.case.person
    if person is None:
        return
    made.put("age", float(person.age))
    made.put("phototype", None if person.phototype is None else float(person.phototype))
    made.put("may_be_pregnant", _yes(person.sex != "male" or bool(person.pregnant)))
    for name in ("pregnant", "breastfeeding", "diabetes", "smoker"):
        said = getattr(person, name)
        made.put(name, None if said is None else _yes(said))


def _free_words(made: Known) -> None:
    person = made.case.person
    checked = made.values.get("checked_words")
    fine = checked if isinstance(checked, frozenset) else frozenset()
    answered = frozenset(made.values)
    for kind in LISTS:
        texts = getattr(person, kind) if person else None
        if texts is None:
            continue
        heard = words.hear(kind, texts, fine)
        made.unknown_words += [(kind, word) for word in dict.fromkeys(heard.unknown)]
        made.left_open |= heard.left_open
        for name, answers in heard.answers.items():
            value = frozenset(answers)
            if words.is_bound(name, kind) and name in answered:
                continue
            if questions()[name].kind == "area" and value & YES:
                made.areas[name] = made.areas.get(name, YES) | YES
            made.put(name, value)
    for name, question in questions().items():
        if question.held_by not in ASKED_LISTS or name in made.left_open:
            continue
        taken = getattr(person, question.held_by, None) is not None
        if taken and made.values.get(name) is None:
            made.put(name, NO if question.kind == "yes_no" else frozenset({"none"}))


def _together(made: Known) -> None:
    """Facts that stand on two answers."""
    either = [made.values.get(name) for name in ("pregnant", "breastfeeding")]
    there = any(isinstance(value, frozenset) and "yes" in value for value in either)
    made.put("pregnant_or_nursing", _yes(there))
    metal = made.values.get("metal_allergy")
    if isinstance(metal, frozenset) and {"nickel", "steel"} <= metal:
        made.put("metal_allergy", frozenset({"steel and nickel"}))


def _device(step: Needle) -> dict[str, Value]:
    tool = step.tool
    return {
        "device": frozenset({tool.name}),
        "device_kind": frozenset({tool.kind}),
        "device_home": _yes(tool.home),
    }


def _beyond_dermis(zone: Zone, person: Person | None) -> Value:
    """Whether the needle is set deeper than epidermis and dermis are thick on average."""
    from pinprick.people.skin import body_site

    if zone.depth is None:
        return None
    figures = body_site(zone.body_site).figures
    sexes = [person.sex] if person and person.sex else ["female", "male"]
    dermis = min(figures[f"dermis_{sex}"].value for sex in sexes)
    thick = figures["stratum_corneum"].value + figures["viable_epidermis"].value + dermis
    return _yes(zone.depth > thick)
