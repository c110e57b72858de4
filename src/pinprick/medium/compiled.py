"""Loops compiled by numba: one way to declare them, to keep their code and to share them out."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any

import numba

from pinprick.medium.cache import cache_folder

_PARTS = 8  # that a field is cut in
_LITTLE = 10_000  # cells that are not worth a thread


def compiled(function: Callable[..., None]) -> Callable[..., None]:
    """A loop over arrays as machine code, kept in the cache folder and free of the lock of Python.

    Sums are taken in the order written, so that the answer is the same wherever it runs.
    """
    settings: Any = numba.config
    before, settings.CACHE_DIR = settings.CACHE_DIR, str(cache_folder())
    try:
        made: Callable[..., None] = numba.njit(nogil=True, cache=True, error_model="numpy")(
            function
        )
    except RuntimeError:  # a home that cannot be written costs compile time, nothing else
        made = numba.njit(nogil=True, error_model="numpy")(function)
    finally:
        settings.CACHE_DIR = before
    return made


def inlined(function: Callable[..., None]) -> Callable[..., None]:
    """A part of a compiled loop."""
    made: Callable[..., None] = numba.njit(error_model="numpy", inline="never")(function)
    return made


def shared(call: Callable[..., None], parts: Iterable[tuple[Any, ...]]) -> None:
    """Call a loop for parts that do not touch each other, on as many threads as there are cores."""
    waiting = deque(parts)
    threads = min(_cores(), len(waiting))

    def work() -> None:
        with suppress(IndexError):
            while True:
                part = waiting.popleft()
                call(*part)

    others = [_pool(threads).submit(work) for _ in range(threads - 1)]
    try:
        work()
    finally:
        waiting.clear()  # a stop from the keyboard waits for the parts at work, no longer
        for other in others:
            other.result()


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads - 1, "pinprick-loops")


def cut(size: int, count: int) -> list[tuple[int, int]]:
    """From where to where each part goes when ``count`` pieces of ``size`` cells are shared out.

    >>> cut(100, 5), cut(100_000, 5)
    ([(0, 5)], [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)])
    """
    parts = max(1, min(_PARTS, count, size * count // _LITTLE))
    length = -(-count // parts)
    return [(i, min(i + length, count)) for i in range(0, count, length)]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
