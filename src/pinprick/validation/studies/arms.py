"""Arms of studies in YAML: what was done to whom and what will be reported, without the result.

What is left out is integrated over. A file holds one arm or a list of arms. A result of the arm
itself is refused; statistics of the same paper that the forecast may use stand under ``known``.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from pinprick import devices, files
from pinprick.case.model import DESIGNS, Phototypes
from pinprick.case.reading import located, plain_data
from pinprick.courses.steps import Depth
from pinprick.faults import Fault, InputError
from pinprick.fields import Maybe, Model, Number, Quantity, Reader, Text, Whole, Word, build, shown
from pinprick.people.person import ACNE_SCARS, OBSERVERS

STATISTICS = (
    "mean_change",
    "median_change",
    "percent_of_baseline",
    "share",
    "class_table",
    "count",
)
SCALES = (
    "goodman-baron-qualitative",
    "goodman-baron-quantitative",
    "label-classes",
    "percent",
    "gais",
    "questionnaire",
    "any-improvement",
    "lemperle",
    "ecca",
    "masi",
    "hair-count",
)
CONCERNS = (
    "acne scars",
    "wrinkles",
    "neck lines",
    "melasma",
    "other scars",
    "burn scars",
    "stretch marks",
    "laxity",
    "texture",
    "PIH",
    "dark circles",
    "hair thinning",
    "pores",
    "sun spots",
)
ADJUNCTS = ("none", "untreated", "prp", "peel or vitamin C", "radiofrequency", "melasma drug")
LABELS = {"fair": 25.0, "good": 50.0, "excellent": 75.0}
NEEDS_CUT = ("goodman-baron-qualitative", "goodman-baron-quantitative", "label-classes", "percent",
             "gais", "lemperle", "ecca", "masi")  # fmt: skip
NO_CUT = {"questionnaire": 0.0, "any-improvement": 0.0}
RESULTS = frozenset({"result", "results", "value", "values", "measured", "outcome", "outcomes",
                     "observed", "reported", "found", "p_value", "responder_rate"})  # fmt: skip
NO_RESULT = "no result: it is what the forecast is tested on; what it may use stands under `known`"
_MOST_PEOPLE = 10_000
_MOST_ARMS = 50
_After = Quantity(
    low="0 d", high="260 weeks", like="8 weeks", shown_in=("weeks", "d"), unreported=True
)
_Interval = Quantity(
    low="1 d", high="52 weeks", like="4 weeks", shown_in=("weeks", "d"), unreported=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWord(Reader):
    """A device of the catalogue, or the word ``radiofrequency``, whose heat is not modelled."""

    def _takes(self) -> str:
        return "a device listed by `pinprick devices`, or radiofrequency"

    def _parse(self, raw: object, from_file: bool) -> str:
        if not isinstance(raw, str):
            raise ValueError
        name = raw.strip().casefold()
        if name == "radiofrequency":
            return name
        try:
            found = devices.device(name)
        except InputError as error:
            raise InputError([Fault("", shown(raw), error.faults[0].allowed)]) from None
        return "radiofrequency" if found.kind == "radiofrequency" else name

    def _form(self) -> dict[str, Any]:
        return {"type": "string", "examples": ["roller"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions(Reader):
    """How many sessions: a number, a mean such as 3.5, or the fewest and the most, ``[3, 4]``."""

    def _takes(self) -> str:
        return "sessions from 1 to 20: a number, or the fewest and the most, such as [3, 4]"

    def _parse(self, raw: object, from_file: bool) -> float:
        one = Number(low=1, high=20)
        if isinstance(raw, list | tuple):
            low, high = (one.read(each) for each in raw)
            return float(low + high) / 2
        return float(one.read(raw))

    def _form(self) -> dict[str, Any]:
        one = {"type": "number", "minimum": 1, "maximum": 20}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 2, "maxItems": 2}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Reader):
    """Where a share is cut: a number in the scale's steps, per cent, or a label."""

    def _takes(self) -> str:
        return f"a number in the scale's steps or per cent, or {', '.join(LABELS)}"

    def _parse(self, raw: object, from_file: bool) -> float:
        if isinstance(raw, str) and raw.strip().casefold() in LABELS:
            return LABELS[raw.strip().casefold()]
        if isinstance(raw, str):
            raw = raw.replace("%", "").strip()
        return float(Number(low=0, high=1000).read(raw))

    def _form(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Reader):
    """A known figure: ``24 of 30``, ``45 %``, or a number, better being positive."""

    def _takes(self) -> str:
        return "a figure of the same paper: `24 of 30`, `45 %` or a number, better being positive"

    def _parse(self, raw: object, from_file: bool) -> float:
        if isinstance(raw, str):
            text = raw.strip()
            if counted := re.fullmatch(r"(\d+) of (\d+)", text):
                part, whole = (int(each) for each in counted.groups())
                if not 0 <= part <= whole or whole == 0:
                    raise ValueError
                return part / whole
            if text.endswith("%"):
                return float(Number(low=-1000, high=1000).read(text[:-1].strip())) / 100
            raw = text
        return float(Number(low=-1000, high=1000).read(raw))

    def _form(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, {"type": "string"}]}


