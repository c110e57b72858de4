"""Sizes on the page, read once from ``layout.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from pinprick.evidence.entries import toml

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont


@cache
def layout(name: str) -> SimpleNamespace:
    """One table of the layout by name.

    >>> layout("stamp").words
    'simulation, not a promise'
    """
    return SimpleNamespace(**toml("pinprick.appearance.picture", "layout.toml")[name])


@cache
def font(size: int, *, bold: bool = False) -> FreeTypeFont:
    """Letters of a size in pixels: the typeface that Matplotlib brings along."""
    import matplotlib
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    return ImageFont.truetype(str(path), size)
