"""Loops compiled by numba: one way to declare them and to keep their code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

from pinprick.medium.cache import cache_folder

Loop = Callable[..., Any]


def compiled(function: Loop) -> Loop:
    """A loop over arrays as machine code, kept in the cache folder and free of the lock of Python.

    Sums are taken in the order written, so that the answer is the same wherever it runs.
    """
    settings: Any = numba.config
    before, settings.CACHE_DIR = settings.CACHE_DIR, str(cache_folder())
    try:
        made: Loop = numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # a home that cannot be written costs compile time, nothing else
        made = numba.njit(nogil=True, error_model="numpy")(function)
    finally:
        settings.CACHE_DIR = before
    return made


def inlined(function: Loop) -> Loop:
    """A part of a compiled loop."""
    made: Loop = numba.njit(error_model="numpy", inline="never")(function)
    return made
