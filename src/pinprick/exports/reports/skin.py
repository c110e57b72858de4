"""The to-scale section of the skin: layers, vessels, needle, track, open pore, new collagen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from pinprick.exports.reports.svg import INK, LAYERS, apart, el, path, picture, say, ticks
from pinprick.forecasting import wording
from pinprick.forecasting.figures.outlines import (
    Outline,
    collagen_at,
    collagen_peak,
    dermis,
    needle_outline,
    pore_outline,
    track_outline,
)

_WIDTH = 420.0
_LEFT, _BREADTH = 40.0, 204.0
_TOP = 84.0
_HEIGHT = 330.0
_INSET_DEPTH = 0.3
_STRONGEST = 0.78


class _Frame(NamedTuple):
    """Where millimetres go on the drawing: the same scale across and down."""

    per_mm: float
    depth: float
    top: float

    def y(self, depth: float) -> float:
        return self.top + self.per_mm * depth

    @property
    def bottom(self) -> float:
        return self.y(self.depth)

    def place(self, outline: Outline, centre: float) -> list[tuple[float, float]]:
        return [(centre + self.per_mm * x, self.y(z)) for x, z in outline]


def _mid(value: Mapping[str, float]) -> float:
    return float(value["p50"])


def _drawn_depth(view: Mapping[str, Any]) -> float:
    """How deep the section is drawn, in mm: a little below needle, vessels and dermis."""
    section = view["section"]
    deepest = [0.6]
    deepest += [float(needle["set_mm"]["p95"]) for needle in section["needles"]]
    deepest += [_mid(vessel["depth_mm"]) for vessel in section["vessels"]]
    deepest += [float(layer["top_mm"]) for layer in section["layers"]]
    return min(max(deepest) * 1.15, 6.0)


def magnified(view: Mapping[str, Any]) -> int:
    """How much larger the inset is than the section, as a whole number."""
    return max(2, round(_drawn_depth(view) / _INSET_DEPTH))


def shades(view: Mapping[str, Any], days: Sequence[float]) -> list[list[float]]:
    """Opacity of the shade of new collagen at every depth of the grid on every day."""
    peak = collagen_peak(view)
    if peak <= 0:
        return [[0.0] * len(view["new_collagen"]["depth_mm"]) for _ in days]
    return [
        [round(_STRONGEST * max(0.0, gain) / peak, 3) for gain in collagen_at(view, day)]
        for day in days
    ]


def section(view: Mapping[str, Any]) -> Markup:
    """The whole section to one scale: needle as set, track as reached, pore that stays open."""
    frame = _Frame(_HEIGHT / _drawn_depth(view), _drawn_depth(view), _TOP)
    needles = view["section"]["needles"]
    body: list[object] = [*_tissue(view, frame), *_shading(view, frame), *_vessels(view, frame)]
    heads = (("needle", "as set"), ("track", "reached"), ("open", "pore"))
    centres = [_LEFT + _BREADTH * share for share in (0.18, 0.5, 0.82)]
    if needles:
        needle = needles[0]
        body += [_needle(needle, frame, centres[0]), *_track(needle, frame, centres[1])]
        body += [_pore(needle, frame, centres[2])]
        for (first, second), centre in zip(heads, centres, strict=True):
            body.append(_head(first, second, centre))
    body += [*_axis(frame, ticks(0, frame.depth, 6)), *_labels(view, frame)]
    name = f"Section of the skin, {view['section']['site']}, to scale, down to {frame.depth:.1f} mm"
    return picture(_WIDTH, frame.bottom + 14, name, *body)


def inset(view: Mapping[str, Any]) -> Markup:
    """The top 0.3 mm, enlarged, where the horny layer and the open pore can be seen."""
    scale = magnified(view) * _HEIGHT / _drawn_depth(view)
    frame = _Frame(scale, _INSET_DEPTH, 34.0)
    needles = view["section"]["needles"]
    body: list[object] = [*_tissue(view, frame), *_shading(view, frame), *_vessels(view, frame)]
    if needles:
        centre = _LEFT + 0.5 * _BREADTH
        body.append(
            el(
                "line",
                x1=centre,
                x2=centre,
                y1=frame.top,
                y2=frame.bottom,
                stroke=INK["line"],
                stroke_width=1,
                stroke_dasharray="2 4",
            )
        )
        body.append(_pore(needles[0], frame, centre))
    body += [*_axis(frame, ticks(0, _INSET_DEPTH, 3)), *_labels(view, frame, pore=True)]
    name = f"The top {_INSET_DEPTH} mm of the same section, enlarged {magnified(view)} times"
    return picture(_WIDTH, frame.bottom + 14, name, *body)


def _clip(frame: _Frame, low: float, high: float) -> tuple[float, float]:
    return max(0.0, low), min(frame.depth, high)


def _tissue(view: Mapping[str, Any], frame: _Frame) -> list[Markup]:
    drawn = []
    for layer in view["section"]["layers"]:
        top = float(layer["top_mm"])
        low, high = _clip(frame, top, top + _mid(layer["thickness_mm"]))
        if layer["name"] == view["section"]["layers"][-1]["name"]:
            high = frame.depth
        if high <= low:
            continue
        drawn.append(
            el(
                "rect",
                x=_LEFT,
                y=frame.y(low),
                width=_BREADTH,
                height=frame.per_mm * (high - low),
                fill=LAYERS.get(layer["name"], "#f3e9df"),
            )
        )
        drawn.append(
            el(
                "line",
                x1=_LEFT,
                x2=_LEFT + _BREADTH,
                y1=frame.y(low),
                y2=frame.y(low),
                stroke="#8a7560",
                stroke_width=0.8,
            )
        )
    return drawn


def _shading(view: Mapping[str, Any], frame: _Frame) -> list[Markup]:
    """A gradient down the dermis with one stop for each depth of the grid; the slider sets them."""
    low, high = _clip(frame, *dermis(view))
    depths = [float(depth) for depth in view["new_collagen"]["depth_mm"]]
    if high <= low or not depths:
        return []
    name, span = f"shade-{round(frame.per_mm)}", max(depths[-1], 1e-6)
    stops = [
        el(
            "stop",
            offset=f"{depth / span:.4f}",
            stop_color=INK["collagen"],
            stop_opacity=0,
            data_strip=i,
        )
        for i, depth in enumerate(depths)
    ]
    gradient = el(
        "linearGradient",
        *stops,
        id=name,
        gradientUnits="userSpaceOnUse",
        x1=0,
        x2=0,
        y1=frame.y(0.0),
        y2=frame.y(span),
    )
    box = el(
        "rect",
        x=_LEFT,
        y=frame.y(low),
        width=_BREADTH,
        height=frame.per_mm * (high - low),
        fill=f"url(#{name})",
    )
    return [gradient, box]


def _vessels(view: Mapping[str, Any], frame: _Frame) -> list[Markup]:
    """Loops as small arches that end at their depth, a plexus as a wavy line at its depth."""
    drawn = []
    for vessel in view["section"]["vessels"]:
        depth = _mid(vessel["depth_mm"])
        if depth > frame.depth:
            continue
        y = frame.y(depth)
        if "loop" in vessel["name"]:
            tall = min(0.12 * frame.per_mm, frame.bottom - y)
            step = min(max(8.0, 0.09 * frame.per_mm), 0.45 * _BREADTH)
            half = min(0.018 * frame.per_mm, 8.0)
            count = int(_BREADTH // step)
            first = _LEFT + 0.5 * (_BREADTH - (count - 1) * step)
            bends = "".join(
                f"M{x - half:.1f} {y + tall:.1f}V{y + half:.1f}"
                f"A{half:.1f} {half:.1f} 0 0 1 {x + half:.1f} {y + half:.1f}V{y + tall:.1f}"
                for x in (first + step * i for i in range(count))
            )
            width = 1.2 if frame.per_mm < 400 else 2.5
        else:
            bends = f"M{_LEFT} {y:.1f}" + "q8.5 -5 17 0 t17 0 " * int(_BREADTH // 34)
            width = 2.2 if "deep" in vessel["name"] else 1.6
        drawn.append(el("path", d=bends, fill="none", stroke=INK["redness"], stroke_width=width))
    return drawn


def _needle(needle: Mapping[str, Any], frame: _Frame, centre: float) -> Markup:
    above = (_TOP - 40.0) / frame.per_mm
    outline = needle_outline(needle, _mid(needle["set_mm"]), above)
    return el(
        "path",
        d=path(frame.place(outline, centre)),
        fill="#ffffff",
        fill_opacity=0.55,
        stroke=INK["line"],
        stroke_width=1.4,
    )


def _track(needle: Mapping[str, Any], frame: _Frame, centre: float) -> list[Markup]:
    reached = needle["track_mm"]
    shape = path(frame.place(track_outline(needle, _mid(reached)), centre), closed=True)
    aside = centre + 0.5 * float(needle["shaft_mm"]) * frame.per_mm + 8
    low, high = frame.y(float(reached["p05"])), frame.y(float(reached["p95"]))
    cap = f"M{aside - 4:.1f}"
    caps = f"{cap} {low:.1f}h8M{aside:.1f} {low:.1f}V{high:.1f}{cap} {high:.1f}h8"
    return [
        el("path", d=shape, fill="#55504b", fill_opacity=0.8),
        el("path", d=caps, fill="none", stroke=INK["line"], stroke_width=1.2),
    ]


def _pore(needle: Mapping[str, Any], frame: _Frame, centre: float) -> Markup:
    """The pore itself, and the outline it leaves when it has closed."""
    outline = pore_outline(_mid(needle["open_pore_mm"]), _mid(needle["open_pore_width_mm"]))
    shape = path(frame.place(outline, centre), closed=True)
    return el(
        "g",
        el(
            "path", d=shape, fill="none", stroke=INK["line"], stroke_width=1, stroke_dasharray="2 2"
        ),
        el("path", d=shape, fill="#1f1f1f", data_pore=""),
    )


def _head(first: str, second: str, centre: float) -> Markup:
    lines = [el("tspan", first, x=centre, dy=0), el("tspan", second, x=centre, dy=15)]
    return el("text", *lines, x=centre, y=16, text_anchor="middle", class_="label")


def _axis(frame: _Frame, marks: Sequence[float]) -> list[Markup]:
    drawn = [say(_LEFT - 7, frame.top - 13, "mm", "end")]
    for mark in marks:
        y = frame.y(mark)
        drawn.append(el("line", x1=_LEFT - 4, x2=_LEFT, y1=y, y2=y, stroke=INK["line"]))
        drawn.append(say(_LEFT - 7, y + 4, f"{mark:g}", "end"))
    drawn.append(
        el(
            "rect",
            x=_LEFT,
            y=frame.top,
            width=_BREADTH,
            height=frame.bottom - frame.top,
            fill="none",
            stroke=INK["line"],
        )
    )
    return drawn


def _named(view: Mapping[str, Any], frame: _Frame, pore: bool) -> list[tuple[float, str, str, str]]:
    """What is named at the right: depth, name, size and colour, from the top down."""
    named = []
    layers = view["section"]["layers"]
    for layer in layers:
        top, thick = float(layer["top_mm"]), _mid(layer["thickness_mm"])
        low, high = _clip(frame, top, top + thick)
        if high <= low:
            continue
        size = (
            f"{wording.size(thick)} thick" if layer is not layers[-1] else "fat, below the dermis"
        )
        named.append((0.5 * (low + high), layer["name"], size, "#6b5843"))
    for vessel in view["section"]["vessels"]:
        depth = _mid(vessel["depth_mm"])
        if depth <= frame.depth:
            named.append((depth, vessel["name"], f"at {wording.size(depth)}", INK["redness"]))
    if pore and view["section"]["needles"]:
        open_depth = _mid(view["section"]["needles"][0]["open_pore_mm"])
        wide = _mid(view["section"]["needles"][0]["open_pore_width_mm"])
        named.append(
            (
                open_depth,
                "open pore",
                f"{wording.size(open_depth)} deep, {wording.size(wide)} wide".replace(
                    " µm deep", " deep"
                ),
                "#1f1f1f",
            )
        )
    return sorted(named)


def _labels(view: Mapping[str, Any], frame: _Frame, pore: bool = False) -> list[Markup]:
    named = _named(view, frame, pore)
    gap = 33.0
    wanted = [frame.y(depth) for depth, *_ in named]
    places = apart(wanted, gap, frame.top - 26, frame.bottom - 14)
    right = _LEFT + _BREADTH
    drawn = []
    for (_, name, size, colour), y, at in zip(named, wanted, places, strict=True):
        start = right
        if name == "open pore":
            start = _LEFT + 0.5 * _BREADTH
        drawn.append(
            el(
                "path",
                d=f"M{start:.1f} {y:.1f}L{right:.1f} {y:.1f}L{right + 18:.1f} {at:.1f}h5",
                fill="none",
                stroke=colour,
                stroke_width=0.9,
            )
        )
        drawn.append(
            el(
                "text",
                el("tspan", name, x=right + 27, dy=0, fill=colour),
                el("tspan", size, x=right + 27, dy=13.5, class_="small"),
                x=right + 27,
                y=at + 3,
                class_="label",
            )
        )
    return drawn
