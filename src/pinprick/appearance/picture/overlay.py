"""What is written into the pixels of a photograph: stamp, scale bar, arrow of the light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pinprick import units
from pinprick.appearance.light import Lamp
from pinprick.appearance.picture.layout import font, layout
from pinprick.appearance.picture.shot import Pixels

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont


def stamped(pixels: Pixels, pixel: float, lamp: Lamp, note: str = "") -> Image:
    """A photograph with its stamp along the lower edge, its scale bar and the light's arrow.

    ``note`` is written at the upper right, such as ``+1 EV``.
    """
    from PIL import Image as Images
    from PIL import ImageDraw

    image = Images.fromarray(pixels)
    _band(image)
    draw = ImageDraw.Draw(image)
    stamp, marks = layout("stamp"), layout("marks")
    letters = _stamp_font(image.width)
    draw.text(
        _stamp_place(image.width, image.height), stamp.words, fill=tuple(stamp.ink),
        font=letters, anchor="lm",
    )  # fmt: skip
    _bar(image, pixel)
    _arrow(image, lamp)
    if note:
        shade, ink = tuple(marks.shade), tuple(marks.ink)
        place = (image.width - marks.inset, marks.inset)
        draw.text(
            place, note, fill=ink, font=letters, anchor="ra", stroke_width=2, stroke_fill=shade
        )
    return image


def _stamp_font(width: int) -> FreeTypeFont:
    """Letters of the stamp on a photograph of that width."""
    return font(max(round(layout("stamp").size * width), layout("page").tiny - 2))


def _stamp_place(width: int, height: int) -> tuple[int, int]:
    """Left end and middle of the stamp's line."""
    return layout("marks").inset, height - _band_height(width) // 2


def _band_height(width: int) -> int:
    size: float = _stamp_font(width).size * layout("stamp").band
    return round(size)


def _band(image: Image) -> None:
    """Darken the lower edge, so that the stamp reads on any skin."""
    from PIL import Image as Images

    high = _band_height(image.width)
    box = (0, image.height - high, image.width, image.height)
    dark = Images.new("RGB", (image.width, high), tuple(layout("marks").shade))
    image.paste(Images.blend(image.crop(box), dark, layout("stamp").cover), box)


def bar_length(most: float) -> float:
    """The longest scale bar of at most that length in metres: 1, 2 or 5 of a power of ten.

    >>> bar_length(2.5e-3), bar_length(3.5e-3)
    (0.002, 0.002)
    """
    ten = 10.0 ** np.floor(np.log10(most))
    return float(max(step for step in (1.0, 2.0, 10 / 2) if step * ten <= most) * ten)


def _bar(image: Image, pixel: float) -> None:
    """The scale bar, in the room that the stamp leaves on its line."""
    from PIL import ImageDraw

    marks, ink = layout("marks"), tuple(layout("marks").ink)
    draw = ImageDraw.Draw(image)
    letters = _stamp_font(image.width)
    taken = letters.getlength(layout("stamp").words) + letters.getlength(marks.longest)
    room = (image.width - taken - 2 * 2 * marks.inset) * pixel
    length = bar_length(min(image.width * pixel / (2 * 2), max(room, pixel)))
    wide = round(length / pixel)
    middle = _stamp_place(image.width, image.height)[1]
    words = f"{length / units.MILLI:g} mm"
    right = image.width - marks.inset
    draw.text((right, middle), words, fill=ink, font=letters, anchor="rm")
    end = right - round(letters.getlength(words)) - marks.inset // 2
    half = marks.bar
    box = (end - wide, middle - half // 2, end, middle - half // 2 + marks.bar - 1)
    draw.rectangle(box, fill=ink)
    for x in (end - wide, end):
        draw.line((x, middle - 2 * half, x, middle + 2 * half), fill=ink, width=2)


def _arrow(image: Image, lamp: Lamp) -> None:
    """From the upper corner into the picture, the way the light goes."""
    from PIL import ImageDraw

    marks = layout("marks")
    draw = ImageDraw.Draw(image)
    down, right = lamp.direction
    length, head, inset = marks.arrow, marks.head, marks.inset
    x = inset if right < 0 else image.width - inset
    start = np.array([x, inset], dtype=float)
    way = np.array([-right, -down])
    end = start + length * way
    side = np.array([-way[1], way[0]])
    tip = [end, end - head * way + head / 2 * side, end - head * way - head / 2 * side]
    for ink, width in ((marks.shade, marks.bar + 2), (marks.ink, marks.bar)):
        draw.line([*map(tuple, (start, end - head / 2 * way))], fill=tuple(ink), width=width)
        draw.polygon([tuple(p) for p in tip], fill=tuple(ink), outline=tuple(marks.shade))
