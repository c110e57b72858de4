"""Steps of a session: numb, clean, needle, apply, rest. ``None`` means *not reported*.

In a file a step is its kind and its settings: ``{rest: {duration: 10 min}}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import core_schema

from pinprick import devices, units
from pinprick.courses.radiofrequency import STATE, Radiofrequency
from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.fields import (
    Maybe,
    Model,
    Number,
    Quantity,
    Reader,
    Text,
    Whole,
    Word,
    YesNo,
    is_unreported,
    quantity_text,
    reader,
    shown,
)
from pinprick.people.person import ALSO_SITES, BODY_SITES

MOST_PASSES = 100
MOST_ZONES = 20
UNTIL = ("erythema", "pinpoint bleeding")
TIMES = ("weeks", "d", "h", "min", "s")
DOSES = ("passes", "seconds_per_cm2", "until")
STEPS = ("numb", "clean", "needle", "apply", "rest")
_LONGEST_NAME = 60
_LONGEST_PATH = 400

Depth = Quantity(low="0.01 mm", high="10 mm", like="1.5 mm", shown_in=("mm",), unreported=True)
Area = Quantity(low="0.1 cm2", high="2000 cm2", like="120 cm2", shown_in=("cm2",), unreported=True)
Layer = Quantity(
    low="0.1 mg/cm2", high="500 mg/cm2", like="10 mg/cm2", shown_in=("mg/cm2",), unreported=True
)
Duration = Quantity(low="1 s", high="168 h", like="60 min", shown_in=TIMES[2:], unreported=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceName(Reader):
    """A device of the catalogue, or a file that describes one."""

    def _takes(self) -> str:
        return "a device listed by `pinprick devices`, or a file of one that ends in .yaml"

    def _parse(self, raw: object, from_file: bool) -> str:
        if not isinstance(raw, str) or is_unreported(raw):
            raise ValueError
        name = raw.strip()
        own = name.casefold().endswith((".yaml", ".yml"))
        if len(name) > (_LONGEST_PATH if own else _LONGEST_NAME):
            raise ValueError
        name = name if own else name.casefold()
        try:
            devices.device(name)
        except InputError as error:
            fault = error.faults[0]
            reason = f"{fault.where}: {fault.allowed}" if own else fault.allowed
            raise InputError([Fault("", shown(raw), reason)]) from None
        return name

    def _form(self) -> dict[str, Any]:
        return {"type": "string"}


class Dose(Model):
    """How much needling a zone gets: passes, seconds per cm², or until something is seen."""

    passes: Annotated[int | None, Whole(low=1, high=MOST_PASSES, what="passes")] = None
    seconds_per_cm2: Annotated[float | None, Number(low=0.05, high=120, what="(s per cm2)")] = None
    until: Annotated[str | None, Word(words=UNTIL)] = None
    max_passes: Annotated[
        int | None, Whole(low=1, high=MOST_PASSES, what="passes", unreported=True)
    ] = None

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse two doses, none, or an end that may never come."""
        said = [name for name in DOSES if given.get(name) is not None]
        if len(said) != 1:
            yield Fault("", ", ".join(said) or "no dose", f"exactly one of {', '.join(DOSES)}")
        if "until" in said and "max_passes" not in given:
            yield Fault("max_passes", "nothing", reader(cls, "max_passes").allowed())
        if "until" not in said and given.get("max_passes") is not None:
            yield Fault("max_passes", shown(given["max_passes"]), "only with `until`")


class Zone(Model):
    """A part of the skin that is needled alike; its name is its body site if none is given."""

    name: Annotated[str, Text(what="a name for the zone")]
    body_site: Annotated[str, Word(words=BODY_SITES, also=ALSO_SITES)]
    depth: Annotated[float | None, Depth]
    area: Annotated[float | None, Area] = None
    dose: Annotated[Dose | None, Maybe()] = None

    @classmethod
    def prepare(cls, data: Any) -> Any:
        """Name the zone after its site."""
        if isinstance(data, Mapping) and "name" not in data and "body_site" in data:
            return {"name": data["body_site"], **data}
        return data


class Numb(Model):
    """Anaesthetic cream: what, how much, for how long; wiped off, or driven in by needles."""

    kind: SkipJsonSchema[Literal["numb"]] = "numb"
    product: Annotated[str | None, Text(what="the cream's name", unreported=True)]
    dwell: Annotated[float | None, Duration]
    wiped_off: Annotated[bool | None, YesNo(unreported=True)] = None
    driven_in: Annotated[bool | None, YesNo(unreported=True)] = None
    amount: Annotated[float | None, Layer] = None
    area: Annotated[float | None, Area] = None


class Clean(Model):
    """Cleaning or disinfecting the skin."""

    kind: SkipJsonSchema[Literal["clean"]] = "clean"
    product: Annotated[str | None, Text(what="the product's name", unreported=True)] = None


