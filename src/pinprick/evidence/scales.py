"""Named clinical scales as data: range, direction, steps, smallest change that counts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from pinprick.faults import Fault, InputError, did_you_mean


@dataclass(frozen=True, slots=True)
class SmallestChange:
    """The change on a scale that counts as better: at least ``change``, or more if ``strict``."""

    change: float
    strict: bool
    text: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """A clinical scale; an empty ``concerns`` means that it may rate any concern."""

    name: str
    title: str
    low: float
    high: float
    step: float
    unit: str
    better: Literal["lower", "higher"]
    of: Literal["state", "change"]
    concerns: tuple[str, ...]
    rows: tuple[str, ...]
    smallest_change: SmallestChange | None = None


@cache
def scales() -> Mapping[str, Scale]:
    """All scales by name.

    >>> scales()["lemperle"].high
    5.0
    """
    text = files("pinprick.evidence").joinpath("scales.toml").read_text("utf-8")
    return MappingProxyType({name: _read(name, body) for name, body in tomllib.loads(text).items()})


def scale(name: str) -> Scale:
    """The scale of that name.

    Raises:
        InputError: if there is none; the fault names the nearest.

    >>> scale("goodman-baron-quantitative").smallest_change.text
    'more than 4 points'
    """
    if name not in scales():
        raise InputError([Fault("scale", name, did_you_mean(name, scales()))])
    return scales()[name]


def _read(name: str, body: dict[str, Any]) -> Scale:
    change = body.pop("smallest_change", None)
    return Scale(
        name=name,
        low=float(body.pop("low")),
        high=float(body.pop("high")),
        step=float(body.pop("step")),
        concerns=tuple(body.pop("concerns")),
        rows=tuple(body.pop("rows")),
        smallest_change=None
        if change is None
        else SmallestChange(
            float(change["change"]), bool(change["strict"]), change["text"], tuple(change["rows"])
        ),
        **body,
    )
