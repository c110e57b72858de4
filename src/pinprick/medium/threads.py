"""Work shared out over threads: parts that do not touch each other, as many at once as cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

_PARTS = 8  # that a field is cut in
_LITTLE = 10_000  # cells that are not worth a thread


def shared(call: Callable[..., None], parts: Iterable[tuple[Any, ...]]) -> None:
    """Call a compiled loop for each part, on as many threads as there are cores."""
    shared_with(lambda: call, parts)


def shared_with(begin: Callable[[], Callable[..., None]], parts: Iterable[tuple[Any, ...]]) -> None:
    """As :func:`shared`, where each thread makes its own call first, with memory of its own.

    >>> found = []
    >>> shared_with(lambda: found.append, [(n * n,) for n in range(4)])
    >>> sorted(found)
    [0, 1, 4, 9]
    """
    waiting = deque(parts)
    threads = min(cores(), len(waiting))

    def work() -> None:
        call = begin()
        while True:
            try:
                part = waiting.popleft()
            except IndexError:
                return
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


if hasattr(os, "register_at_fork"):  # a copy of this process has the pools, but not their threads
    os.register_at_fork(after_in_child=_pool.cache_clear)


def cut(size: int, count: int) -> list[tuple[int, int]]:
    """From where to where each part goes when ``count`` pieces of ``size`` cells are shared out.

    >>> cut(100, 5), cut(100_000, 5)
    ([(0, 5)], [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)])
    """
    parts = max(1, min(_PARTS, count, size * count // _LITTLE))
    length = -(-count // parts)
    return [(i, min(i + length, count)) for i in range(0, count, length)]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
