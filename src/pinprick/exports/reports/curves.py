"""The two curves of the report, redness and outcome, and the places of their moving marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log, log1p
from typing import Any

from markupsafe import Markup

from pinprick.exports.reports.svg import INK, el, path, picture, say, stroke, ticks
from pinprick.forecasting import wording
from pinprick.forecasting.figures.outlines import REDNESS_FLOOR, published_for, redness_span
from pinprick.units import HOURS_PER_DAY

_WIDTH, _HEIGHT = 420.0, 290.0
_TOP, _BOTTOM = 28.0, 240.0
_RIGHT = 406.0
_AXIS = 80.0  # of an outcome, with room for words at its left
# Untreated, its colour and dashes; what is treated lies above it.
_ARMS = ((True, INK["untreated"], "6 4"), (False, INK["treated"], None))
_HOUR_MARKS = (0, 1, 3, 6, 12, 24, 48, 96, 168, 336)
_STRENGTHS = (1, 3, 10, 30, 100, 300)
_LAST_DAY = 180.0
Place = Callable[[float], float]


def since_session(view: Mapping[str, Any], day: float) -> tuple[float, int]:
    """Days since the latest session, and which one it was (from 1)."""
    past = [start for start in sorted(view["session_days"]) if start <= day] or [0]
    return float(day - past[-1]), len(past)


def _line(low: float, high: float, start: float, end: float) -> Place:
    return lambda value: start + (end - start) * (value - low) / (high - low)


def _across(x: Place, marks: Sequence[tuple[float, str]], title: str, left: float) -> list[Markup]:
    drawn = [el("line", x1=left, x2=_RIGHT, y1=_BOTTOM, y2=_BOTTOM, stroke=INK["line"])]
    for value, text in marks:
        drawn.append(
            el("line", x1=x(value), x2=x(value), y1=_BOTTOM, y2=_BOTTOM + 4, stroke=INK["line"])
        )
        drawn.append(say(x(value), _BOTTOM + 18, text))
    return [*drawn, say(0.5 * (left + _RIGHT), _BOTTOM + 39, title, kind="label")]


def _band(
    x: Place,
    y: Place,
    rows: Sequence[tuple[float, float, float, float]],
    colour: str,
    dashes: str | None = None,
) -> list[Markup]:
    """A shaded range with thin edges and its median; rows are (x, low, median, high)."""
    upper = [(x(t), y(high)) for t, _, _, high in rows]
    lower = [(x(t), y(low)) for t, low, _, _ in rows]
    mid = [(x(t), y(median)) for t, _, median, _ in rows]
    return [
        el("path", d=path([*upper, *lower[::-1]], closed=True), fill=colour, fill_opacity=0.13),
        stroke(upper, colour, 0.8, dashes),
        stroke(lower, colour, 0.8, dashes),
        stroke(mid, colour, 2.4, dashes),
    ]


# Redness ------------------------------------------------------------------------------------


def _redness_places(view: Mapping[str, Any]) -> tuple[Place, Place, float]:
    """Time stretched at the start (log of one plus hours); strength by ratios, above a floor."""
    span = redness_span(view)
    curve = view["redness"]
    most = max([3.0, *(v for d, v in zip(curve["days"], curve["p95"], strict=True) if d <= span)])
    left = 52.0
    strength = _line(log(REDNESS_FLOOR), log(1.2 * most), _BOTTOM, _TOP)
    stretched = _line(0.0, log1p(HOURS_PER_DAY * span), left, _RIGHT)
    return (
        lambda days: stretched(log1p(HOURS_PER_DAY * min(max(days, 0.0), span))),
        lambda level: strength(log(max(level, REDNESS_FLOOR))),
        left,
    )


def redness(view: Mapping[str, Any]) -> Markup:
    """Redness after a session, median and range, with the line of what is just visible."""
    x, y, left = _redness_places(view)
    curve, span = view["redness"], redness_span(view)
    rows = [
        row
        for row in zip(*(curve[key] for key in ("days", "p05", "p50", "p95")), strict=True)
        if row[0] <= span
    ]
    marks = [
        (
            hour / HOURS_PER_DAY,
            "0" if hour == 0 else f"{hour} h" if hour < 24 else f"{hour // 24} d",
        )
        for hour in _HOUR_MARKS
        if hour <= 24 * span
    ]
    body: list[object] = []
    for mark in [mark for mark in _STRENGTHS if y(mark) >= _TOP]:
        body.append(el("line", x1=left, x2=_RIGHT, y1=y(mark), y2=y(mark), class_="grid"))
        body.append(say(left - 7, y(mark) + 4, f"{mark:g}", "end"))
    body += _band(x, y, rows, INK["redness"])
    body.append(stroke([(left, y(1)), (_RIGHT, y(1))], INK["line"], 1.3, "2 3"))
    body.append(say(_RIGHT, y(1) - 5, "just visible: 1", "end", "small halo"))
    body.append(say(6, 14, "strength of redness, in ratios (1 = just visible)", "start", "label"))
    body += _across(x, marks, "time after a session (stretched at the start)", left)
    body.append(_mark("redness", x(0.0), [(INK["redness"], y(curve["p50"][0]))]))
    return picture(_WIDTH, _HEIGHT, "Redness after a session", *body)


def _redness_at(view: Mapping[str, Any], day: float) -> tuple[float, float, float, float]:
    """Time since the latest session, as far as it is drawn, and redness then (low, median, high).

    Every session is taken to redden like the first; later days of the series hold later sessions.
    """
    time = min(since_session(view, day)[0], redness_span(view))
    curve = view["redness"]
    low, mid, high = (wording.at(curve["days"], curve[key], time) for key in ("p05", "p50", "p95"))
    return time, low, mid, high


def redness_marks(view: Mapping[str, Any], days: Sequence[float]) -> list[list[float]]:
    """Place of the mark on the redness curve (x, y) on every day of the slider."""
    x, y, _ = _redness_places(view)
    marks = []
    for day in days:
        time, _, level, _ = _redness_at(view, day)
        marks.append([round(x(time), 1), round(y(level), 1)])
    return marks


def redness_words(view: Mapping[str, Any], day: float) -> str:
    """Whether redness can be seen on a day of the slider."""
    time, low, mid, high = _redness_at(view, day)
    if time == 0:
        return "strongest in the first hours after the session"
    if low > 1:
        return "visible"
    if mid > 1:
        return "probably visible"
    return "may still be visible" if high > 1 else "no longer visible"


# Outcome ------------------------------------------------------------------------------------


def _outcome_places(view: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[Place, Place, Any]:
    points = published_for(view, row)
    last = max([_LAST_DAY, *(float(point["day"]) for point in points)])
    values = [0.0]
    for day in [d for d in row["days"] if d <= last]:
        for untreated in (False, True):
            values += wording.band_at(row, day, untreated=untreated)
    for point in points:
        values += [v for v in (point["value"], point["low"], point["high"]) if v is not None]
    low, high = min(values), max(values)
    spare = 0.06 * (high - low or 1.0)
    frame = (low - spare, high + spare, last)
    return _line(0.0, last, _AXIS, _RIGHT), _line(frame[0], frame[1], _BOTTOM - 14, _TOP), frame


def outcome(view: Mapping[str, Any], row: Mapping[str, Any], key: str) -> Markup:
    """One outcome by day: treated, untreated, published points, sessions; up is better."""
    x, y, (low, high, last) = _outcome_places(view, row)
    title, unit = wording.scale(str(row["scale"]))
    is_change = row.get("kind", "change") == "change"
    body: list[object] = [*_levels(y, ticks(low, high), is_change)]
    for untreated, colour, dashes in _ARMS:
        days = sorted({*(d for d in row["days"] if d < last), last})
        rows = [(day, *wording.band_at(row, day, untreated=untreated)) for day in days]
        body += _band(x, y, rows, colour, dashes)
    for day in view["session_days"]:
        if day <= last:
            body.append(el("path", d=f"M{x(day):.1f} {_BOTTOM - 10}l4.5 9h-9z", fill=INK["line"]))
    for point in published_for(view, row):
        body += _published(x, y, point)
    step = 30 if last <= 200 else 60
    marks = [(float(day), str(day)) for day in range(0, int(last) + 1, step)]
    body.append(say(6, 14, f"change in {unit}" if is_change else unit, "start", "label"))
    body += _across(x, marks, "days after the first session", _AXIS)
    dots = [
        (colour, y(wording.band_at(row, 0, untreated=untreated)[1]))
        for untreated, colour, _ in _ARMS
    ]
    body.append(_mark(f"outcome-{key}", x(0), dots))
    name = f"{row['concern']}, {wording.observer(row['observer'])}, {title}: change by day"
    return picture(_WIDTH, _HEIGHT, wording.title(name), *body)


def _levels(y: Place, marks: Sequence[float], is_change: bool) -> list[Markup]:
    """The lines across, named as better or worse where they are changes."""
    drawn = []
    for value in marks:
        text = f"{abs(value):g} {'better' if value > 0 else 'worse'}" if value else "no change"
        kind = "grid" if value else "zero"
        drawn.append(el("line", x1=_AXIS, x2=_RIGHT, y1=y(value), y2=y(value), class_=kind))
        drawn.append(say(_AXIS - 6, y(value) + 4, text if is_change else f"{value:g}", "end"))
    return drawn


def _published(x: Place, y: Place, point: Mapping[str, Any]) -> list[Markup]:
    treated = point["arm"] == "treated"
    colour = INK["treated" if treated else "untreated"]
    at = x(float(point["day"])) + (3.5 if treated else -3.5)
    at = min(at, _RIGHT - 5) if treated else min(at, _RIGHT - 14)
    drawn = []
    if point["low"] is not None:
        low, high = y(point["low"]), y(point["high"])
        bar = (
            f"M{at - 3.5:.1f} {low:.1f}h7M{at:.1f} {low:.1f}V{high:.1f}M{at - 3.5:.1f} {high:.1f}h7"
        )
        drawn.append(el("path", d=bar, stroke=colour, stroke_width=1.4, fill="none"))
    if treated:
        drawn.append(
            el(
                "circle",
                cx=at,
                cy=y(point["value"]),
                r=5,
                fill=colour,
                stroke="#fff",
                stroke_width=1.2,
            )
        )
    else:
        drawn.append(
            el(
                "rect",
                x=at - 4.5,
                y=y(point["value"]) - 4.5,
                width=9,
                height=9,
                fill="#fff",
                stroke=colour,
                stroke_width=2,
            )
        )
    return drawn


def _mark(name: str, x: float, dots: Sequence[tuple[str, float]]) -> Markup:
    """The upright line of the slider's day with a dot on each median; moved as one group."""
    body = [el("line", x1=0, x2=0, y1=_TOP, y2=_BOTTOM, stroke="#000", stroke_width=1.2)]
    body += [
        el("circle", cx=0, cy=y, r=4.6, fill="#fff", stroke=colour, stroke_width=2.6)
        for colour, y in dots
    ]
    return el("g", *body, data_mark=name, transform=f"translate({x:.1f} 0)")


def outcome_marks(
    view: Mapping[str, Any], row: Mapping[str, Any], days: Sequence[float]
) -> list[list[float]]:
    """Place of the marks of one outcome (x, y untreated, y treated) on every day."""
    x, y, _ = _outcome_places(view, row)
    return [
        [
            round(x(day), 1),
            round(y(wording.band_at(row, day, untreated=True)[1]), 1),
            round(y(wording.band_at(row, day)[1]), 1),
        ]
        for day in days
    ]
