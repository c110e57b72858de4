"""The verbs: each is one library call, and what it needs is imported when it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pinprick import __version__
from pinprick.cli.errors import debug as _debug
from pinprick.cli.errors import verb
from pinprick.cli.terminal import progress, say, show
from pinprick.faults import Fault, InputError

DEMO = "alam-2014"
_FIGURES = (".svg", ".png", ".pdf")
_MOST_MEMBERS = 100_000
_LARGEST_FORECAST = 500_000_000  # bytes of a forecast.json that is read
_START, FORECAST = "To start", "Forecast"  # panels of the help

_HELP = """Simulate and plan microneedling: from the needle to what is seen, in ranges with sources.

For research and teaching. Not cleared, certified or clinically validated, and not for deciding a
patient's treatment.

Start with `pinprick demo`, or with a case of your own:

    pinprick new case.yaml

    pinprick forecast case.yaml -o report.html
"""

app = typer.Typer(
    name="pinprick",
    help=_HELP,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command on the words of ``sys.argv``.

    Raises:
        SystemExit: always; 0 done, 2 the input is wrong, 1 anything else.

    >>> import contextlib, unittest.mock
    >>> with unittest.mock.patch("sys.argv", ["pinprick", "--version"]):
    ...     with contextlib.suppress(SystemExit):
    ...         main()
    pinprick ...
    """
    app(prog_name="pinprick")


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"pinprick {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    _debug.set(debug)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


CaseFile = Annotated[str, typer.Argument(metavar="CASE.yaml", help="The case.")]
CaseFiles = Annotated[list[str], typer.Argument(metavar="CASE.yaml...", help="The cases.")]
Json = Annotated[
    str | None, typer.Option("--json", metavar="FILE|-", help="Write JSON; - is the screen.")
]
Members = Annotated[
    int,
    typer.Option(
        "--members",
        min=1,
        max=_MOST_MEMBERS,
        metavar="N",
        help="Virtual versions of the person, rounded up to a multiple of four.",
    ),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, metavar="N", help="The same seed gives the same answer.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Fix a parameter, such as healing.tgfb_loss='9.1 /d'; may be given again.",
    ),
]


@app.command(rich_help_panel=_START)
@verb
def demo(
    out: Annotated[
        str, typer.Option("--out", metavar="DIR", help="The folder for the report.")
    ] = ".",
) -> None:
    """A published protocol, from case to report."""
    from pinprick import files
    from pinprick.case import Case, example_path

    folder = files.folder(out, "--out")
    target = folder / f"report-{DEMO}.html"
    files.check_writable({"--out": target})
    case = Case.load(example_path(DEMO))
    say(case.title)
    made = _forecast(case, 256, 0, {})
    show(made.summary())
    _write_report({target: made})


@app.command(rich_help_panel=_START)
@verb
def new(
    case: Annotated[str, typer.Argument(metavar="CASE.yaml", help="The file to write.")],
    yes: Annotated[bool, typer.Option("--yes", help="Take every default.")] = False,
) -> None:
    """Answer about ten plain questions; get a commented case file."""
    from pinprick import files
    from pinprick.case import Case, interview

    target = Path(case)
    if target.exists():
        raise InputError([Fault(case, "a file that is there already", "a new file")])
    files.check_writable({"CASE.yaml": target})
    answers = interview.defaults() if yes else {}
    for question in () if yes else interview.questions():
        while True:
            said = typer.prompt(f"{question.ask} ({question.why})", default=question.default)
            wrong = interview.problem(answers, question.key, str(said))
            if wrong is None:
                answers[question.key] = str(said)
                break
            say(wrong)
    from pinprick.safety.questions import to_answer

    text = interview.fill(answers)
    text += to_answer(Case.loads(text))
    files.write_all({target: files.text_writer(text)})
    typer.echo(
        f"{case}: written; look it over, answer its questions, then `pinprick screen {case}`"
    )


@app.command(rich_help_panel=_START)
@verb
def check(case: CaseFiles) -> None:
    """Name every fault in case files; nothing else is done."""
    load_cases(case)
    for name in case:
        typer.echo(f"{name}: no faults")


@app.command(rich_help_panel=FORECAST)
@verb
def forecast(
    case: CaseFile,
    out: Annotated[
        str | None, typer.Option("-o", "--out", metavar="REPORT.html", help="Write the report.")
    ] = None,
    json: Json = None,
    csv: Annotated[
        str | None, typer.Option("--csv", metavar="FILE", help="Write the curves as a table.")
    ] = None,
    netcdf: Annotated[
        str | None, typer.Option("--netcdf", metavar="FILE", help="Write all data as NetCDF.")
    ] = None,
    members: Members = 256,
    seed: Seed = 0,
    settings: Settings = None,
    research: Annotated[
        bool,
        typer.Option(
            "--research", help="Show outcomes whatever the screening says, stamped as such."
        ),
    ] = False,
) -> None:
    """Forecast a case, with ranges, beside the same person untreated.

    Example: `pinprick forecast case.yaml -o report.html --json forecast.json`
    """
    from pinprick import files

    paths = {"--out": path_of(out), "--json": path_of(json), "--csv": path_of(csv)}
    paths["--netcdf"] = path_of(netcdf)
    fixed = _settings(settings)
    files.check_writable(paths, [case])
    [person] = load_cases([case]).values()
    made = _forecast(person, members, seed, fixed)
    jobs: dict[Path, Callable[[Path], object]] = {}
    if paths["--json"]:
        jobs[paths["--json"]] = files.text_writer(made.to_json())
    if paths["--csv"]:
        jobs[paths["--csv"]] = made.write_csv
    if paths["--netcdf"]:
        jobs[paths["--netcdf"]] = made.write_netcdf
    if paths["--out"]:
        jobs[paths["--out"]] = _report_writer(made, research)
    _finish(made, json, jobs, held=not research)


