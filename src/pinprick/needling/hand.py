"""How a hand lays passes and how a map is read: the figures of ``hand.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pinprick.devices import Figure
from pinprick.devices import figure as figure_of
from pinprick.evidence.entries import toml


@cache
def hand() -> Mapping[str, Figure]:
    """All figures by name.

    >>> hand()["glide"].text, hand()["glide"].status
    ('2 cm/s', 'assumed')
    """
    body = toml("pinprick.needling", "hand.toml")
    return MappingProxyType({name: figure_of(item) for name, item in body.items()})


def figure(name: str) -> float:
    """Value of one figure in SI.

    >>> round(figure("quadrat") * 1e3, 6)  # mm
    5.0
    """
    return hand()[name].value
