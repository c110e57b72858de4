"""The verb `picture`: the skin on a day, drawn from a forecast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinprick.cli.errors import verb
from pinprick.cli.terminal import progress, say
from pinprick.cli.verbs import FORECAST, CaseFile, Members, Seed, app, load_cases
from pinprick.faults import Fault, InputError

if TYPE_CHECKING:
    from pinprick.case import Case

SMALLEST = 240  # pixels across a frame


@app.command(rich_help_panel=FORECAST)
@verb
def picture(
    case: CaseFile,
    out: Annotated[str, typer.Option("-o", "--out", metavar="FILE.png", help="The picture.")],
    day: Annotated[
        float | None,
        typer.Option("--day", metavar="N", help="One day; without it a strip of days 0 to 180."),
    ] = None,
    scar: Annotated[
        str,
        typer.Option("--scar", metavar="KIND", help="ice pick, boxcar, deep boxcar or rolling."),
    ] = "",
    width: Annotated[
        int, typer.Option("--width", min=SMALLEST, max=2000, help="Pixels across a frame.")
    ] = 600,
    members: Members = 256,
    seed: Seed = 0,
    research: Annotated[
        bool, typer.Option("--research", help="Draw it whatever the screening says.")
    ] = False,
) -> None:
    """Draw the skin: poor, typical and good responder beside untreated skin.

    Example: `pinprick picture case.yaml --day 90 -o skin.png`
    """
    from pinprick import files

    target = Path(out)
    if target.suffix != ".png":
        raise InputError([Fault("--out", out, "a file that ends in .png")])
    files.check_writable({"--out": target}, [case])
    [person] = load_cases([case]).values()
    _held(person, research)
    from pinprick.forecasting.figures import pictures, skin

    skin.refuse(person, day, scar)
    with progress(f"of {members} virtual versions of this person") as tell:
        from pinprick.forecasting import forecast

        made = forecast(person, members=members, seed=seed, progress=tell)
    if day is None:
        drawn = pictures.picture_strip(made, kind=scar, size=width)
    else:
        drawn = pictures.picture_sheet(made, day, kind=scar, size=width)
    files.write_all({target: drawn.write})
    say(f"{target}: written")


def _held(person: Case, research: bool) -> None:
    """Refuse where a report would show no outcome."""
    from pinprick.safety import screen

    if research:
        return
    verdict = screen(person)
    if verdict.holds:
        raise InputError([Fault("case", verdict.headline, "a verdict that is met, or --research")])
