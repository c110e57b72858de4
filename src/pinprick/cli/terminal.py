"""What the command line shows: tables, the progress of a forecast."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType


_QUARTERS = 4  # how often progress is told where there is no screen


def say(line: str) -> None:
    """A line on stderr, where it does not mix with results."""
    typer.echo(line, err=True)


def show(what: RenderableType) -> None:
    """Print a result: text, or a table that rich lays out."""
    from rich.console import Console

    Console().print(what, markup=False, highlight=False, soft_wrap=isinstance(what, str))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a screen, lines with tabs in a file or pipe, and a list for a single row."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if len(rows) == 1:
        for column, cell in zip(columns, rows[0], strict=True):
            typer.echo(f"{column}: {cell}")
    elif console.is_terminal:
        table = Table(*columns)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        console.print(table)
    else:
        for row in (columns, *rows):
            typer.echo("\t".join(row))


def validation_row(row: dict[str, Any]) -> tuple[str, ...]:
    """A row of the validation table as text."""
    words = (str(row[key]) for key in ("stage", "case", "quantity", "unit"))
    measured, model = row["measured"] or {}, row["model"]
    seen = _number(measured.get("value")) if measured else str(row["kind"])
    if measured.get("low") is not None or measured.get("high") is not None:
        seen += f" ({_number(measured.get('low'))} to {_number(measured.get('high'))})"
    p05, p50, p95 = (_number(model.get(key)) for key in ("p05", "p50", "p95"))
    return (*words, seen, f"{p50} ({p05} to {p95})", str(row["use"]), str(row["verdict"]))


def _number(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, int | float) else "-"


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with the time left on a screen, a few lines where stderr is a file or pipe."""
    from rich import progress as rich_progress
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        bar = rich_progress.Progress(
            rich_progress.TextColumn("{task.percentage:.0f} % {task.description}"),
            rich_progress.BarColumn(),
            rich_progress.TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        with bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
        return
    yield _lines(what)


def _lines(what: str) -> Callable[[int, int], None]:
    from time import monotonic

    start, told = monotonic(), [0]

    def tell(done: int, total: int) -> None:
        quarter = _QUARTERS * done // max(total, 1)
        if quarter > told[0]:
            told[0] = quarter
            left = (monotonic() - start) * (total - done) / max(done, 1)
            tail = f", {left:.0f} s left" if done < total else ""
            say(f"{100 * done // max(total, 1)} % {what}{tail}")
            sys.stderr.flush()

    return tell
