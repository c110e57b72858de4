"""Definitions of colour as the standards print them, read once from ``standards.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from types import SimpleNamespace


@cache
def standard(name: str) -> SimpleNamespace:
    """The numbers of one definition by name: ``lab``, ``srgb``, ``ita`` or ``difference``.

    >>> standard("lab").lightness
    116.0
    """
    text = files("pinprick.appearance.colour").joinpath("standards.toml").read_text("utf-8")
    return SimpleNamespace(**tomllib.loads(text)[name])
