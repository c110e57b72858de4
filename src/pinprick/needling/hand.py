"""How a hand lays passes and how a map is read: the figures of ``hand.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pinprick import units


@dataclass(frozen=True, slots=True)
class HandFigure:
    """A figure in SI with the ``text`` as declared, its rows, status and note."""

    value: float
    text: str
    rows: tuple[str, ...]
    status: str
    note: str


@cache
def hand() -> Mapping[str, HandFigure]:
    """All figures by name.

    >>> round(hand()["glide"].value, 3)
    0.02
    """
    body = tomllib.loads(files("pinprick.needling").joinpath("hand.toml").read_text("utf-8"))
    return MappingProxyType(
        {
            name: HandFigure(
                units.to_si(float(item["value"]), item["unit"]),
                f"{item['value']:g} {item['unit']}".removesuffix(" 1"),
                tuple(item["rows"]),
                str(item["status"]),
                str(item["note"]),
            )
            for name, item in body.items()
        }
    )


def figure(name: str) -> float:
    """Value of one figure in SI."""
    return hand()[name].value
