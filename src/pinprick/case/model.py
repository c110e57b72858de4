"""The case: who is treated, for what and how, as one frozen object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from pinprick import files
from pinprick.case.reading import read
from pinprick.case.settings import AnswersReader, Clinic, Consent, Frozen, Override
from pinprick.case.writing import dump
from pinprick.courses import Course
from pinprick.courses.course import MOST_SESSIONS
from pinprick.courses.record import OPERATORS, Record
from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.fields import NOT_REPORTED, Model, Reader, Text, Whole, Word, build, reader, shown
from pinprick.people import ROMAN, Concern, Person
from pinprick.people.anonymity import Code, names_given
from pinprick.people.person import OLDEST, SEXES, Phototype

FORMAT = 1
KINDS = ("person", "study")
DESIGNS = ("split_face", "parallel", "crossover", "single_arm")
MOST_CONCERNS = 20
MOST_OVERRIDES = 50


class Ages(Reader):
    """The youngest and the oldest of a group, ``[20, 65]``."""

    def _takes(self) -> str:
        return f"two ages from 0 to {OLDEST} years, the youngest first, such as [20, 65]"

    def _parse(self, raw: object, from_file: bool) -> tuple[int, int]:
        if not isinstance(raw, list | tuple) or len(raw) != 2:
            raise ValueError
        age = Whole(low=0, high=OLDEST)
        low, high = age.read(raw[0]), age.read(raw[1])
        if low > high:
            raise ValueError
        return low, high

    def _write_value(self, value: tuple[int, int]) -> list[int]:
        return list(value)

    def _form(self) -> dict[str, Any]:
        age = {"type": "integer", "minimum": 0, "maximum": OLDEST}
        return {"type": "array", "items": age, "minItems": 2, "maxItems": 2}


class Phototypes(Reader):
    """The phototypes of a group, ``[III, IV]``."""

    def _takes(self) -> str:
        return "a list of phototypes from I to VI, each once, such as [III, IV]"

    def _parse(self, raw: object, from_file: bool) -> tuple[int, ...]:
        if not isinstance(raw, list | tuple) or not raw:
            raise ValueError
        found = [Phototype().read(item) for item in raw]
        if len(set(found)) != len(found):
            raise ValueError
        return tuple(sorted(found))

    def _write_value(self, value: tuple[int, ...]) -> list[str]:
        return [ROMAN[each - 1] for each in value]

    def _form(self) -> dict[str, Any]:
        one = {"enum": [*ROMAN, *range(1, len(ROMAN) + 1)]}
        return {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}


class Population(Model):
    """Who took part in a study, as far as it says."""

    age: Annotated[tuple[int, int] | None, Ages(unreported=True)]
    phototype: Annotated[tuple[int, ...] | None, Phototypes(unreported=True)]
    sex: Annotated[str | None, Word(words=(*SEXES, "mixed"), unreported=True)] = None

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse keys that would say who somebody is."""
        return names_given(given)


class Study(Model):
    """A published study: its id, how many finished it, its design and where it stands."""

    id: Annotated[str, Text(what="the study's id, such as alam-2014")]
    people: Annotated[int | None, Whole(low=1, high=100000, what="people", unreported=True)]
    design: Annotated[str | None, Word(words=DESIGNS, unreported=True)] = None
    source: Annotated[str | None, Text(what="where it was published", unreported=True)] = None