def _no_result(given: Mapping[str, Any]) -> Iterable[Fault]:
    for name in given:
        if name.casefold() in RESULTS:
            yield Fault(name, shown(given[name]), NO_RESULT)


class StudyPart(Model):
    """The paper: arms of one cohort share its habit, its cuts and, on split faces, its people."""

    cohort: Annotated[str, Text(what="a name for the group of people, such as a study's id")]
    design: Annotated[str | None, Word(words=DESIGNS, unreported=True)] = None
    n_enrolled: Annotated[int | None, Whole(low=1, high=_MOST_PEOPLE, unreported=True)] = None
    n_analysed: Annotated[int, Whole(low=1, high=_MOST_PEOPLE, what="people")]


class ArmPart(Model):
    """What was done; what is left out is integrated over."""

    name: Annotated[str, Text(what="a name for the arm")]
    device: Annotated[str | None, DeviceWord(unreported=True)] = None
    adjunct: Annotated[
        str | None,
        Word(
            words=ADJUNCTS,
            also=(("vitamin C", "peel or vitamin C"), ("peel", "peel or vitamin C"),
                  ("rf", "radiofrequency"), ("tranexamic acid", "melasma drug"),
                  ("depigmenting cream", "melasma drug"), ("no treatment", "untreated")),
            unreported=True,
        ),
    ] = "none"  # fmt: skip
    sessions: Annotated[float | None, Sessions(unreported=True)] = None
    interval: Annotated[float | None, _Interval] = None
    depth: Annotated[float | None, Depth] = None
    passes: Annotated[int | None, Whole(low=1, high=100, what="passes", unreported=True)] = None


class BaselinePart(Model):
    """The scale before treatment."""

    mean: Annotated[float | None, Number(low=0.1, high=1000, unreported=True)] = None
    sd: Annotated[float | None, Number(low=0, high=1000, unreported=True)] = None


class PopulationPart(Model):
    """Who was treated, for what."""

    concern: Annotated[str, Word(words=CONCERNS, also=(("acne scar", "acne scars"),))]
    subtype: Annotated[str | None, Word(words=ACNE_SCARS, unreported=True)] = None
    phototype: Annotated[tuple[int, ...] | None, Phototypes(unreported=True)] = None
    baseline: Annotated[BaselinePart | None, Maybe()] = None


class EndpointPart(Model):
    """What will be reported."""

    scale: Annotated[
        str, Word(words=SCALES, also=(("vas", "percent"), ("visual analogue scale", "percent")))
    ]
    statistic: Annotated[str, Word(words=STATISTICS, also=(("responders", "share"),))]
    cut: Annotated[float | None, Cut()] = None
    cut_rule: Annotated[str | None, Word(words=(">=", ">"))] = None
    percent_of: Annotated[
        str | None,
        Word(
            words=("baseline_mean", "each_person_then_mean", "patient_impression"), unreported=True
        ),
    ] = None

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse a result, a share without its cut and rule, and a statistic that a scale lacks."""
        yield from _no_result(given)
        scale, statistic = cls.peek(given, "scale"), cls.peek(given, "statistic")
        if statistic == "share" and scale in NEEDS_CUT:
            for name, takes in (("cut", Cut().allowed()), ("cut_rule", ">= or >")):
                if given.get(name) is None:
                    yield Fault(name, "nothing", f"{takes}: a share needs its cut and rule")
        if scale in NO_CUT and statistic not in (None, "share"):
            yield Fault("statistic", str(statistic), f"share, on the scale {scale}")
        if scale == "label-classes" and statistic not in (None, "share", "class_table"):
            yield Fault("statistic", str(statistic), "share or class_table, for classes")
        if statistic == "class_table" and scale not in (
            None, "label-classes", "goodman-baron-qualitative",
        ):  # fmt: skip
            yield Fault("statistic", "class_table", "a scale of classes or grades")
        if (scale == "hair-count") != (statistic == "count") and None not in (scale, statistic):
            yield Fault(
                "statistic", str(statistic), "count on the scale hair-count, and only there"
            )


class ObserverPart(Model):
    """Who rates, how many, and from what."""

    who: Annotated[
        str,
        Word(
            words=(*OBSERVERS, "unclear"),
            also=(("patient", "patient_reported"), ("investigator", "unblinded_investigator")),
        ),
    ]
    raters: Annotated[int | None, Whole(low=1, high=50, what="raters", unreported=True)] = None
    rated: Annotated[
        str | None,
        Word(words=("live", "photographs", "photographs_in_random_order"), unreported=True),
    ] = None


class TimePart(Model):
    """When it is read, and from where that is counted."""

    after: Annotated[float | None, _After] = None
    counted_from: Annotated[str, Word(words=("last_session", "first_session", "unclear"))] = (
        "last_session"
    )


class KnownPart(Model):
    """A statistic of the same paper; the arm's own settings stand where it names none."""

    value: Annotated[float, Value()]
    sd: Annotated[float | None, Value()] = None  # of the change, in the value's unit
    n: Annotated[int | None, Whole(low=1, high=_MOST_PEOPLE, what="people")] = None
    arm: ArmPart | None = None
    endpoint: EndpointPart | None = None
    observer: ObserverPart | None = None
    time: TimePart | None = None


