"""The section of the report on what could go wrong: circles of people, and rows without a number.

A rate is filled, what a worse clinic would add is a ring with a dot, a bound is hollow, and a harm
that nobody counted is a hatched row, so that none is left out. One page has one denominator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from markupsafe import Markup

from pinprick import units
from pinprick.exports.html import fill
from pinprick.exports.reports.svg import el, picture
from pinprick.forecasting import wording
from pinprick.safety.saying import HUNDRED, THOUSAND, left_open, out_of, told_out_of, whole

INK, FAINT, PAPER = "#6b2d5c", "#c4c4c4", "#ffffff"
# By denominator: circles in a row, and the distance between them; a hundred stand as the faces do.
_GRIDS = {HUNDRED: (10, 22.0), THOUSAND: (40, 5.5)}
_CIRCLE, _HOLE, _DOT, _NOBODY = 0.82, 0.6, 0.3, 0.3  # widths, in distances
_ASSUMED = {
    "mix": "shares of the skin types",
    "own": "people of one skin type",
    "people": "number of people",
    "phototype": "skin types",
    "sessions": "visits",
}
_PRIOR = {
    "level": "how common it is at all",
    "phototype": "how much skin types differ",
    "clinic": "how much clinics differ",
}
_PER = {
    "person_course": "people, over a whole course",
    "person_session": "people, in one session",
    "puncture": "punctures",
}


def part(view: Mapping[str, Any], *, worst: Mapping[str, str] | None = None) -> Markup:
    """What could go wrong, every harm of the forecast; empty where it has none.

    Args:
        view: from :func:`pinprick.forecasting.view.view`.
        worst: picture of dark patches: ``png`` in base 64, ``alt``, ``skin`` and ``when``.

    >>> part({"forecast": {"side_effects": []}})
    Markup('')
    """
    rows = view["forecast"].get("side_effects", [])
    if not rows:
        return Markup("")
    per = told_out_of(rows)
    made = [_harm(row, per) for row in rows]
    by = {
        kind: [harm for harm in made if harm["kind"] == kind]
        for kind in ("rate", "bound", "unknown", "expected", "not_forecast")
    }
    return fill(
        "pinprick.exports.reports",
        "harms",
        **by,
        per=f"{per:,}",
        keys=_keys(by),
        worst=worst,
        counted=bool(by["rate"] or by["bound"]),
        lasted=[each for harm in made for each in harm["lasted"]],
    )


def circles(filled: float, ringed: float, hollow: float, per: int, name: str) -> Markup:
    """A circle for each person, drawn row by row; less than one person is a smaller circle.

    Args:
        filled: people of ``per`` whom a rate means.
        ringed: people more in a worse clinic.
        hollow: people whom a bound does not rule out.
        per: 100 or 1,000.
        name: what the drawing says, for readers who do not see it.
    """
    columns, step = _GRIDS[per]
    drawn, start = [], 0
    for people, holes in ((filled, ()), (ringed, (_HOLE, -_DOT)), (hollow, (_HOLE,))):
        count = round(people)
        size = sqrt(people) if 0 < people < 1 else 1.0
        stop = start + (count or bool(people))
        if stop > start:
            drawn += [
                _dots(
                    start, stop, per, abs(width) * size, INK if width in (_CIRCLE, -_DOT) else PAPER
                )
                for width in (_CIRCLE, *holes)
            ]
        start = stop
    drawn.append(_dots(start, per, per, _NOBODY, FAINT))
    return picture(columns * step - 2, per // columns * step - 2, name, *drawn)


def _dots(start: int, stop: int, per: int, width: float, ink: str) -> Markup:
    """Places from ``start`` to before ``stop`` as one path of dots, ``width`` in distances."""
    columns, step = _GRIDS[per]
    middle = step / 2 - 1
    at = [(i % columns * step + middle, i // columns * step + middle) for i in range(start, stop)]
    d = "".join(f"M{x:g} {y:g}h.01" for x, y in at)
    return el(
        "path", d=d, fill="none", stroke=ink, stroke_width=width * step, stroke_linecap="round"
    )


def _keys(by: Mapping[str, Sequence[Any]]) -> list[tuple[Markup, str]]:
    """What each circle means, for those that the page shows."""
    said = []
    if by["rate"]:
        said.append((_key((_CIRCLE,)), "about so many have it"))
        said.append((_key((_CIRCLE, _HOLE, -_DOT)), "so many more in a clinic worse than 19 of 20"))
    if by["bound"]:
        said.append((_key((_CIRCLE, _HOLE)), "none was seen; so many are not ruled out"))
    return said


def _key(widths: Sequence[float]) -> Markup:
    side = 20
    drawn = [
        el("circle", cx=side / 2, cy=side / 2, r=abs(width) * side / 2 / _CIRCLE,
           fill=PAPER if width == _HOLE else INK)
        for width in widths
    ]  # fmt: skip
    return el("svg", *drawn, viewBox=f"0 0 {side} {side}", class_="face", aria_hidden="true")


def _harm(row: Mapping[str, Any], per: int) -> dict[str, Any]:
    """One harm as plain words and a drawing."""
    title = wording.title(row["name"])
    return {
        "kind": row["kind"],
        "key": row["key"],
        "title": title,
        "text": " ".join([str(row.get("text") or ""), *_longer(row, per)]).strip(),
        "lasting": row.get("lasting", False),
        "sources": row.get("sources") or [],
        "counts": f"{row['definition']}; out of {_PER[row['counted_per']]}",
        "drawing": _drawing(row, per, title),
        "legend": _legend(row, per),
        "part": row["kind"] == "bound" and row["bound_95"] * per < 1,
        "seen": [_seen(each) for each in row.get("seen", ())],
        "assumed": _assumed(row),
        "worst": str(row.get("worst_text") or "").removeprefix("Worst plausible: "),
        "beside": [(each["text"], each["sources"]) for each in row.get("beside", ())],
        "lasted": [_lasted(title, each) for each in row.get("duration_published", ())],
    }


def _drawing(row: Mapping[str, Any], per: int, title: str) -> Markup | None:
    if row["kind"] == "rate":
        mean, high = row["mean"] * per, row["probability"]["p95"] * per
        more = max(round(high) - max(round(mean), 1), 0)
        name = f"{title}: {out_of(row['mean'], per)} filled, {more} more ringed"
        return circles(mean, more, 0, per, name)
    if row["kind"] == "bound":
        bound = row["bound_95"]
        name = f"{title}: none of {per:,} filled, up to {left_open(bound, per)} hollow"
        return circles(0, 0, bound * per, per, name)
    return None


def _legend(row: Mapping[str, Any], per: int) -> list[tuple[Markup, str]]:
    """The numbers of a drawing, each beside its circle."""
    if row["kind"] == "rate":
        high = row["probability"]["p95"]
        return [
            (_key((_CIRCLE,)), f"about {out_of(row['mean'], per)}"),
            (_key((_CIRCLE, _HOLE, -_DOT)), f"up to {whole(high, per)} in a worse clinic"),
        ]
    if row["kind"] == "bound":
        most = left_open(row["bound_95"], per)
        return [(_key((_CIRCLE, _HOLE)), f"up to {most} not ruled out")]
    return []


def _longer(row: Mapping[str, Any], per: int) -> list[str]:
    """How many have it for longer than a day, two days and a week."""
    chances = [
        f"in {out_of(share, per)} longer than {_length(float(limit))}"
        for limit, share in (row.get("chance_longer_than_hours") or {}).items()
    ]
    return [f"It lasts {', '.join(chances)}."] if chances else []


def _length(hours: float) -> str:
    days = round(hours / units.HOURS_PER_DAY)
    return "a day" if days == 1 else "a week" if days == 7 else f"{days} days"


def _assumed(row: Mapping[str, Any]) -> list[str]:
    """What of a rate no study counted, in sentences."""
    if row["kind"] != "rate":
        return []
    share = [
        f"{_PRIOR[name]} {round(value / units.PERCENT)}\u00a0%"
        for name, value in (row.get("prior_share") or {}).items()
    ]
    said = []
    if share:
        said.append(f"Of the doubt before any study, this much is left: {', '.join(share)}.")
    if row.get("not_modelled"):
        said.append(
            f"Not in the figure, for want of a comparison: {', '.join(row['not_modelled'])}."
        )
    said.append("Without treatment: not measured.")
    return said


def _seen(each: Mapping[str, Any]) -> dict[str, Any]:
    """One count of a study, cell by cell."""
    people = each["people"] if isinstance(each["people"], list) else [each["people"]]
    visits, days = each.get("sessions"), each.get("follow_up_days")
    assumed = [_ASSUMED[name] for name in each.get("assumed", ())]
    notes = [each.get("note") or "", f"assumed: {', '.join(assumed)}" if assumed else ""]
    notes.append("only serious harm would have been told" if each.get("told") == "serious" else "")
    return {
        "count": f"{each['events']} of {' to '.join(f'{n:,}' for n in people)}",
        "types": str(each["phototype"]),
        "after": ", ".join([str(each["device"]), *_of(visits, "visit")]),
        "followed": ", ".join(_of(days, "day")) or "not said",
        "note": "; ".join(filter(None, notes)),
        "rows": each["sources"],
    }


def _of(count: int | None, what: str) -> list[str]:
    return [f"{count} {what}{'' if count == 1 else 's'}"] if count else []


def _lasted(title: str, each: Mapping[str, Any]) -> dict[str, Any]:
    """How long a sign was published to last, with its people and place."""
    spread = f" (SD {span([each['sd_hours']] * 2)})" if each.get("sd_hours") else ""
    people = f"{each['people']} people" if each.get("people") else "people not said"
    site = "many body sites" if each["body_site"] == "many" else str(each["body_site"])
    notes = [people, str(each["device"]), site, each.get("note") or ""]
    return {
        "title": title,
        "said": f"{span(each['hours'])}{spread}",
        "where": "; ".join(note for note in notes if note and note != "not said"),
        "rows": each["sources"],
    }


def span(hours: Sequence[float]) -> str:
    """A stretch of time in hours, from a day on in days.

    >>> span([3, 6]), span([24, 48]), span([0, 72]), span([167, 167]), span([39.7, 39.7])
    ('3 to 6 hours', '1 to 2 days', 'up to 3 days', '7 days', '1.7 days')
    """
    day = units.HOURS_PER_DAY
    size, unit = (day, "day") if max(hours) >= day else (1.0, "hour")
    low, high = (wording.tidy(each / size) for each in hours)
    plural = "" if high == "1" else "s"
    if low == high:
        return f"{high} {unit}{plural}"
    return f"up to {high} {unit}{plural}" if low == "0" else f"{low} to {high} {unit}{plural}"