class Case(Model):
    """A person or a published study, what they came for, and the course.

    >>> from pinprick.case.shipped import example
    >>> case = Case.loads(example("acne-scars"))
    >>> case.person.age, case.course.sessions, case.session_days()
    (34, 4, [0, 28, 56, 84])
    """

    format: Annotated[int, Whole(low=FORMAT, high=FORMAT)]
    kind: Annotated[str, Word(words=KINDS)]
    title: Annotated[str, Text(what="a line that says what this is")]
    code: Annotated[
        str | None, Code(like="P-017", without="no name, no birth date", unreported=True)
    ] = None
    operator: Annotated[str | None, Word(words=OPERATORS, unreported=True)]
    goal: Annotated[str | None, Text(what="what is hoped for", unreported=True)] = None
    study: Study | None = None
    person: Person | None = None
    population: Population | None = None
    concerns: Annotated[
        tuple[Concern, ...],
        Field(
            min_length=1,
            max_length=MOST_CONCERNS,
            description=f"a list of 1 to {MOST_CONCERNS} concerns",
        ),
    ]
    course: Course
    answers: Annotated[Frozen, AnswersReader()] = Frozen()
    clinic: Clinic | None = None
    consent: Consent | None = None
    overrides: Annotated[
        tuple[Override, ...],
        Field(max_length=MOST_OVERRIDES, description="a list of overrides"),
    ] = ()
    records: Annotated[
        tuple[Record, ...],
        Field(max_length=MOST_SESSIONS, description="a list of treatment records"),
    ] = ()

    never_unreported: ClassVar[frozenset[str]] = frozenset(
        {"study", "person", "population", "clinic", "consent"}
    )

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse what does not belong to the kind of case, and keys that say who it is."""
        yield from names_given(given)
        kind = cls.peek(given, "kind")
        if kind is None:
            return
        needed = ("person",) if kind == "person" else ("study", "population")
        other = ("study", "population") if kind == "person" else ("person",)
        for name in needed:
            if given.get(name) is None:
                yield Fault(name, "nothing", f"a mapping, for this is a case of kind {kind}")
        for name in other:
            if given.get(name) is not None:
                yield Fault(name, shown(given[name]), f"no such part in a case of kind {kind}")
        for name in ("answers", "clinic", "consent", "overrides", "records"):
            if kind == "study" and given.get(name):
                found = shown(given[name])
                yield Fault(name, found, "no such part in a case of kind study: it is not screened")
        if kind == "person" and "code" not in given:
            yield Fault("code", "nothing", reader(cls, "code").allowed())

    @classmethod
    def load(cls, path: str | Path) -> Case:
        """Read a case file.

        Raises:
            InputError: one line for every fault in it, with file and line.
        """
        return cls.loads(files.read_text(path), str(path))

    @classmethod
    def loads(cls, text: str, label: str = "case") -> Case:
        """Read a case from YAML text; ``label`` stands for the file in faults.

        Raises:
            InputError: one line for every fault in it.
        """
        return read(cls, text, label)

    def dump(self) -> str:
        """The case as YAML text, from which :meth:`loads` makes an equal case."""
        return dump(self)

    def session_days(self, sessions: int | None = None, interval: float | None = None) -> list[int]:
        """Days of the sessions, counted from the first; see :meth:`Course.session_days`."""
        return self.course.session_days(sessions, interval)

    def with_(self, **changes: Any) -> Self:
        """A changed copy; quantities as text with units, or plain SI numbers.

        Args:
            changes: any of ``sessions, interval, start`` of the course; ``device,
                glide_product`` of every needling; ``depth, area, dose`` of every zone; a field
                of the person such as ``age``; ``title, code, operator, goal, answers, clinic,
                consent, overrides, records`` of the case, the last five as a whole.

        Raises:
            InputError: one line for every change that is not allowed.

        >>> from pinprick.case.shipped import example
        >>> case = Case.loads(example("acne-scars")).with_(sessions=5, interval="6 weeks")
        >>> case.session_days()
        [0, 42, 84, 126, 168]
        """
        form = self.model_dump(mode="json")
        faults = [
            Fault(name, "an unknown change", did_you_mean(name, _changes()))
            for name in changes
            if name not in _changes()
        ]
        if faults:
            raise InputError(faults)
        needling = [step["needle"] for step in form["course"]["steps"] if "needle" in step]
        zones = [zone for needle in needling for zone in needle["zones"]]
        places: tuple[tuple[tuple[str, ...], list[dict[str, Any]]], ...] = (
            (_OF_CASE, [form]),
            (_OF_COURSE, [form["course"]]),
            (_OF_NEEDLE, needling),
            (_OF_ZONE, zones),
            (tuple(Person.model_fields), [form["person"]] if self.person else []),
        )
        for name, value in changes.items():
            if name in _WHOLE:
                form[name] = value
                continue
            holders = next(where for names, where in places if name in names)
            if not holders:
                raise InputError([Fault(name, shown(value), "a case of kind person")])
            for holder in holders:
                holder[name] = NOT_REPORTED if value is None else value
        made: Self = build(type(self), form)
        return made


_WHOLE = ("answers", "clinic", "consent", "overrides", "records")
_OF_CASE = ("title", "code", "operator", "goal")
_OF_COURSE = ("sessions", "interval", "start")
_OF_NEEDLE = ("device", "glide_product")
_OF_ZONE = ("depth", "area", "dose")


def _changes() -> list[str]:
    return [*_OF_COURSE, *_OF_NEEDLE, *_OF_ZONE, *_OF_CASE, *_WHOLE, *Person.model_fields]
