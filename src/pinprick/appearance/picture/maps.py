"""False-colour maps of blood and melanin: what the eye misses on dark skin, for all eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick.appearance.picture.layout import font, layout
from pinprick.appearance.picture.page import beside, blank
from pinprick.appearance.picture.shot import Pixels, Shot

if TYPE_CHECKING:
    from PIL.Image import Image


def maps(shot: Shot) -> Image:
    """Blood and melanin over rest, each beside its scale, which is the same on all days."""
    size, gap = layout("maps"), layout("page").gap
    parts = [
        _map(shot.blood, "blood over rest", size.blood),
        _map(shot.melanin, "melanin over rest", size.melanin),
    ]
    return beside(parts, gap)


def _coloured(values: np.ndarray[Any, np.dtype[np.float64]], ends: list[float]) -> Pixels:
    """Values in false colour, darkest at the lower end, shape (…, 3)."""
    from matplotlib import colormaps

    low, high = ends
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    colours = colormaps[layout("maps").names](share)[..., :-1]
    return np.asarray(np.round(colours * np.iinfo(np.uint8).max), dtype=np.uint8)


def _map(values: np.ndarray[Any, np.dtype[np.float64]], name: str, ends: list[float]) -> Image:
    from PIL import Image as Images
    from PIL import ImageDraw

    size, page = layout("maps"), layout("page")
    picture = Images.fromarray(_coloured(values, ends))
    picture = picture.resize((size.width, size.width), Images.Resampling.BOX)
    ramp = np.linspace(ends[1], ends[0], size.width)[:, None]
    bar = Images.fromarray(np.repeat(_coloured(ramp, ends), size.bar, axis=1))
    letters = font(page.tiny)
    low, high = (f"×{end:g}" for end in ends)
    label = round(max(letters.getlength(low), letters.getlength(high))) + page.gap
    tall = size.width + round(page.tiny * page.line) + 2
    out = blank(size.width + size.bar + page.gap // 2 + label, tall)
    draw = ImageDraw.Draw(out)
    draw.text((0, 0), name, fill=tuple(page.ink), font=letters)
    top = tall - size.width
    out.paste(picture, (0, top))
    left = size.width + page.gap // 2
    out.paste(bar, (left, top))
    x = left + size.bar + page.gap // 2 // 2
    draw.text((x, top), high, fill=tuple(page.ink), font=letters, anchor="lt")
    draw.text((x, tall - 2), low, fill=tuple(page.ink), font=letters, anchor="lb")
    return out
