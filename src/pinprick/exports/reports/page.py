"""The page as a whole: what is shown at all, in which order, and the file.

:func:`render` turns a view into the page; :func:`report` writes the page of a forecast.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pinprick.exports.html import asset, fill
from pinprick.exports.reports import (
    claims,
    comparators,
    concerns,
    faces,
    harms,
    inner,
    punctures,
    rows,
    skin,
)
from pinprick.exports.reports.daily import DAY_BUTTONS, daily
from pinprick.faults import NotForecastError
from pinprick.files import check_writable, text_writer, write_all
from pinprick.forecasting import wording
from pinprick.forecasting.figures.outlines import collagen_peak
from pinprick.forecasting.wording import STAMP
from pinprick.people import ROMAN

if TYPE_CHECKING:
    from pinprick.appearance.picture import Picture
    from pinprick.forecasting import Forecast

ROOM = "pinprick.exports.reports"
PURPOSE = (
    "For research and teaching: not cleared, certified or clinically validated, and not for "
    "deciding a patient's treatment; local device law may apply."
)
_BASES = {
    "measured": "measured: read from a paper",
    "derived": "derived: worked out from measured values",
    "fitted": "fitted: set so that the model meets published results",
    "assumed": "assumed: a judgement, nothing measured was found",
}


def report(forecast: Forecast, path: str | os.PathLike[str], *, research: bool = False) -> Path:
    """Write the report of ``forecast`` to ``path``; the file appears whole or not at all.

    A report opens with the verdict of the screening. On refuse, on refer, on a wait without a
    date and while anything is unanswered it shows no outcome, unless ``research`` is given: then
    every page is stamped as not screened for treatment.

    Raises:
        InputError: if the file cannot be written.

    >>> from tempfile import TemporaryDirectory
    >>> import pinprick as pp
    >>> made = pp.forecast(pp.Case.load(pp.example_path("home-roller")), members=8)
    >>> with TemporaryDirectory() as folder:
    ...     page = report(made, Path(folder, "report.html"))
    ...     text = page.read_text("utf-8")
    >>> page.name, text[:15], text.rstrip()[-7:], "Screening is incomplete" in text
    ('report.html', '<!doctype html>', '</html>', True)
    """
    target = Path(path)
    check_writable({"path": target})
    shown = forecast.view
    pictures = _pictures(forecast) if research or not shown["verdict"]["holds"] else {}
    write_all({target: text_writer(render(shown, research=research, **pictures))})
    return target


def _pictures(forecast: Forecast) -> dict[str, dict[str, str]]:
    """The skin half a year on, and the worst plausible; none for what is not drawn."""
    from pinprick.forecasting.figures import pictures, worst

    made = {}
    with suppress(NotForecastError):
        sheet = pictures.picture_sheet(forecast, size=pictures.EMBEDDED, small=True)
        made["picture"] = _image(sheet)
    if (marked := worst.worst(forecast)) is not None:
        said = f"{marked.after_last:.0f} days after the last session"
        skin = ROMAN[marked.phototype - 1]
        made["worst"] = {**_image(marked.picture), "skin": skin, "when": said}
    return made


def _image(drawn: Picture) -> dict[str, str]:
    return {"png": base64.b64encode(drawn.png).decode("ascii"), "alt": drawn.alt}


def render(
    view: Mapping[str, Any],
    *,
    research: bool = False,
    picture: Mapping[str, str] | None = None,
    worst: Mapping[str, str] | None = None,
) -> str:
    """The whole page as text; see :func:`report` for ``research``.

    Args:
        view: from :func:`pinprick.forecasting.view.view`.
        research: show outcomes whatever the screening says.
        picture: of the skin, ``png`` in base 64 and ``alt``.
        worst: the worst plausible, likewise, with ``skin`` (its type) and ``when``.
    """
    text = fill(
        ROOM,
        "report",
        view=view,
        forecast=view["forecast"],
        picture=picture,
        **_head(view, research),
        **_moving(view),
        **_tables(view),
        **_sections(view, worst),
    )
    return str(text)


def _head(view: Mapping[str, Any], research: bool) -> dict[str, Any]:
    """What stands at the top, and what of the rest may be shown."""
    return {
        "case": view["forecast"].get("case") or {},
        "purpose": PURPOSE,
        "banner": _banner(view),
        "verdict": view["verdict"],
        "shown": research or not view["verdict"]["holds"],
        "research": research,
        "stamp": STAMP,
        "date": _date(view),
        "study": _is_study(view),
        "who": _who(view),
        "ranged": _ranged(view),
        "style": asset(ROOM, "style.css"),
    }


def _moving(view: Mapping[str, Any]) -> dict[str, Any]:
    """The drawings, with what the slider and the switches move, and the grids of faces."""
    outcomes, grids = rows.outcomes(view), rows.grids(view)
    sessions = view["forecast"]["sessions"]
    return {
        "script": asset(ROOM, "script.js"),
        "data": _embedded(daily(view, outcomes)),
        "section": skin.section(view),
        "inset": skin.inset(view),
        "magnified": skin.magnified(view),
        "needles": [rows.needle(needle, sessions) for needle in view["section"]["needles"]],
        "peak": wording.tidy(collagen_peak(view)),
        "day_buttons": DAY_BUTTONS,
        "redness": rows.redness(view),
        "outcomes": outcomes,
        "curve_choices": [(row["key"], row["name"]) for row in outcomes],
        "grids": grids,
        "face_choices": [(grid["observer"], grid["name"]) for grid in grids],
        "symbols": faces.symbols(),
    }


def _tables(view: Mapping[str, Any]) -> dict[str, Any]:
    """Rows of the tables."""
    forecast = view["forecast"]
    tissue, more_tissue = rows.tissue(view)
    return {
        "visits": rows.visits(view),
        "months": [wording.when(day) for day in rows.TABLE_DAYS],
        "tissue": tissue,
        "more_tissue": more_tissue,
        "readings": rows.readings(view),
        "colour": rows.colour(view),
        "colour_seen": (forecast.get("colour") or {}).get("seen", ""),
        "parameters": [rows.parameter(row) for row in view.get("parameters", [])],
        "bases": _BASES,
        "sources": [rows.source(row) for row in forecast.get("sources", [])],
        "solver": rows.solver(forecast),
    }


def _sections(view: Mapping[str, Any], worst: Mapping[str, str] | None) -> dict[str, Markup]:
    """Sections with a template of their own; empty where the case has no use for one."""
    case = view["forecast"].get("case") or {}
    return {
        "harms": harms.part(view, worst=worst),
        "punctures": punctures.part(view),
        "inner": inner.part(view),
        "rated": concerns.part(case),
        "others": comparators.part(case),
        "claims": claims.part(case),
    }


def _who(view: Mapping[str, Any]) -> str:
    """What the virtual people of this forecast are called.

    >>> _who({"forecast": {"case": {"kind": "person"}}})
    'virtual versions of this person'
    """
    study = "virtual people like those studied"
    return study if _is_study(view) else "virtual versions of this person"


def _ranged(view: Mapping[str, Any]) -> str:
    """What lies in a range: single people, or means of a group as large as the study's."""
    rows = view["forecast"]["outcomes"]
    people = rows[0].get("people_in_group") if rows else None
    return f"means of {people} people each" if people else _who(view)


def _is_study(view: Mapping[str, Any]) -> bool:
    return bool((view["forecast"].get("case") or {}).get("kind") == "study")


def _banner(view: Mapping[str, Any]) -> tuple[str, str]:
    """The banner as a loud and a quiet half: of a study, or an open screening, both are said."""
    text = str(view["banner"])
    loud, colon, quiet = text.partition(": ")
    return (f"{loud}.", wording.title(quiet)) if colon else (text, "")


def _date(view: Mapping[str, Any]) -> str:
    """The day of the report if it is known, else the day on which the course starts."""
    if view["provenance"].get("date"):
        return str(view["provenance"]["date"])
    if view["verdict"]["moved"]:
        return f"course starts {view['verdict']['moved']}, moved by the screening"
    start = ((view["forecast"].get("case") or {}).get("course") or {}).get("start")
    return f"course starts {start}" if start and start != "not reported" else ""


def _embedded(data: Mapping[str, Any]) -> Markup:
    r"""JSON that cannot end its own script element, whatever text it holds.

    >>> print(_embedded({"a": "</script>"}))
    {"a":"\u003c/script>"}
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))
