"""The verb `screen`: may this person be needled, when, and what must happen first."""

from __future__ import annotations

import json as js
from typing import Annotated

import typer

from pinprick.cli.errors import verb
from pinprick.cli.terminal import say, show
from pinprick.cli.verbs import CaseFile, Json, app, load_cases, path_of

_PANEL = "Consult"


@app.command(rich_help_panel=_PANEL)
@verb
def screen(
    case: CaseFile,
    json: Json = None,
    questions: Annotated[
        bool, typer.Option("--questions", help="List the questions, and how to answer them.")
    ] = False,
) -> None:
    """Screen a person: the decision, what to do now, what is still to ask, with sources.

    Example: `pinprick screen case.yaml --questions`
    """
    from pinprick import files
    from pinprick.safety import page
    from pinprick.safety import screen as run
    from pinprick.safety.questions import questionnaire

    target = path_of(json)
    files.check_writable({"--json": target}, [case])
    [person] = load_cases([case]).values()
    rows = questionnaire(person) if questions else []
    verdict = run(person)
    made = js.dumps(rows if questions else verdict.as_dict(), indent=1, ensure_ascii=False) + "\n"
    if target:
        files.write_all({target: files.text_writer(made)})
    if json == "-":
        typer.echo(made, nl=False)
    elif questions:
        show(_listed(rows))
    else:
        show(page.text(verdict, person))
    if target:
        say(f"{target}: written")


def _listed(rows: list[dict[str, str]]) -> str:
    """The questions as they stand in a case file, each with what it takes."""
    lines, group = ["answers:"], ""
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            lines.append(f"  # {group}")
        after = f"; asked after {row['follows']}" if row["follows"] else ""
        own = f" (stands in {row['held']} of the case)" if row["held"] else ""
        lines.append(f"  {row['id']}: not reported    # {row['ask']} {row['takes']}{after}{own}")
    return "\n".join(lines)
