"""Drawings of what goes on inside the skin: numbness, a product by depth, heat about needles.

Plain SVG from the data of :mod:`pinprick.forecasting.inner_view`; lengths in mm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10, sqrt
from typing import Any

from markupsafe import Markup

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
from pinprick.forecasting.figures.heat import SHOWN, WARM, deepest, polygon
from pinprick.forecasting.figures.uptake import BLOCKS, DECADES, DEPTH_MARKS, hours, limits

_LAYERS = tuple(LAYERS.values())
_BROWN, _BLACK, _SET = "#5b4936", "#1d1d1d", INK["redness"]
# A colour and a dash for each time; told apart by any colour vision, and in grey by the dash.
_LINES = ((INK["treated"], None), (INK["untreated"], "7 4"), ("#004c67", "9 3 2 3"),
          ("#d52752", "2 3"))  # fmt: skip
_WIDE, _LEFT, _TOP = 440.0, 52.0, 24.0
_SEEN = 2.2  # pitches that a section shows
_UNITS = ((1.0, "mg/mL"), (1e3, "µg/mL"), (1e6, "ng/mL"))


# Numbing -------------------------------------------------------------------------------------


def numbing(data: Mapping[str, Any], zone: Mapping[str, Any], minutes: Sequence[float]) -> Markup:
    """Depth of numbness by minutes.

    Args:
        data: ``numbing`` of the inner view.
        zone: the same zone of the record, whose ``depth_mm`` has the range of all versions.
        minutes: of that range.
    """
    reach, wide, high = zone["depth_mm"], 256.0, 230.0
    bottom = 1.05 * max(*map(float, reach["p95"]), float(data["set_mm"]))
    end = float(minutes[-1])

    def x(minute: float) -> float:
        return _LEFT + wide * minute / end

    def y(depth: float) -> float:
        return _TOP + high * min(depth / bottom, 1.0)

    parts = _bands(data["layers"], lambda z: y(z), bottom, wide)
    for (_, depth), colour in zip(data["blocked_mm"], BLOCKS, strict=True):
        edge = [(x(t), y(z)) for t, z in zip(data["minutes"], depth, strict=True)]
        ends = [(x(data["minutes"][-1]), y(0.0)), (x(data["minutes"][0]), y(0.0))]
        parts.append(el("path", d=path(edge + ends, closed=True), fill=colour))
    for key, width, dash in (("p50", 2.2, None), ("p05", 1.2, "5 3"), ("p95", 1.2, "5 3")):
        line = [(x(t), y(z)) for t, z in zip(minutes, reach[key], strict=True)]
        parts.append(stroke(line, INK["untreated"], width, dash))
    level = y(data["set_mm"])
    parts.append(stroke([(_LEFT, level), (_LEFT + wide, level)], _SET, 1.5, "9 3 2 3"))
    same = data["off_min"] == data["needles_min"]
    moments = {data["off_min"]: "wiped off", data["needles_min"]: "first needle"}
    for minute, words in moments.items():
        parts.append(stroke([(x(minute), _TOP), (x(minute), _TOP + high)], INK["line"], 1.0))
        said = "wiped off, first needle" if same else words
        anchor = "middle" if same else "end" if words == "wiped off" else "start"
        parts.append(say(x(minute), _TOP - 8, said, anchor))
    parts += _down(ticks(0.0, bottom), y, "depth (mm)", high)
    for mark in (m for m in ticks(0.0, minutes[-1], 5) if m <= minutes[-1]):
        parts.append(say(x(mark), _TOP + high + 16, f"{mark:g}"))
    parts.append(say(_LEFT + wide / 2, _TOP + high + 33, "minutes since the cream went on"))
    keys = [
        *((_swatch(colour), f"at least {100 * share:.0f} % of feeling blocked")
          for (share, _), colour in zip(data["blocked_mm"], BLOCKS, strict=True)),
        (_stroke(INK["untreated"], 2.2, None), "deepest single prick without pain, median"),
        (_stroke(INK["untreated"], 1.2, "5 3"), "its 90 % range"),
        (_stroke(_SET, 1.5, "9 3 2 3"), "needles, as set"),
    ]  # fmt: skip
    legend, foot = _legend(keys, _TOP + high + 54)
    return picture(_WIDE, foot, "How deep the skin is numb, by time", *parts, *legend)


# Products ------------------------------------------------------------------------------------


def solute(data: Mapping[str, Any]) -> Markup:
    """Concentration by depth at four times, on needled skin beside intact skin."""
    wide, gap, high = 120.0, 16.0, 230.0
    most, least = limits(data)
    scale, unit = next(((s, u) for s, u in _UNITS if most * s >= 1), _UNITS[-1])
    bottom = DEPTH_MARKS[-1]

    def y(depth: float) -> float:
        return _TOP + high * sqrt(min(depth, bottom) / bottom)

    parts = _bands(data["layers"], y, bottom, 2 * wide + gap)
    parts.append(el("rect", x=_LEFT + wide, y=_TOP - 1, width=gap, height=high + 2, fill="#fff"))
    for place, skin in enumerate(("needled", "intact")):
        left = _LEFT + place * (wide + gap)
        parts.append(say(left + wide / 2, _TOP - 9, f"{skin} skin"))
        parts += _curves(data, skin, left, wide, (most, least), y)
        for power in range(1, DECADES + 1, 2):
            middle = left + wide * power / DECADES
            anchor = "end" if power == DECADES else "middle"
            parts.append(say(middle, _TOP + high + 16, f"{least * 10**power * scale:g}", anchor))
    level = y(data["channel_mm"])
    parts.append(stroke([(_LEFT, level), (_LEFT + wide, level)], INK["line"], 1.2))
    parts.append(el("text", "channels end", x=_LEFT + 4, y=level - 4, class_="small halo"))
    parts += _down(DEPTH_MARKS, y, "depth below the horny layer (mm)", high)
    parts.append(say(_LEFT + wide + gap / 2, _TOP + high + 33, f"dissolved ({unit})"))
    keys = [
        (_stroke(colour, 2.0, dash), hours(hour))
        for hour, (colour, dash) in zip(data["hours"], _LINES, strict=False)
    ]
    legend, end = _row(keys, _TOP + high + 54)
    name = f"{data['title']} by depth, on needled and on intact skin"
    return picture(_WIDE, end, name, *parts, *legend)


def _curves(
    data: Mapping[str, Any], skin: str, left: float, wide: float, ends: tuple[float, float], y: Any
) -> list[Markup]:
    most, least = ends
    drawn = []
    for values, (colour, dash) in zip(data[skin], _LINES, strict=False):
        points = [
            (left + wide * log10(value / least) / log10(most / least), y(depth))
            for value, depth in zip(values, data["depth_mm"], strict=True)
            if value >= least
        ]
        if len(points) > 1:
            drawn.append(stroke(points, colour, 2.0, dash))
    if not drawn:
        drawn = [say(left + wide / 2, y(0.5), "next to nothing")]
    return drawn


# Heat ----------------------------------------------------------------------------------------


def heat(data: Mapping[str, Any]) -> Markup:
    """Cross-section about one needle and its neighbours, to scale."""
    wide, above = 256.0, 0.25
    pitch, bottom = float(data["needle_mm"]["pitch"]), deepest(data)
    # the neighbours are cut in halves at the edges, so that what matters is large
    scale = wide / (_SEEN * pitch)
    top, middle = 6 + above * scale, _LEFT + wide / 2
    high = bottom * scale

    def y(depth: float) -> float:
        return top + depth * scale

    parts = _bands(data["layers"], y, bottom, wide, colours=_LAYERS)
    shapes = []
    for place in (-1, 0, 1):
        centre = middle + place * pitch * scale

        def at(points: Sequence[tuple[float, float]], centre: float = centre) -> str:
            return path([(centre + across * scale, y(z)) for across, z in points], closed=True)

        for celsius, reach in data["celsius"]:
            shapes += [el("path", d=at(piece), fill=WARM[celsius])
                       for piece in polygon(data, reach)]  # fmt: skip
        for row, (colour, width, dash, _) in _outlines(data):
            shapes += [
                el("path", d=at(piece), fill="none", stroke=colour, stroke_width=width,
                   stroke_dasharray=dash)
                for piece in polygon(data, row["half_width_mm"])
            ]  # fmt: skip
        shapes += _needle(data["needle_mm"], at, above)
    # the outer needles and what they heat end at the panel's edge
    inner = el("svg", *shapes, x=_LEFT, y=0, width=wide, height=top + high,
               viewBox=f"{short(_LEFT)} 0 {short(wide)} {short(top + high)}")  # fmt: skip
    parts.append(inner)
    parts += _down(ticks(0.0, bottom), y, "depth (mm)", high)
    low, start = top + high - 10, middle - (pitch / 2 + 0.25) * scale
    parts.append(stroke([(start, low), (start + 0.5 * scale, low)], _BLACK, 3.0))
    parts.append(say(start + 0.25 * scale, low - 6, "0.5 mm"))
    keys = [
        *((_swatch(WARM[t]), f"over {t} °C") for t, reach in data["celsius"] if any(reach)),
        *((_stroke(colour, width, dash), said)
          for _, (colour, width, dash, said) in _outlines(data)),
        (_swatch("#c9ced3"), "needle, bare"),
    ]  # fmt: skip
    if data["needle_mm"]["bare"] is not None:
        keys.append((_swatch("#4a5560"), "needle, insulated"))
    legend, end = _legend(keys, top + high + 18)
    return picture(_WIDE, end, "Section about the needles with heat and damage", *parts, *legend)


def _outlines(
    data: Mapping[str, Any],
) -> list[tuple[Mapping[str, Any], tuple[str, float, str | None, str]]]:
    """The sets that are drawn, each with colour, width, dash and words."""
    made: list[tuple[Mapping[str, Any], tuple[str, float, str | None, str]]] = []
    for row in data["sets"]:
        full = SHOWN[row["of"]] == row["name"]
        title = row["title"].partition(",")[0]
        if row["of"] == "cells":
            if full:
                made.append((row, (INK["treated"], 2.2, None, f"dead cells, {title}")))
            continue
        recalled = "" if row["status"] == "read" else f" ({row['status']})"
        said = f"collagen, {title}{recalled if any(row['half_width_mm']) else ': nowhere'}"
        made.append((row, (_BLACK, 2.0 if full else 1.1, "6 3" if full else "1.5 2.5", said)))
    return made


def _needle(needle: Mapping[str, Any], at: Any, above: float) -> list[Markup]:
    half, end = needle["diameter"] / 2, needle["depth"]
    bare = end + above if needle["bare"] is None else min(needle["bare"], end)
    tip = min(2 * half, bare)
    shape = [(-half, -above), (-half, end - tip), (0.0, end), (half, end - tip), (half, -above)]
    made = [el("path", d=at(shape), fill="#c9ced3", stroke=_BLACK, stroke_width=0.6)]
    if needle["bare"] is not None:
        coat = [(-half, -above), (-half, end - bare), (half, end - bare), (half, -above)]
        made.append(el("path", d=at(coat), fill="#4a5560", stroke=_BLACK, stroke_width=0.6))
    return made


# Parts ---------------------------------------------------------------------------------------


def _bands(
    layers: Sequence[Sequence[Any]], y: Any, bottom: float, wide: float,
    colours: Sequence[str] = _LAYERS[1:],
) -> list[Markup]:  # fmt: skip
    """The skin as bands, with its names at the right."""
    shown = [layer for layer in layers if layer[1] < 0.97 * bottom]
    ends = [(y(top), y(bottom if layer is shown[-1] else min(end, bottom)))
            for layer in shown for _, top, end in [layer]]  # fmt: skip
    made = [
        el("rect", x=_LEFT, y=top, width=wide, height=end - top, fill=colour)
        for (top, end), colour in zip(ends, colours, strict=False)
    ]
    middles = [(top + end) / 2 for top, end in ends]
    places = apart(middles, 15, y(0.0) + 2, y(bottom) - 4)
    for (name, *_), middle, place in zip(shown, middles, places, strict=True):
        right = _LEFT + wide
        made.append(stroke([(right + 1, middle), (right + 9, place)], _BROWN, 0.7))
        made.append(el("text", name, x=right + 12, y=place + 4, class_="small",
                       style=f"fill:{_BROWN}"))  # fmt: skip
    return made


def _down(marks: Sequence[float], y: Any, words: str, high: float) -> list[Markup]:
    made = [say(_LEFT - 6, y(mark) + 4, f"{mark:g}", "end") for mark in marks]
    return [*made, upright(10, y(0.0) + high / 2, words)]


def _swatch(colour: str) -> Any:
    return lambda x, y: el("rect", x=x, y=y - 10, width=26, height=11, fill=colour,
                           stroke="#888", stroke_width=0.6)  # fmt: skip


def _stroke(colour: str, width: float, dash: str | None) -> Any:
    return lambda x, y: stroke([(x, y - 4), (x + 26, y - 4)], colour, width, dash)


def _legend(keys: Sequence[tuple[Any, str]], y: float) -> tuple[list[Markup], float]:
    """Keys one below the other, and where they end."""
    made = []
    for place, (draw, words) in enumerate(keys):
        at = y + 17 * place
        made += [draw(_LEFT, at), el("text", words, x=_LEFT + 33, y=at, class_="small")]
    return made, y + 17 * len(keys)


def _row(keys: Sequence[tuple[Any, str]], y: float) -> tuple[list[Markup], float]:
    """Keys side by side, and where they end."""
    made = []
    for place, (draw, words) in enumerate(keys):
        x = _LEFT + 92 * place
        made += [draw(x, y), el("text", words, x=x + 31, y=y, class_="small")]
    return made, y + 12


def zone_words(data: Mapping[str, Any]) -> str:
    """What the section of heat shows, in a sentence."""
    needle = data["needle_mm"]
    bare = (
        "bare over their whole length" if needle["bare"] is None
        else f"bare for the last {wording.tidy(needle['bare'])} mm"
    )  # fmt: skip
    return (
        f"One virtual version, nearest the middle: {data['wiring']} needles "
        f"{wording.tidy(needle['pitch'])} mm apart, {bare}. Shaded: the highest temperature that "
        "each place reaches. To scale."
    )
