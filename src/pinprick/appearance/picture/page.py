"""A page that grows downwards: lines of text and rows of images, none of which can overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pinprick.appearance.picture.layout import font, layout

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont


@dataclass
class Page:
    """Blocks one below the other on a page of a width in pixels.

    >>> page = Page(200)
    >>> page.text("a line that is too long for so narrow a page")
    >>> page.finish().size[0]
    200
    """

    width: int
    margin: int = 0
    blocks: list[Image] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)

    @property
    def inner(self) -> int:
        """Width between the margins."""
        return self.width - 2 * self.margin

    def text(
        self, words: str, size: str = "text", *, bold: bool = False, faint: bool = False
    ) -> None:
        """Add a paragraph, broken into lines that fit."""
        self.add(paragraph(words, self.inner, size, bold=bold, faint=faint))

    def row(self, images: Sequence[Image]) -> None:
        """Add images side by side."""
        self.add(beside(images, layout("page").gap))

    def mounted(self, images: Sequence[Image]) -> None:
        """Add photographs side by side on a mid grey from edge to edge of the page."""
        self.add(mount(images, self.inner + 2 * self.margin))

    def add(self, image: Image, gap: int | None = None) -> None:
        """Add an image below what is there."""
        self.gaps.append(layout("page").gap // 2 if gap is None else gap)
        self.blocks.append(image)

    def finish(self) -> Image:
        """The page as an image."""
        height = 2 * self.margin + sum(b.height for b in self.blocks) + sum(self.gaps[1:])
        out = blank(self.width, max(height, 1))
        top = self.margin
        for place, (block, gap) in enumerate(zip(self.blocks, self.gaps, strict=True)):
            top += gap if place else 0
            out.paste(block, (0 if block.width == self.width else self.margin, top))
            top += block.height
        return out


def blank(width: int, height: int, colour: str = "paper") -> Image:
    """An empty image in a colour of the layout."""
    from PIL import Image as Images

    return Images.new("RGB", (width, height), tuple(getattr(layout("page"), colour)))


def beside(images: Sequence[Image], gap: int, colour: str = "paper") -> Image:
    """Images side by side, their tops level."""
    width = sum(image.width for image in images) + gap * (len(images) - 1)
    out = blank(width, max(image.height for image in images), colour)
    left = 0
    for image in images:
        out.paste(image, (left, 0))
        left += image.width + gap
    return out


def above(upper: Image, lower: Image) -> Image:
    """Two images of one width, one above the other."""
    out = blank(max(upper.width, lower.width), upper.height + lower.height)
    out.paste(upper, (0, 0))
    out.paste(lower, (0, upper.height))
    return out


def mount(images: Sequence[Image], width: int = 0) -> Image:
    """Photographs side by side in the middle of a mid grey.

    Args:
        images: the photographs.
        width: of the whole in pixels; as wide as they need if that is more.

    >>> one = blank(30, 20)
    >>> mount([one, one]).size, mount([one], 200).size  # with a gap of 16 pixels
    ((108, 52), (200, 52))
    """
    gap = layout("page").gap
    photographs = beside(images, gap, "ground")
    wide = max(width, photographs.width + 2 * gap)
    out = blank(wide, photographs.height + 2 * gap, "ground")
    out.paste(photographs, ((wide - photographs.width) // 2, gap))
    return out


def paragraph(
    words: str, width: int, size: str = "text", *, bold: bool = False, faint: bool = False
) -> Image:
    """Text as an image of a width, as many lines high as it needs."""
    from PIL import ImageDraw

    page = layout("page")
    letters = font(getattr(page, size), bold=bold)
    lines = list(_broken(words, width, letters))
    step = round(getattr(page, size) * page.line)
    out = blank(width, step * len(lines))
    draw = ImageDraw.Draw(out)
    ink = tuple(page.faint if faint else page.ink)
    for place, line in enumerate(lines):
        draw.text((0, place * step), line, fill=ink, font=letters)
    return out


def _broken(words: str, width: int, letters: FreeTypeFont) -> Iterator[str]:
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and letters.getlength(longer) > width:
            yield line
            line = word
        else:
            line = longer
    yield line
