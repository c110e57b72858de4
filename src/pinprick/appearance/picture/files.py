"""PNG files of pictures: tagged sRGB, stamped in their metadata, with a text for the blind."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pinprick.appearance.picture.layout import layout
from pinprick.files import write_all

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class Picture:
    """A finished picture: the PNG's bytes, a text for those who do not see it, and its size."""

    png: bytes
    alt: str
    width: int
    height: int

    def write(self, path: str | Path) -> None:
        """Write the PNG whole or not at all."""
        write_all({Path(path): lambda place: place.write_bytes(self.png)})


def picture(image: Image, alt: str, facts: Mapping[str, str], *, small: bool = False) -> Picture:
    """Encode an image whose photographs are stamped already.

    Args:
        image: in sRGB.
        alt: what it shows, in words.
        facts: further metadata, such as seed and version.
        small: fewer colours, for a page that holds the picture.

    >>> from pinprick.appearance.picture.page import blank
    >>> made = picture(blank(40, 30), "an empty page", {"Seed": "1"})
    >>> (made.width, made.height), made.alt, b"simulation, not a promise" in made.png
    ((40, 30), 'an empty page', True)
    """
    from PIL import PngImagePlugin

    size = layout("file")
    told = PngImagePlugin.PngInfo()
    told.add(b"sRGB", b"\0")  # perceptual intent
    words = layout("stamp").words
    for key, text in {"Title": words, "Warning": words, "Description": alt, **facts}.items():
        told.add_itxt(key, text)
    told.add_itxt("Pinprick", json.dumps({"stamp": words, **facts}, ensure_ascii=False))
    if small:
        image = _fewer(image)
    out = io.BytesIO()
    dots = (size.dots_per_inch, size.dots_per_inch)
    image.save(out, "PNG", pnginfo=told, optimize=small, dpi=dots)
    return Picture(out.getvalue(), alt, image.width, image.height)


def _fewer(image: Image) -> Image:
    """The same image in few colours, the page's own inks among them."""
    from PIL import Image as Images

    page, lines = layout("page"), layout("profile").lines
    own = [page.paper, page.ground, page.ink, page.faint, *lines]
    count = layout("file").colours - len(own)
    none = Images.Dither.NONE
    found = image.quantize(count, method=Images.Quantize.MEDIANCUT, dither=none)
    colours = (found.getpalette() or [])[: count * len(page.ink)]
    table = Images.new("P", (1, 1))
    table.putpalette(colours + [level for colour in own for level in colour])
    return image.quantize(palette=table, dither=none)
