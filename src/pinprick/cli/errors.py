"""Errors at the command line: lines on stderr and exit codes, never a traceback unasked."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec

import typer

from pinprick.cli.terminal import say
from pinprick.faults import InputError, NotForecastError

WRONG_INPUT = 2
OTHER = 1
debug: ContextVar[bool] = ContextVar("debug", default=False)
P = ParamSpec("P")


def verb(run: Callable[P, None]) -> Callable[P, None]:
    """Turn errors into lines on stderr and exit codes; a traceback only with --debug."""

    @functools.wraps(run)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            run(*args, **kwargs)
        except (KeyboardInterrupt, typer.Abort):
            say("stopped; nothing was written")
            raise typer.Exit(OTHER) from None
        except InputError as error:
            if debug.get():
                raise
            for fault in error.faults:
                say(str(fault))
            raise typer.Exit(WRONG_INPUT) from None
        except typer.Exit:
            raise
        except BrokenPipeError:  # the reader, such as `head`, had enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(OTHER) from None
        except Exception as error:
            if debug.get():
                raise
            known = isinstance(error, NotForecastError)
            what = str(error) if known else f"{type(error).__name__}: {error}"
            hint = "" if known else " (`pinprick --debug ...` shows where)"
            say(f"pinprick: {' '.join(what.split())}{hint}")
            raise typer.Exit(OTHER) from None

    return wrapped
