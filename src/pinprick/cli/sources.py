"""The verbs that say where numbers come from: `validate`, `cite`, `evidence` and the lists."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pinprick.cli.errors import verb
from pinprick.cli.terminal import say, table, validation_row
from pinprick.cli.verbs import Json, app, path_of, read_forecast
from pinprick.faults import Fault, InputError

_SOURCES = "Where the numbers come from"


@app.command(rich_help_panel=_SOURCES)
@verb
def validate(
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="S", help="One stage, such as needling.")
    ] = None,
    study: Annotated[
        str | None,
        typer.Option(
            "--study",
            metavar="ARMS.yaml",
            help="Forecast what the arms of a study will report; a file with a result is refused.",
        ),
    ] = None,
    json: Json = None,
) -> None:
    """What the model says beside what was measured, the misses too."""
    import json as js

    from pinprick import files
    from pinprick.validation import table as run

    target = path_of(json)
    files.check_writable({"--json": target})
    if study is not None:
        if stage is not None:
            raise InputError([Fault("--study", "with --stage", "one of them")])
        _forecast_study(study, json, target)
        return
    rows = run(stage=stage)
    text = js.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if json == "-":
        typer.echo(text, nl=False)
        return
    columns = ("stage", "case", "quantity", "unit", "measured", "model", "use", "verdict")
    table(columns, [validation_row(row) for row in rows])
    for used, names in (("used to set the model", ("fit",)), ("not used", ("test", "left_out"))):
        counted = [row for row in rows if row["use"] in names]
        met = sum(bool(row["met"]) for row in counted)
        typer.echo(f"{used}: {met} of {len(counted)} met")
    if stage == "appearance":
        from pinprick.validation import studies

        for line in studies.told(studies.summary()):
            typer.echo(line)
    if target:
        files.write_all({target: files.text_writer(text)})


def _forecast_study(study: str, json: str | None, target: Path | None) -> None:
    """Print, and write where asked, what the arms of a file will report."""
    from pinprick import files
    from pinprick.validation import studies

    answers = studies.forecast_file(study)
    if json == "-":
        typer.echo(studies.to_json(answers), nl=False)
        return
    for found in answers:
        typer.echo(studies.summary_line(found))
    if target:
        files.write_all({target: files.text_writer(studies.to_json(answers))})


@app.command(rich_help_panel=_SOURCES)
@verb
def cite(
    forecast: Annotated[
        str, typer.Argument(metavar="FORECAST.json", help="Written by `forecast --json`.")
    ],
) -> None:
    """The papers behind a forecast."""
    text = read_forecast(forecast)
    from pinprick.forecasting import cite as run

    for line in run(text):
        typer.echo(line)


class Evidence(StrEnum):
    """What the registry lists."""

    sources = "sources"
    parameters = "parameters"
    studies = "studies"
    claims = "claims"
    concerns = "concerns"
    scales = "scales"
    comparators = "comparators"


@app.command(rich_help_panel=_SOURCES)
@verb
def evidence(
    kind: Annotated[Evidence, typer.Argument(help="What to list.")],
    name: Annotated[str | None, typer.Argument(help="One of them, or a part of names.")] = None,
) -> None:
    """Sources, parameters, studies, claims of articles, concerns, scales, other treatments.

    Example: `pinprick evidence parameters needling`
    """
    from pinprick.evidence import listing, registry

    columns, rows = getattr(listing, kind.value)(registry(), name)
    table(columns, rows)


@app.command(rich_help_panel=_SOURCES)
@verb
def devices(
    name: Annotated[
        str | None, typer.Argument(help="One device with its sources, or a file of your own.")
    ] = None,
    draw: Annotated[
        str | None, typer.Option("--draw", metavar="FILE.svg", help="Draw the device to scale.")
    ] = None,
) -> None:
    """Pens, rollers and stamps that a case may name."""
    from pinprick import devices as rooms
    from pinprick.units import MILLI

    if draw is not None and name is None:
        raise InputError([Fault("--draw", "no device", "the name of a device before it")])
    if name is not None:
        _one_device(name, draw)
        return
    rows = [
        (
            d.name,
            d.title,
            str(d.needles),
            f"{d.length_min / MILLI:g} to {d.length_max / MILLI:g} mm",
            "home" if d.home else "clinic",
            ", ".join(short for short, long in rooms.ALIASES.items() if long == d.name),
        )
        for d in rooms.catalogue().values()
    ]
    table(("name", "what it is", "needles", "length", "for", "also called"), rows)


def _one_device(name: str, draw: str | None) -> None:
    """A device's figures and its drawing, in letters and, if asked for, as a file."""
    from pinprick import devices as rooms
    from pinprick import files
    from pinprick.devices import drawing

    found, target = rooms.device(name), path_of(draw)
    if target is not None and target.suffix != ".svg":
        raise InputError([Fault("--draw", str(draw), "a file that ends in .svg")])
    files.check_writable({"--draw": target})
    typer.echo(f"{found.name}: {found.title}")
    table(("figure", "value", "rows", "status"), rooms.describe(found) + rooms.to_be_stated(found))
    typer.echo("")
    typer.echo(drawing.letters(found))
    if target is not None:
        files.write_all({target: files.text_writer(drawing.svg(found))})
        say(f"{target}: written")


@app.command(rich_help_panel=_SOURCES)
@verb
def products(
    name: Annotated[
        str | None, typer.Argument(help="One product with its sources, or a file of your own.")
    ] = None,
) -> None:
    """Creams, serums, gels and masks that a case may name, and which suit open channels."""
    from pinprick.permeation.product import always
    from pinprick.permeation.products import describe, listing, product

    if name is None:
        table(("name", "what it is", "open channels", "why"), listing())
        return
    found = product(name)
    typer.echo(f"{found.name}: {found.title}")
    if found.aliases:
        typer.echo(f"also called: {', '.join(found.aliases)}")
    typer.echo(f"on open channels: {found.open_use}")
    for reason in (*found.reasons, always()):
        rows = f" ({', '.join(reason.rows)})" if reason.rows else ""
        typer.echo(f"- {reason.says}{rows}")
    table(("figure", "value", "rows", "status"), describe(found))
