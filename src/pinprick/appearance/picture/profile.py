"""The profile beneath a photograph: height along a line through the concern, in micrometres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick import units
from pinprick.appearance.picture.layout import font, layout
from pinprick.appearance.picture.page import above, blank
from pinprick.appearance.relief.concerns import Lines, Scar
from pinprick.appearance.relief.patch import Patch

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Array = np.ndarray[Any, np.dtype[np.float64]]


def section(made: Patch, relief: Array) -> tuple[Array, str]:
    """Height along a line through the first concern, and which way the line runs.

    Across the patch through the middle of a scar; down it where lines run across.
    """
    for what in made.shapes:
        if isinstance(what, Scar):
            row = int(what.y / made.grid.pixel) - made.grid.top
            return relief[min(max(row, 0), made.grid.rows - 1)], "from left to right"
        if isinstance(what, Lines):
            return relief[:, made.grid.columns // 2], "from top to bottom"
    return relief[int(np.argmin(made.concern.min(axis=1)))], "from left to right"


def profile(
    lines: Sequence[tuple[str, Array]],
    pixel: float,
    width: int,
    height: int | None = None,
    way: str = "from left to right",
) -> Image:
    """Profiles over one another, each with its own dashes and its name beneath.

    Args:
        lines: name and height in metres, shape (columns,).
        pixel: width of a pixel in metres.
        width: of the image in pixels.
        height: of the image in pixels; the usual one if None.
        way: in which the line runs.
    """
    from PIL import Image as Images
    from PIL import ImageDraw

    size = layout("profile")
    high = size.height if height is None else height
    fine = size.fine
    big = blank(width * fine, high * fine)
    draw = ImageDraw.Draw(big)
    left, right = size.left * fine, (width - layout("page").gap) * fine
    top, bottom = size.top * fine, (high - size.bottom) * fine
    low, top_value = _range([values for _, values in lines])

    def place(x: Array, z: Array) -> list[tuple[float, float]]:
        across = left + (right - left) * x
        down = top + (bottom - top) * (top_value - z) / (top_value - low)
        return list(zip(across.tolist(), down.tolist(), strict=True))

    for tick in _ticks(low, top_value):
        ends = place(np.array([0.0, 1.0]), np.array([tick, tick]))
        draw.line(ends, fill=tuple(size.zero), width=fine)
    for n, (_, values) in enumerate(lines):
        points = place(np.linspace(0.0, 1.0, len(values)), values / units.MICRO)
        _dashed(draw, points, n, fine)
    small = big.resize((width, high), Images.Resampling.LANCZOS)
    across = len(lines[0][1]) * pixel / units.MILLI
    _write(small, f"along {across:g} mm, {way}", low, top_value)
    return above(small, _legend([name for name, _ in lines], width))


def _dashed(draw: ImageDraw, points: Sequence[tuple[float, float]], n: int, fine: int) -> None:
    """The ``n``-th line in its own colour and dashes, whose lengths count in pixels across."""
    size = layout("profile")
    on, off = size.dashes[n % len(size.dashes)]
    ink = tuple(size.lines[n % len(size.lines)])
    x = np.array([point[0] for point in points])
    turn = (x - x[0]) / fine % (on + off) < on
    edges = np.flatnonzero(np.diff(turn.astype(int), prepend=0, append=0))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        draw.line(points[start : end + 1], fill=ink, width=2 * fine)


def _range(values: Sequence[Array]) -> tuple[float, float]:
    """Lowest and highest value shown, in micrometres."""
    low = min(float(v.min()) for v in values) / units.MICRO
    high = max(float(v.max()) for v in values) / units.MICRO
    room = 0.5 * (high - low) / (2 * 2) + 1.0
    return low - room, high + room


def _ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / layout("profile").ticks
    ten = 10.0 ** np.floor(np.log10(rough))
    step = min(s * ten for s in (1.0, 2.0, 10 / 2, 10.0) if s * ten >= rough)
    first, last = int(np.ceil(low / step)), int(np.floor(high / step))
    return [float(n * step) for n in range(first, last + 1)]


def _write(image: Image, along: str, low: float, high: float) -> None:
    """Heights beside the lines and what the axes are, in words."""
    from PIL import ImageDraw

    page, size = layout("page"), layout("profile")
    draw = ImageDraw.Draw(image)
    letters, ink = font(page.tiny), tuple(page.ink)
    bottom = image.height - size.bottom
    for tick in _ticks(low, high):
        y = size.top + (bottom - size.top) * (high - tick) / (high - low)
        draw.text((size.left - page.gap // 2, y), f"{tick:g}", fill=ink, font=letters, anchor="rm")
    middle = image.height - size.bottom // 2
    words = f"height in µm {along}"
    draw.text((size.left, middle), words, fill=ink, font=letters, anchor="lm")


def _legend(names: Sequence[str], width: int) -> Image:
    """Names behind a piece of their lines, broken into as many rows as they need."""
    from PIL import ImageDraw

    page, size = layout("page"), layout("profile")
    letters, step = font(page.tiny), round(page.tiny * page.line)
    spots: list[tuple[int, int]] = []
    x, row = size.left, 0
    for name in names:
        need = size.sample + page.gap // 2 + round(letters.getlength(name))
        if x > size.left and x + need > width:
            x, row = size.left, row + 1
        spots.append((x, row * step + step // 2))
        x += need + page.gap
    out = blank(width, step * (row + 1))
    draw = ImageDraw.Draw(out)
    for n, ((left, middle), name) in enumerate(zip(spots, names, strict=True)):
        piece = [(float(left + i), float(middle)) for i in range(size.sample)]
        _dashed(draw, piece, n, 1)
        place = (left + size.sample + page.gap // 2, middle)
        draw.text(place, name, fill=tuple(page.ink), font=letters, anchor="lm")
    return out