class Arm(Model):
    """One arm of a study, its endpoint and its observer, without the result."""

    study: StudyPart
    arm: ArmPart
    population: PopulationPart
    endpoint: EndpointPart
    observer: ObserverPart
    time: TimePart = TimePart()
    known: Annotated[
        tuple[KnownPart, ...],
        Field(max_length=_MOST_ARMS, description="a list of statistics of the same paper"),
    ] = ()

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse a result."""
        yield from _no_result(given)

    def beyond(self) -> Iterable[Fault]:
        """Known figures that no share and no gain can be: a percentage without its sign."""
        for place, one in enumerate(self.known):
            end = one.endpoint or self.endpoint
            whole = end.statistic in ("share", "percent_of_baseline") or end.scale == "percent"
            if whole and not -1.0 <= one.value <= 1.0:
                where = f"known[{place}].value"
                yield Fault(where, f"{one.value:g}", "`24 of 30`, `45 %` or a share up to 1")


def load(path: str | Path) -> tuple[Arm, ...]:
    """The arms of a file.

    Raises:
        InputError: one line for every fault in it, with file and line.
    """
    return loads(files.read_text(path, what="a file of arms"), str(path))


def loads(text: str, label: str = "arms") -> tuple[Arm, ...]:
    """The arms in YAML text; ``label`` stands for the file in faults.

    Raises:
        InputError: one line for every fault in it.
    """
    data, lines, faults = plain_data(text, label)
    several = isinstance(data, list)
    if not several and not isinstance(data, dict):
        raise InputError([*faults, Fault(label, "no `key: value` lines", "an arm, or a list")])
    found: list[Arm] = []
    if several and not 1 <= len(data) <= _MOST_ARMS:
        faults.append(Fault("", f"a list of {len(data)}", f"1 to {_MOST_ARMS} arms"))
    for place, one in enumerate(data if several else [data]):
        try:
            arm = build(Arm, one, from_file=True)
            found.append(arm)
            if beyond := list(arm.beyond()):
                raise InputError(beyond)
        except InputError as error:
            before = f"[{place}]" if several else ""
            told = [Fault(_under(before, f.where), f.found, f.allowed) for f in error.faults]
            faults += told
    if faults:
        raise InputError(located(faults, lines, label))
    _named_once(found, label)
    return tuple(found)


def _under(before: str, where: str) -> str:
    if not before or not where:
        return before or where
    return f"{before}{where}" if where.startswith("[") else f"{before}.{where}"


def _named_once(arms: Iterable[Arm], label: str) -> None:
    seen: set[tuple[Any, ...]] = set()
    for arm in arms:
        key = (arm.study.cohort, arm.arm.name, arm.endpoint, arm.observer, arm.time)
        if key in seen:
            found = f"{arm.arm.name} of {arm.study.cohort} twice"
            raise InputError([Fault(label, found, "each arm and endpoint once")])
        seen.add(key)


def schema() -> dict[str, Any]:
    """The JSON Schema of a file of arms, as plain data.

    >>> [sorted(form)[0] for form in schema()["anyOf"]]
    ['$ref', 'items']
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # defaults are left out of the schema below
        made = Arm.model_json_schema()
    kept = made.pop("$defs")
    kept["Arm"] = made
    for each in kept.values():
        for one in each.get("properties", {}).values():
            one.pop("title", None)
            one.pop("default", None)
    reference = {"$ref": "#/$defs/Arm"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Arms of studies for `pinprick validate --study`",
        "anyOf": [reference, {"type": "array", "items": reference, "minItems": 1}],
        "$defs": kept,
    }
