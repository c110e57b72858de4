"""Definitions of colour as the standards print them, read once from ``standards.toml``."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

from pinprick.evidence.entries import toml


@cache
def standard(name: str) -> SimpleNamespace:
    """The numbers of one definition by name: ``lab``, ``srgb``, ``ita`` or ``difference``.

    >>> standard("lab").lightness
    116.0
    """
    return SimpleNamespace(**toml("pinprick.appearance.colour", "standards.toml")[name])
