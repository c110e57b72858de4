"""The catalogue of devices, by name, with the source of each figure.

The numbers stand in ``catalogue.toml`` beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, cast

from pinprick.devices.model import LABELS, Device, Kind
from pinprick.devices.own import load
from pinprick.evidence.entries import toml
from pinprick.evidence.figure import figure
from pinprick.faults import Fault, InputError, did_you_mean

ALIASES: Mapping[str, str] = MappingProxyType(
    {"roller": "roller-192", "pen": "pen-14", "stamp": "stamp-35"}
)


@cache
def catalogue() -> Mapping[str, Device]:
    """All devices by name.

    >>> sorted(catalogue())[:3]
    ['pen-12', 'pen-14', 'pen-36']
    """
    data = toml("pinprick.devices", "catalogue.toml")
    return MappingProxyType({name: _read(name, body) for name, body in data.items()})


def device(name: str) -> Device:
    """The device of that name; ``roller``, ``pen`` and ``stamp`` stand for the commonest.

    A name that ends in ``.yaml`` is a file that describes a device of one's own.

    Raises:
        InputError: if there is none; the fault names the nearest.

    >>> device("pen").needles
    14
    """
    if name.strip().casefold().endswith((".yaml", ".yml")):
        return load(name.strip())
    key = name.strip().lower()
    known = catalogue()
    key = ALIASES.get(key, key)
    if key not in known:
        raise InputError([Fault("device", name, did_you_mean(name, [*ALIASES, *known]))])
    return known[key]


def _read(name: str, body: Mapping[str, Any]) -> Device:
    figures = {key: figure(body[key]) for key in LABELS if key in body}

    def optional(key: str) -> float | None:
        return figures[key].value if key in figures else None

    return Device(
        name=name,
        title=str(body["title"]),
        kind=cast(Kind, body["kind"]),
        home=bool(body["home"]),
        needles=round(figures["needles"].value),
        length_min=figures["length_min"].value,
        length_max=figures["length_max"].value,
        shaft_diameter=figures["shaft_diameter"].value,
        tip_diameter=figures["tip_diameter"].value,
        cone_angle=figures["cone_angle"].value,
        working_width=figures["working_width"].value,
        stroke_rate=optional("stroke_rate"),
        drum_diameter=optional("drum_diameter"),
        figures=MappingProxyType(figures),
    )
