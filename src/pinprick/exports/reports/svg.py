"""Small pieces of SVG: escaped elements, paths, and labels that keep clear of each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10
from typing import Any

from markupsafe import Markup, escape

# Blue and orange keep apart for every common colour blindness and on a grey print.
INK = {
    "treated": "#0064a3",
    "untreated": "#9c4f00",
    "redness": "#a8324a",
    "collagen": "#0072b2",
    "line": "#3d3d3d",
    "faint": "#c9c9c9",
}

# The layers of the skin from the top down, the same in every drawing.
LAYERS = {
    "stratum corneum": "#a58f78",
    "viable epidermis": "#dcc3a8",
    "papillary dermis": "#f3e3d6",
    "reticular dermis": "#f8efe8",
    "subcutis": "#fbf4d8",
}


def short(value: Any) -> str:
    """A coordinate with at most two decimals.

    >>> short(1.0), short(2.345678), short("auto")
    ('1', '2.35', 'auto')
    """
    if isinstance(value, float):
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return str(value)


def el(tag: str, *body: object, **attributes: Any) -> Markup:
    """One element; text in it is escaped, ``class_`` is ``class``, ``_`` is ``-``.

    >>> str(el("text", "a < b", x=1.5, text_anchor="end"))
    '<text x="1.5" text-anchor="end">a &lt; b</text>'
    """
    pairs = Markup("").join(
        Markup(' {}="{}"').format(Markup(name.rstrip("_").replace("_", "-")), short(value))
        for name, value in attributes.items()
        if value is not None
    )
    inner = Markup("").join(escape(piece) for piece in body)
    return Markup("<{}{}>{}</{}>").format(Markup(tag), pairs, inner, Markup(tag))


def path(points: Iterable[tuple[float, float]], closed: bool = False) -> str:
    """Path data through points.

    >>> path([(0, 0), (10, 5.5)], closed=True)
    'M0 0L10 5.5Z'
    """
    steps = "L".join(f"{short(float(x))} {short(float(y))}" for x, y in points)
    return f"M{steps}{'Z' if closed else ''}"


def say(x: float, y: float, words: str, anchor: str = "middle", kind: str = "small") -> Markup:
    """Words on a drawing, of the class ``kind``.

    >>> str(say(10, 20, "1 mm", "end"))
    '<text x="10" y="20" text-anchor="end" class="small">1 mm</text>'
    """
    return el("text", words, x=x, y=y, text_anchor=anchor, class_=kind)


def stroke(
    points: Iterable[tuple[float, float]], colour: str, width: float, dash: str | None = None
) -> Markup:
    """A line through points.

    >>> str(stroke([(0, 0), (10, 5)], "#000", 2))
    '<path d="M0 0L10 5" stroke="#000" stroke-width="2" fill="none"></path>'
    """
    return el(
        "path", d=path(points), stroke=colour, stroke_width=width, stroke_dasharray=dash,
        fill="none",
    )  # fmt: skip


def upright(x: float, y: float, words: str) -> Markup:
    """Words that read from below upwards, such as the name of an axis."""
    turned = f"translate({short(float(x))} {short(float(y))}) rotate(-90)"
    return el("text", words, transform=turned, text_anchor="middle", class_="small")


def picture(width: float, height: float, name: str, *body: object) -> Markup:
    """A whole drawing with a name for readers who do not see it."""
    view_box = f"0 0 {short(float(width))} {short(float(height))}"
    return el("svg", *body, viewBox=view_box, role="img", aria_label=name, class_="drawing")


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers from ``low`` to ``high``, about ``about`` of them.

    >>> ticks(-5, 11)
    [-5.0, 0.0, 5.0, 10.0]
    """
    raw = (high - low) / about
    power = 10.0 ** floor(log10(raw))
    step = next(power * f for f in (1, 2, 2.5, 5, 10) if power * f >= raw * 0.999)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near those wanted (in rising order), at least ``gap`` apart, within the limits.

    >>> apart([0, 1, 50], 10, 0, 100)
    [0, 10, 50]
    >>> apart([95, 99], 10, 0, 100)
    [90, 100]
    """
    places: list[float] = []
    for place in wanted:
        places.append(max(place, low, places[-1] + gap if places else low))
    limit = high
    for i in range(len(places) - 1, -1, -1):
        places[i] = min(places[i], limit)
        limit = places[i] - gap
    return places
