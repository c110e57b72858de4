"""Models that name every fault in them at once, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticUndefined, core_schema

from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.fields.readers import FROM_FILE, NOT_REPORTED, Reader, is_unreported, shown


@dataclass(frozen=True, slots=True)
class Maybe:
    """Stands in the annotation of a field that holds a model, or ``None`` for ``not reported``."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        def before(raw: object, info: ValidationInfo) -> object:
            if raw is None and info.context and info.context.get(FROM_FILE):
                raise InputError([Fault("", shown(raw), f"its settings, or `{NOT_REPORTED}`")])
            return None if is_unreported(raw) else raw

        return core_schema.with_info_before_validator_function(before, handler(source))

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        form: dict[str, Any] = handler(core)
        kinds = [kind for kind in form["anyOf"] if kind != {"type": "null"}]
        return {**form, "anyOf": [*kinds, {"const": NOT_REPORTED}]}


class Model(BaseModel):
    """A frozen model that names every fault in it at once, in plain words.

    ``model_dump`` gives the form that a file holds: quantities as text, ``not reported`` for what
    was said to be so, and nothing for what was left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    never_unreported: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def prepare(cls, data: Any) -> Any:
        """Turn sugar into the plain mapping; anything else comes back unchanged."""
        return data

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Faults between fields, told from what was given (so that all faults show at once)."""
        return ()

    @classmethod
    def peek(cls, given: Mapping[str, Any] | BaseModel, name: str) -> Any:
        """The value of a single field as it would be read; ``None`` where it cannot be."""
        raw = getattr(given, name, None) if isinstance(given, BaseModel) else given.get(name)
        try:
            return reader(cls, name).read(raw)
        except InputError:
            return None

    @model_validator(mode="wrap")
    @classmethod
    def _collect(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        if isinstance(data, cls):
            return data
        data = cls.prepare(data)
        if not isinstance(data, Mapping):
            raise InputError([Fault("", shown(data), _keys(cls))])
        given = {str(key): value for key, value in data.items()}
        faults = list(cls.cross(given))
        told = {fault.where for fault in faults}
        try:
            made = handler(given)
        except ValidationError as error:
            faults += [f for f in _translate(cls, error) if f.where not in told]
            raise InputError(faults) from None
        if faults:
            raise InputError(faults)
        return made

    @model_serializer(mode="wrap")
    def _write(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written = {}
        for name, value in handler(self).items():
            field, mine = type(self).model_fields[name], getattr(self, name)
            left_out = name not in self.model_fields_set and mine == field.default
            if left_out or (mine is None and name in self.never_unreported):
                continue
            written[name] = NOT_REPORTED if mine is None else value
        return written


def reader(model: type[BaseModel], name: str) -> Reader:
    """The reader that stands in the annotation of a field.

    Raises:
        KeyError: if the model has no such field.
        StopIteration: if the field has no reader, as one that holds a model.

    >>> from pinprick.courses import Zone
    >>> reader(Zone, "depth").read("1500 um")
    0.0015
    """
    return next(each for each in model.model_fields[name].metadata if isinstance(each, Reader))


def build(model: type[Model], data: Any, *, from_file: bool = False) -> Any:
    """Make a model of plain data.

    Args:
        model: what to make.
        data: mappings, lists and text, quantities with their units; the model holds SI.
        from_file: read as a file says it, where an empty value is a fault.

    Raises:
        InputError: with every fault that was found, each under its path.

    >>> from pinprick.courses import Zone
    >>> build(Zone, {"body_site": "cheek", "depth": "1.5 mm"}).depth
    0.0015
    >>> try:
    ...     build(Zone, {"body_site": "cheek", "depth": "1.5 mm", "dose": {"passes": 0}})
    ... except InputError as error:
    ...     print([fault.where for fault in error.faults])
    ['dose.passes']
    """
    try:
        return model.model_validate(data, context={FROM_FILE: from_file})
    except ValidationError as error:
        raise InputError(_translate(model, error)) from None
    except RecursionError:
        raise InputError([Fault("", "lists within lists", "a case")]) from None


def path(parts: Iterable[str | int], tail: str = "") -> str:
    """A path such as ``course.steps[1].needle``.

    >>> path(["course", "steps", 1, "needle"], "zones[0].depth")
    'course.steps[1].needle.zones[0].depth'
    """
    out = ""
    for part in parts:
        out += f"[{part}]" if isinstance(part, int) else f".{part}"
    if tail:
        out += tail if tail.startswith("[") else f".{tail}"
    return out.removeprefix(".")


def _translate(model: type[BaseModel], error: ValidationError) -> list[Fault]:
    faults: list[Fault] = []
    for one in error.errors(include_url=False):
        where = one["loc"]
        cause = one.get("ctx", {}).get("error")
        if isinstance(cause, InputError):
            faults += [Fault(path(where, f.where), f.found, f.allowed) for f in cause.faults]
        elif one["type"] == "extra_forbidden":
            known = _known(model)
            faults.append(Fault(path(where), "an unknown key", did_you_mean(str(where[-1]), known)))
        elif one["type"] == "too_short" and one["input"]:
            continue  # its items are at fault, and each says so
        else:
            found = "nothing" if one["type"] == "missing" else shown(one["input"])
            faults.append(Fault(path(where), found, _allowed(model, where)))
    return faults


def _allowed(model: type[BaseModel], where: tuple[int | str, ...]) -> str:
    field = model.model_fields.get(str(where[0])) if where else None
    if field is None:
        return _keys(model)
    for each in field.metadata:
        if isinstance(each, Reader):
            return each.allowed()
    if field.description:
        return field.description
    inner: Any = field.annotation
    return _keys(inner) if isinstance(inner, type) and issubclass(inner, BaseModel) else "a value"


def _known(model: type[BaseModel]) -> list[str]:
    """Keys that a user may write: one that can hold a single word only, the program writes."""
    fields = model.model_fields.items()
    return [name for name, field in fields if get_origin(field.annotation) is not Literal]


def _keys(model: type[BaseModel]) -> str:
    needed = [n for n in _known(model) if model.model_fields[n].default is PydanticUndefined]
    named = f"a mapping with {', '.join(_known(model))}"
    return f"{named} (needed: {', '.join(needed)})" if needed else named