@app.command(rich_help_panel=FORECAST)
@verb
def compare(
    case: CaseFiles,
    out: Annotated[
        str | None,
        typer.Option(
            "-o", "--out", metavar="FIGURE", help="Draw the differences (.svg, .png or .pdf)."
        ),
    ] = None,
    json: Json = None,
    members: Members = 256,
    seed: Seed = 0,
    settings: Settings = None,
) -> None:
    """Compare courses on the same virtual people: the difference, with its range.

    Example: `pinprick compare three-sessions.yaml five-sessions.yaml -o difference.svg`
    """
    from pinprick import files

    if len(case) < 2:
        raise InputError([Fault("CASE.yaml", case[0], "two or more cases")])
    if len(set(case)) < len(case):
        raise InputError([Fault("CASE.yaml", "the same file twice", "each case once")])
    fixed = _settings(settings)
    target, figure = path_of(json), None if out is None else Path(out)
    if figure is not None and figure.suffix not in _FIGURES:
        raise InputError([Fault("--out", str(out), f"a file that ends in {', '.join(_FIGURES)}")])
    files.check_writable({"--out": figure, "--json": target}, case)
    loaded = load_cases(case)
    stems = [Path(name).stem for name in case]
    labels = stems if len(set(stems)) == len(stems) else case
    cases = dict(zip(labels, loaded.values(), strict=True))
    with progress(f"of {members} virtual versions, {len(cases)} courses") as tell:
        from pinprick.planning import compare as run

        made = run(cases, members=members, seed=seed, settings=fixed, progress=tell)
    jobs: dict[Path, Callable[[Path], object]] = {}
    if target:
        jobs[target] = files.text_writer(made.to_json())
    if figure:
        jobs[figure] = lambda path: made.plot().savefig(path)
    _finish(made, json, jobs)


def load_cases(paths: Sequence[str]) -> dict[str, Any]:
    """The cases, or every fault of every file; answers are checked as the screening reads them."""
    from pinprick.case import Case
    from pinprick.safety import screen

    cases: dict[str, Any] = {}
    faults: list[Fault] = []
    for path in paths:
        try:
            if not path:  # a variable of the shell that holds nothing
                raise InputError([Fault("CASE.yaml", "an empty name", "the name of a case file")])
            cases[path] = Case.load(path)
        except InputError as error:
            faults += error.faults
            continue
        try:
            screen(cases[path])
        except InputError as error:
            faults += [Fault(f"{path} {f.where}", f.found, f.allowed) for f in error.faults]
    if faults:
        raise InputError(faults)
    return cases


def read_forecast(name: str) -> str:
    """The text of a forecast that `forecast --json` wrote."""
    from pinprick import files

    return files.read_text(name, limit=_LARGEST_FORECAST, what="a forecast's JSON file")


def _settings(given: list[str] | None) -> dict[str, str]:
    settings: dict[str, str] = {}
    faults: list[Fault] = []
    for text in given or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            faults.append(Fault("--set", text, "NAME=VALUE, such as healing.tgfb_loss='9.1 /d'"))
        elif name in settings:
            faults.append(Fault("--set", f"{name} twice", "each parameter once"))
        settings[name] = value
    if faults:
        raise InputError(faults)
    return settings


def path_of(text: str | None) -> Path | None:
    """The file that an option names; none for the screen."""
    return None if text in (None, "-") else Path(str(text))


def _forecast(case: Any, members: int, seed: int, settings: dict[str, str]) -> Any:
    with progress(f"of {members} virtual versions of this person") as tell:
        from pinprick.forecasting import forecast as run

        return run(case, members=members, seed=seed, settings=settings, progress=tell)


def _finish(
    made: Any, json: str | None, jobs: dict[Path, Callable[[Path], object]], **shown: bool
) -> None:
    """Write all files or none, then say what there is; JSON on the screen stands alone."""
    from pinprick import files

    files.write_all(jobs)
    if json == "-":
        typer.echo(made.to_json().rstrip("\n"))
    else:
        show(made.summary(**shown))
    for path in jobs:
        say(f"{path}: written")


def _report_writer(made: Any, research: bool = False) -> Callable[[Path], object]:
    def write(path: Path) -> object:
        from pinprick.exports import report

        return report(made, path, research=research)

    return write


def _write_report(made: dict[Path, Any]) -> None:
    from pinprick import files

    files.write_all({path: _report_writer(forecast) for path, forecast in made.items()})
    for path in made:
        say(f"{path}: written")
