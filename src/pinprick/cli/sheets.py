"""The verb ``sheets``: what a clinic hands out, and the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinprick.cli.errors import verb
from pinprick.cli.terminal import say
from pinprick.cli.verbs import FORECAST, CaseFile, app, read_forecast
from pinprick.faults import Fault, InputError

if TYPE_CHECKING:
    from pinprick.case import Case
    from pinprick.exports.sheets.common import Handout
    from pinprick.fields import Reader

FILES = ("sheet.html", "sheet.pdf", "consent.html", "consent.pdf", "calendar.ics")
# What a forecast and a case must share for one to speak of the other.
_SHARED = ("kind", "code", "person", "concerns", "course")


@app.command(rich_help_panel=FORECAST)
@verb
def sheets(
    case: CaseFile,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="The folder to write to.")],
    clinic_phone: Annotated[
        str | None,
        typer.Option("--clinic-phone", metavar="NUMBER", help="The number that people call."),
    ] = None,
    texts: Annotated[
        str | None, typer.Option("--texts", metavar="FILE", help="The clinic's own words (TOML).")
    ] = None,
    forecast: Annotated[
        str | None,
        typer.Option(
            "--forecast",
            metavar="FILE.json",
            help="A forecast of this case: likely benefit, length of visits, hours of redness.",
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="DATE", help="The first visit, where the case says none."),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--time", metavar="HH:MM", help="When a visit begins (10:00).")
    ] = None,
) -> None:
    """Write the sheet to take home, the consent sheet and a calendar.

    Example: `pinprick sheets case.yaml --out handout --clinic-phone "+44 20 7946 0123"`
    """
    from pinprick import files
    from pinprick.exports.sheets import common
    from pinprick.safety.texts import texts as read_texts

    number = common.phone(clinic_phone)
    begins = _time(at)
    loaded, made = _case(case), None if forecast is None else _forecast(forecast)
    if made is not None:
        _same(loaded, made, str(forecast))
    days, held, told = _days(loaded, start)
    words = read_texts(texts)
    jobs = _write(common.Handout(loaded, days, number, words, begins, made, held))
    folder = files.folder(out, "--out")
    targets = {name: folder / name for name in FILES}
    files.check_writable({f"--out {name}": place for name, place in targets.items()}, [case])
    files.write_all({targets[name]: _bytes_writer(data) for name, data in jobs.items()})
    for line in told:
        say(line)
    for place in targets.values():
        say(f"{place}: written")


def _case(name: str) -> Case:
    from pinprick.case import Case
    from pinprick.safety.conditions import person_only

    loaded = Case.load(name)
    person_only(loaded)
    return loaded


def _forecast(name: str) -> Mapping[str, Any]:
    import json

    text = read_forecast(name)
    allowed = "a file written by `pinprick forecast --json`"
    try:
        made = json.loads(text)
    except ValueError:
        raise InputError([Fault(name, "no JSON", allowed)]) from None
    lists = ("sessions", "outcomes", "side_effects", "not_forecast")
    if (
        isinstance(made, Mapping)
        and isinstance(made.get("case"), Mapping)
        and all(_rows(made.get(part)) for part in lists)
        and made["sessions"]
    ):
        return made
    raise InputError([Fault(name, "no forecast", allowed)])


def _rows(part: object) -> bool:
    return isinstance(part, list) and all(isinstance(row, Mapping) for row in part)


def _same(case: Case, made: Mapping[str, Any], name: str) -> None:
    mine = case.model_dump(mode="json")
    differ = [part for part in _SHARED if mine.get(part) != made["case"].get(part)]
    if differ:
        found = f"a forecast of another case ({', '.join(differ)})"
        raise InputError([Fault(name, found, "a forecast of this case")])


def _days(case: Case, start: str | None) -> tuple[list[date], bool, list[str]]:
    """The days of the visits, whether the screening holds the course, and what to say of it.

    A deferral with a date moves the course to it.
    """
    from pinprick.fields import Day
    from pinprick.safety import screen

    first = case.course.start
    if start is not None:
        first = _read("--start", Day(), start)
    if first is None:
        raise InputError([Fault("--start", "nothing", "a date, for the case reports no start")])
    verdict = screen(case)
    told = [verdict.headline]
    if verdict.until is not None and verdict.until > first:
        told.append(f"the first visit moves from {first} to {verdict.until}")
        first = verdict.until
    days = [first + timedelta(days=day) for day in case.session_days()]
    return days, verdict.holds, told


def _write(of: Handout) -> dict[str, bytes]:
    from pinprick.exports.sheets import consent, take_home
    from pinprick.exports.sheets.calendar import calendar
    from pinprick.exports.sheets.typeset import html, pdf

    sheet, asked = take_home.content(of), consent.content(of)
    return {
        "sheet.html": html("take_home", sheet).encode(),
        "sheet.pdf": pdf("take_home", sheet),
        "consent.html": html("consent", asked).encode(),
        "consent.pdf": pdf("consent", asked),
        "calendar.ics": calendar(of),
    }


def _time(text: str | None) -> time | None:
    if text is None:
        return None
    from pinprick.courses.record import Clock

    return time.fromisoformat(_read("--time", Clock(), text))


def _read(option: str, reader: Reader, text: str) -> Any:
    """What a reader of case files makes of an option; a fault names the option."""
    try:
        return reader.read(text)
    except InputError as error:
        raise InputError([Fault(option, f.found, f.allowed) for f in error.faults]) from None


def _bytes_writer(data: bytes) -> Any:
    return lambda place: place.write_bytes(data)
