"""The report's section on one session's punctures: four still drawings and their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from pinprick.exports.html import close
from pinprick.exports.reports.svg import (
    INK,
    LAYERS,
    apart,
    el,
    path,
    picture,
    say,
    short,
    stroke,
    ticks,
    upright,
)
from pinprick.forecasting import wording

# Dark to light, and in this order for every common colour blindness (as Matplotlib's cividis).
_SHADES = ("#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838")
_SIZE, _LEFT, _TOP, _WIDE = 300.0, 50.0, 10.0, 380.0
_FORMS = {"ellipse": "an ellipse", "rectangle": "a rectangle"}
_EVEN = {"ellipse": "circle", "rectangle": "square"}
_MAKERS = {"random": "holes at random"}


def part(view: Mapping[str, Any]) -> Markup:
    """The whole section; nothing where the view holds no punctures."""
    data = view.get("punctures")
    if not data:
        return Markup("")
    made = f"{data['passes']} pass{'es' if data['passes'] > 1 else ''}"
    lead = (
        f"{wording.title(data['zone'])}: {data['title']}, set to {wording.tidy(data['set_mm'])} "
        f"mm, {made}. Every hole of the first session, laid as the device and a hand would lay it, "
        "for the one virtual version nearest the middle. Another version, or another hand, "
        "gives another picture."
    )
    drawn = [
        (holes(data), _holes_words(data)),
        (coverage(data), _coverage_words(data)),
        (
            depths(data),
            f"Where the tracks end, on a section of this version's skin{_layers(data)}.",
        ),
        (closure(data["closure"]), "What stays open after a session: medians and 90 % ranges."),
    ]
    figures = [el("figure", drawing, el("figcaption", close(words))) for drawing, words in drawn]
    return el(
        "section",
        el("h2", "The punctures of one session", id="h-punctures"),
        el("p", lead, class_="lead"),
        el("div", *figures, class_="pair"),
        _table(data),
        id="punctures",
        aria_labelledby="h-punctures",
    )


def holes(data: Mapping[str, Any]) -> Markup:
    """A small square with its holes to scale, shaded by depth."""
    patch = data["patch"]
    side = patch["side_mm"]
    scale = _SIZE / side
    deep = patch["depth_mm"] or [0.0]
    low, high = min(deep), max(deep)
    groups: list[list[str]] = [[] for _ in _SHADES]
    for x, y, z in zip(patch["x_mm"], patch["y_mm"], patch["depth_mm"], strict=True):
        shade = min(int((z - low) / max(high - low, 1e-9) * len(_SHADES)), len(_SHADES) - 1)
        groups[shade].append(f"M{_at(x, side, scale)} {_at(-y, side, scale)}h0")
    dots = [
        el(
            "path", d="".join(group), stroke=colour, fill="none", stroke_linecap="round",
            stroke_width=round(data["diameter_mm"] * scale, 2),
        )
        for group, colour in zip(groups, _SHADES, strict=True)
        if group
    ]  # fmt: skip
    ground = el("rect", width=_SIZE, height=_SIZE, fill="#f3e3d6", stroke=INK["line"])
    inner = el("svg", ground, *dots, x=_LEFT, y=_TOP, width=_SIZE, height=_SIZE,
               viewBox=f"0 0 {short(_SIZE)} {short(_SIZE)}")  # fmt: skip
    one = _nice(side / 4)
    bar = el("path", d=path([(_LEFT, 328), (_LEFT + one * scale, 328)]), stroke=INK["line"],
             stroke_width=3)  # fmt: skip
    words = el("text", f"{one:g} mm", x=_LEFT + one * scale + 8, y=332)
    key = _key([f"{low:.2f} mm", f"{high:.2f} mm deep"], 346)
    return picture(_WIDE, 362, _holes_words(data), inner, bar, words, key)


def coverage(data: Mapping[str, Any]) -> Markup:
    """Holes per area over the zone, with the largest gaps."""
    grid = data["coverage"]
    rows, side = grid["per_cm2"], grid["side_mm"]
    wide, high = side * len(rows), side * len(rows[0])
    scale = _SIZE / max(wide, high)
    known = sorted(v for row in rows for v in row if v is not None)
    low, top = known[len(known) // 50], known[-1 - len(known) // 50]
    groups: list[list[str]] = [[] for _ in _SHADES]
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if value is not None:
                place = int((value - low) / max(top - low, 1e-9) * len(_SHADES))
                shade = min(max(place, 0), len(_SHADES) - 1)
                # squares in units of their own, so that their places are whole numbers
                groups[shade].append(f"M{i} {len(row) - 1 - j}h1v1h-1z")
    left, step = _LEFT + (_SIZE - wide * scale) / 2, side * scale
    squares = el(
        "g",
        *(el("path", d="".join(group), fill=colour)
          for group, colour in zip(groups, _SHADES, strict=True) if group),
        transform=f"translate({short(left)} {short(_TOP)}) scale({short(step)})",
        shape_rendering="crispEdges",
    )  # fmt: skip
    marks = []
    for x, y, across in data["gaps"]:
        cx = left + (x - grid["low_mm"][0]) * scale
        cy = _TOP + high * scale - (y - grid["low_mm"][1]) * scale
        radius = max(across * scale / 2, 4.0)
        for colour, width in (("#fff", 4), (INK["redness"], 2)):
            marks.append(
                el("circle", cx=cx, cy=cy, r=radius, fill="none", stroke=colour, stroke_width=width)
            )
    low_y = _TOP + high * scale + 18
    one = _nice(wide / 4)
    bar = el("path", d=path([(left, low_y), (left + one * scale, low_y)]), stroke=INK["line"],
             stroke_width=3)  # fmt: skip
    words = el("text", f"{one:g} mm", x=left + one * scale + 8, y=low_y + 4)
    key = _key([wording.tidy(low), f"{wording.tidy(top)} per cm²"], low_y + 18)
    return picture(_WIDE, low_y + 34, _coverage_words(data), squares, *marks, bar, words, key)


def depths(data: Mapping[str, Any]) -> Markup:
    """Tracks by the depth where they end, on the layers of the skin."""
    shares, cell, start = (data["depths"][key] for key in ("shares", "cell_mm", "from_mm"))
    deepest = 1.12 * max(
        start + cell * len(shares), data["set_mm"], *(depth for _, depth in data["vessels"])
    )
    scale, width = _SIZE / deepest, 180.0
    shown = [row for row in data["layers"] if row[1] < deepest]
    parts = [
        el("rect", x=_LEFT, y=_TOP + top * scale, width=width, fill=colour,
           height=(min(bottom, deepest) - top) * scale)
        for (_, top, bottom, _), colour in zip(shown, LAYERS.values(), strict=False)
    ]  # fmt: skip
    most = max(shares, default=0.0) or 1.0
    parts += [
        el("rect", x=_LEFT, y=_TOP + (start + i * cell) * scale, width=width * 0.9 * share / most,
           height=max(cell * scale * 0.92, 0.4), fill=INK["treated"])
        for i, share in enumerate(shares)
        if share
    ]  # fmt: skip
    names = [((top + min(bottom, deepest)) / 2, name, "#444") for name, top, bottom, _ in shown]
    names.append((data["set_mm"], "set depth", INK["untreated"]))
    names += [(depth, name, INK["redness"]) for name, depth in data["vessels"]]
    for depth, colour in [(data["set_mm"], INK["untreated"])] + [
        (depth, INK["redness"]) for _, depth in data["vessels"]
    ]:
        y = _TOP + depth * scale
        parts.append(stroke([(_LEFT, y), (_LEFT + width, y)], colour, 1.4, "6 3"))
    names.sort()
    places = apart([_TOP + z * scale for z, _, _ in names], 15, _TOP, _TOP + _SIZE)
    for (z, name, colour), y in zip(names, places, strict=True):
        ends = [(_LEFT + width + 1, _TOP + z * scale), (_LEFT + width + 13, y)]
        parts.append(stroke(ends, colour, 0.7))
        parts.append(el("text", name, x=_LEFT + width + 16, y=y + 4, class_="small",
                        style=f"fill:{colour}"))  # fmt: skip
    for mark in ticks(0.0, deepest):
        parts.append(say(_LEFT - 6, _TOP + mark * scale + 4, f"{mark:g}", "end"))
    parts.append(upright(11, 150, "depth (mm)"))
    most_words = f"bars: share of the tracks, longest {wording.tidy(100 * most)} %"
    parts.append(el("text", most_words, x=_LEFT, y=_TOP + _SIZE + 18, class_="small"))
    return picture(_WIDE, 336, "Depths at which the tracks end", *parts)


def closure(curves: Mapping[str, Any]) -> Markup:
    """Share still open by hours, on a time axis stretched at the start."""
    hours, width, high = curves["hours"], 290.0, 240.0

    def x(hour: float) -> float:
        # root of time: hours show, days fit
        return _LEFT + width * float((hour / hours[-1]) ** 0.5)

    def y(share: float) -> float:
        return _TOP + high * (1 - share)

    parts = []
    for mark in (0, 25, 50, 75, 100):
        at = y(mark / 100)
        parts.append(el("path", d=path([(_LEFT, at), (_LEFT + width, at)]), class_="grid"))
        parts.append(say(_LEFT - 6, at + 4, f"{mark}", "end"))
    for hour in (h for h in (0, 1, 3, 6, 12, 24, 48, 96) if h <= hours[-1]):
        parts.append(say(x(hour), _TOP + high + 16, f"{hour}"))
    styles = ((INK["treated"], "none"), (INK["untreated"], "7 4"), ("#00674f", "2 3"),
              (INK["redness"], "9 3 2 3"))  # fmt: skip
    for place, (row, (colour, dash)) in enumerate(zip(curves["clocks"], styles, strict=False)):
        band = [(x(h), y(v)) for h, v in zip(hours, row["p95"], strict=True)]
        band += [(x(h), y(v)) for h, v in zip(hours, row["p05"], strict=True)][::-1]
        line = [(x(h), y(v)) for h, v in zip(hours, row["p50"], strict=True)]
        parts.append(el("path", d=path(band, closed=True), fill=colour, fill_opacity=0.13))
        stroke = {"stroke": colour, "stroke_width": 2, "stroke_dasharray": dash, "fill": "none"}
        parts.append(el("path", d=path(line), **stroke))
        at = _TOP + high + 50 + 17 * place
        parts.append(el("path", d=path([(_LEFT, at - 4), (_LEFT + 26, at - 4)]), **stroke))
        parts.append(el("text", row["name"], x=_LEFT + 33, y=at, class_="small"))
    middle = _LEFT + width / 2
    parts.append(say(middle, _TOP + high + 32, "hours after the session"))
    parts.append(upright(11, 150, "still open (%)"))
    return picture(_WIDE, _TOP + high + 44 + 17 * len(curves["clocks"]), "Closure by hours", *parts)


def _table(data: Mapping[str, Any]) -> Markup:
    side, cv, chance = data["cv"][min(1, len(data["cv"]) - 1)] if data["cv"] else (0, 0, 0)
    maker = _MAKERS.get(data["maker"], f"a {data['maker']}")
    uneven = (
        f"counts in {wording.tidy(side)} mm squares vary by {wording.tidy(100 * cv)} %; "
        f"holes at random would by {wording.tidy(100 * chance)} %"
    )
    rows = [
        ("Holes", f"{wording.number(data['holes'])} in the zone as drawn, "
                  f"{wording.tidy(data['per_cm2'])} per cm²"),
        ("Evenness", uneven if cv else "too few holes to say"),
        ("Nearest holes", f"{data['clark_evans']:.2f} times as far as at random"),
        ("Largest untreated disc", f"{wording.tidy(data['gaps'][0][2])} mm across"),
        ("Surface pierced", f"{wording.tidy(100 * data['covered'])} %, overlap counted once "
                            f"(at random {wording.tidy(100 * data['covered_expected'])} %)"),
        ("Time with the device on it", f"{wording.tidy(data['minutes'])} min"),
        ("The pattern looks like that of", maker),
    ]  # fmt: skip
    body = [el("tr", el("th", name, scope="row"), el("td", close(said))) for name, said in rows]
    return el("table", el("tbody", *body), class_="facts-table")


def _holes_words(data: Mapping[str, Any]) -> str:
    side = wording.tidy(data["patch"]["side_mm"])
    many = len(data["patch"]["x_mm"])
    return f"A square of {side} mm in the middle of the zone: {many} holes, to scale, by depth."


def _coverage_words(data: Mapping[str, Any]) -> str:
    side = wording.tidy(data["coverage"]["side_mm"])
    found = ", ".join(wording.tidy(gap[2]) for gap in data["gaps"])
    return (
        f"Holes per cm² in squares of {side} mm over the zone (drawn as {_form(data['outline'])}). "
        f"Rings: the largest gaps, {found} mm across."
    )


def _form(outline: Mapping[str, Any]) -> str:
    """The outline in words.

    >>> _form({"form": "ellipse", "width_mm": 87.0, "height_mm": 87.0})
    'a circle 87 mm across'
    """
    wide, high = (wording.tidy(outline[key]) for key in ("width_mm", "height_mm"))
    if wide == high:
        return f"a {_EVEN[outline['form']]} {wide} mm across"
    return f"{_FORMS[outline['form']]} of {wide} × {high} mm"


def _layers(data: Mapping[str, Any]) -> str:
    said = [f"{_percent(share)} in the {name}" for name, _, _, share in data["layers"] if share]
    return f": {', '.join(said)}" if said else ""


def _percent(share: float) -> str:
    if 0.99 < share < 1:
        return "over 99 %"
    return "under 1 %" if share < 0.01 else f"{100 * share:.0f} %"


def _key(ends: Sequence[str], y: float) -> Markup:
    first = el("text", ends[0], x=_LEFT, y=y + 10, class_="small")
    left = _LEFT + 10 + 8 * len(ends[0])
    boxes = [
        el("rect", x=left + 16 * i, y=y, width=16, height=11, fill=colour)
        for i, colour in enumerate(_SHADES)
    ]
    last = el("text", ends[1], x=left + 16 * len(_SHADES) + 8, y=y + 10, class_="small")
    return el("g", *boxes, first, last)


def _nice(size: float) -> float:
    return next(n for n in (50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2) if n <= size or n == 0.2)


def _at(value: float, side: float, scale: float) -> str:
    return f"{(value + side / 2) * scale:.1f}".removesuffix(".0")