class Needle(Model):
    """Needling: one device over one zone or more, with what is spread for glide."""

    kind: SkipJsonSchema[Literal["needle"]] = "needle"
    device: Annotated[str, DeviceName()]
    zones: Annotated[
        tuple[Zone, ...],
        Field(
            min_length=1, max_length=MOST_ZONES, description=f"a list of 1 to {MOST_ZONES} zones"
        ),
    ]
    glide_product: Annotated[
        str | None, Text(what="the product's name, or `none`", unreported=True)
    ] = None
    radiofrequency: Annotated[Radiofrequency | None, Maybe()] = None

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse what the device cannot do, and a radiofrequency tip whose energy is not stated."""
        name = cls.peek(given, "device")
        if name is None:
            return
        tool, zones = devices.device(name), given.get("zones")
        yield from _heat(tool, given.get("radiofrequency"))
        for place, zone in enumerate(zones if isinstance(zones, list | tuple) else ()):
            if isinstance(zone, Mapping | Zone):
                yield from _beyond(tool, zone, f"zones[{place}]")

    @property
    def tool(self) -> devices.Device:
        """The device itself, which ``device`` names."""
        return devices.device(self.device)


def _heat(device: devices.Device, setting: Any) -> Iterable[Fault]:
    """Radiofrequency belongs to a radiofrequency tip, and such a tip needs its setting."""
    stated = setting is not None and not is_unreported(setting)
    if device.kind == "radiofrequency" and not stated:
        yield Fault("radiofrequency", "nothing", STATE)
    elif stated and device.kind != "radiofrequency":
        yield Fault("radiofrequency", "a setting", f"only with such a tip: {device.name} has none")


def _beyond(device: devices.Device, zone: Mapping[str, Any] | Zone, where: str) -> Iterable[Fault]:
    """What is asked of a device and is more than it can do."""
    depth = Zone.peek(zone, "depth")
    if depth is not None and not _within(device.length_min, depth, device.length_max):
        shallowest = max(device.length_min, units.quantity(Depth.low, "mm"))
        low, high = (quantity_text(end, ("mm",)) for end in (shallowest, device.length_max))
        allowed = f"{low} to {high}" if low != high else high
        written = quantity_text(depth, ("mm",))
        yield Fault(f"{where}.depth", written, f"{allowed}, the needle length of {device.name}")
    dose = zone.dose if isinstance(zone, Zone) else zone.get("dose")
    if device.stroke_rate is None and isinstance(dose, Mapping | Dose):
        seconds = Dose.peek(dose, "seconds_per_cm2")
        if seconds is not None:
            allowed = f"passes or until: {device.name} has no motor that counts seconds"
            yield Fault(f"{where}.dose.seconds_per_cm2", f"{seconds:g}", allowed)


def _within(low: float, value: float, high: float) -> bool:
    slack = 1e-9 * high  # the last digits of a conversion
    return low - slack <= value <= high + slack


class Apply(Model):
    """A product on the skin, before or after needling, how much and for how long."""

    kind: SkipJsonSchema[Literal["apply"]] = "apply"
    product: Annotated[str | None, Text(what="the product's name", unreported=True)]
    when: Annotated[str, Word(words=("before", "after"))]
    duration: Annotated[float | None, Duration] = None
    amount: Annotated[float | None, Layer] = None


class Rest(Model):
    """Waiting."""

    kind: SkipJsonSchema[Literal["rest"]] = "rest"
    duration: Annotated[float | None, Duration]


Step = Numb | Clean | Needle | Apply | Rest


@dataclass(frozen=True, slots=True)
class StepInFile:
    """Reads ``{needle: {...}}`` as a step of kind needle, and writes it so."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Validate by kind; serialise under the kind."""
        return core_schema.no_info_before_validator_function(
            _tagged,
            handler(source),
            serialization=core_schema.wrap_serializer_function_ser_schema(_under_kind),
        )

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        """One key, the kind."""
        inner = handler(core["schema"])
        mapping = inner["discriminator"]["mapping"]
        forms = [
            {
                "type": "object",
                "properties": {kind: {"$ref": mapping[kind]}},
                "required": [kind],
                "additionalProperties": False,
            }
            for kind in STEPS
        ]
        return {"oneOf": forms}


def _tagged(raw: Any) -> Any:
    if isinstance(raw, BaseModel):
        return raw
    if isinstance(raw, str):
        raw = {raw: {}}
    allowed = f"one step with its settings: {', '.join(STEPS)}"
    if not isinstance(raw, Mapping) or len(raw) != 1:
        raise InputError([Fault("", shown(raw), allowed)])
    [(kind, body)] = raw.items()
    if kind not in STEPS:
        raise InputError([Fault("", f"a step `{kind}`", did_you_mean(str(kind), STEPS))])
    if not isinstance(body, Mapping):
        raise InputError([Fault(kind, shown(body), "a mapping with its settings")])
    if "kind" in body:
        raise InputError([Fault(f"{kind}.kind", "an unknown key", "the settings of the step")])
    return {"kind": kind, **body}


def _under_kind(step: Any, handler: Any) -> dict[str, Any]:
    body = handler(step)
    body.pop("kind", None)
    return {step.kind: body}


AnyStep = Annotated[Annotated[Step, Field(discriminator="kind")], StepInFile()]
