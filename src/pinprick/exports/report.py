"""The report: one HTML file with its drawings, styles and numbers inside; it needs no network.

:func:`render` turns a view into the page; :func:`report` writes the page of a forecast.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pinprick.exports import (
    claims_part,
    comparators_part,
    curves,
    faces,
    harms_part,
    inner_part,
    parts,
    punctures_part,
    section,
)
from pinprick.faults import NotForecastError
from pinprick.files import text_writer, write_all
from pinprick.forecasting import wording
from pinprick.forecasting.figures.outlines import collagen_at, collagen_peak
from pinprick.forecasting.wording import STAMP
from pinprick.people import ROMAN

if TYPE_CHECKING:
    from jinja2 import Template

    from pinprick.appearance.picture import Picture
    from pinprick.forecasting import Forecast

DAYS = tuple(range(181))
DAY_BUTTONS = (0, 1, 3, 7, 30, 90, 180)
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
_UNITS = re.compile(r"(?<=\d) (?=(%|mm|µm|min|points?|grades?|worse|better|hours?|days?)(\W|$))")


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
    from pinprick.forecasting.view import view

    target = Path(path)
    shown = view(forecast)
    pictures = _pictures(forecast) if research or not shown["verdict"]["holds"] else {}
    write_all({target: text_writer(render(shown, research=research, **pictures))})
    return target


def _pictures(forecast: Forecast) -> dict[str, dict[str, str]]:
    """The skin half a year on, and the worst plausible; none for what is not drawn."""
    from pinprick.forecasting.figures import pictures, worst

    made = {}
    try:
        sheet = pictures.picture_sheet(forecast, size=pictures.EMBEDDED, small=True)
    except NotForecastError:
        return {}
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

    >>> render(view)  # doctest: +SKIP
    '<!doctype html>...'
    """
    forecast = view["forecast"]
    outcomes, grids = parts.outcomes(view), parts.grids(view)
    tissue, more_tissue = parts.tissue(view)
    return _template().render(
        view=view,
        forecast=forecast,
        case=forecast.get("case") or {},
        purpose=PURPOSE,
        banner=_banner(view),
        verdict=view["verdict"],
        shown=research or not view["verdict"]["holds"],
        research=research,
        stamp=STAMP,
        date=_date(view),
        study=_is_study(view),
        who=who(view),
        ranged=_ranged(view),
        style=Markup(_part("style.css")),
        script=Markup(_part("script.js")),
        data=_embedded(_daily(view, outcomes)),
        section=section.section(view),
        inset=section.inset(view),
        magnified=section.magnified(view),
        needles=[
            parts.needle(needle, view["forecast"]["sessions"])
            for needle in view["section"]["needles"]
        ],
        peak=wording.tidy(collagen_peak(view)),
        day_buttons=DAY_BUTTONS,
        redness=parts.redness(view),
        outcomes=outcomes,
        curve_choices=[(row["key"], row["name"]) for row in outcomes],
        grids=grids,
        face_choices=[(grid["observer"], grid["name"]) for grid in grids],
        symbols=faces.symbols(),
        visits=parts.visits(view),
        punctures=punctures_part.section(view),
        inner=inner_part.part(view),
        tissue=tissue,
        more_tissue=more_tissue,
        readings=parts.readings(view),
        colour=parts.colour(view),
        picture=picture,
        colour_seen=(forecast.get("colour") or {}).get("seen", ""),
        harms=harms_part.part(view, worst=worst),
        parameters=[parts.parameter(row) for row in view.get("parameters", [])],
        bases=_BASES,
        sources=[parts.source(row) for row in forecast.get("sources", [])],
        solver=parts.solver(forecast),
        rated=comparators_part.concerns_part(forecast.get("case") or {}),
        others=comparators_part.comparators_part(forecast.get("case") or {}),
        claims=claims_part.part(forecast.get("case") or {}),
    )


def who(view: Mapping[str, Any]) -> str:
    """What the virtual people of this forecast are called.

    >>> who({"forecast": {"case": {"kind": "person"}}})
    'virtual versions of this person'
    """
    study = "virtual people like those studied"
    return study if _is_study(view) else "virtual versions of this person"


def _ranged(view: Mapping[str, Any]) -> str:
    """What lies in a range: single people, or means of a group as large as the study's."""
    rows = view["forecast"]["outcomes"]
    people = rows[0].get("people_in_group") if rows else None
    return f"means of {people} people each" if people else who(view)


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


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    room = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    room.filters.update(title_=wording.title, close=_close)
    return room.from_string(_part("report.html.j2"))


def _part(name: str) -> str:
    return files("pinprick.exports").joinpath("page", name).read_text("utf-8")


def _embedded(data: Mapping[str, Any]) -> Markup:
    r"""JSON that cannot end its own script element, whatever text it holds.

    >>> print(_embedded({"a": "</script>"}))
    {"a":"\u003c/script>"}
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def _close(text: str) -> str:
    r"""Keep a number and its unit on one line.

    >>> _close("about 3 points, 5 %") == "about 3\xa0points, 5\xa0%"
    True
    """
    return _UNITS.sub("\u00a0", text)


# What the slider moves -----------------------------------------------------------------------


def _daily(view: Mapping[str, Any], outcomes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything that changes with the day, worked out here so that the script only shows it."""
    shares = [wording.at(view["slider_days"], view["channel_open"], day) for day in DAYS]
    return {
        "pore": [round(min(max(share, 0.0), 1.0), 3) for share in shares],
        "shade": section.shades(view, DAYS),
        "redness": curves.redness_marks(view, DAYS),
        "outcomes": {row["key"]: curves.outcome_marks(view, row["row"], DAYS) for row in outcomes},
        "words": {
            "when": [_when_words(view, day) for day in DAYS],
            "pore": [_pore_words(share) for share in shares],
            "collagen": [_collagen_words(view, day) for day in DAYS],
            "redness": [curves.redness_words(view, day) for day in DAYS],
        },
        "said": {
            row["key"]: [
                [wording.change(row["row"], day, untreated=arm) for arm in (False, True)]
                for day in DAYS
            ]
            for row in outcomes
        },
        "observer": {row["key"]: row["row"]["observer"] for row in outcomes},
        "concern": {row["key"]: row["concern"] for row in outcomes},
    }


def _when_words(view: Mapping[str, Any], day: float) -> str:
    time, number = curves.since_session(view, day)
    if time == 0:
        return f"day of session {number}"
    return f"{time:g} {'day' if time == 1 else 'days'} after session {number}"


def _pore_words(share: float) -> str:
    percent = round(100 * share)
    if percent >= 99:
        return "open: the needles have just been out"
    return f"about {percent} % still open" if percent else "closed"


def _collagen_words(view: Mapping[str, Any], day: float) -> str:
    gains = collagen_at(view, day)
    most = max(gains, default=0.0)
    if most < 0.05:
        return "none yet"
    depth = view["new_collagen"]["depth_mm"][gains.index(most)]
    return f"most at {wording.tidy(depth)} mm: {wording.tidy(most)} % of what was there"
