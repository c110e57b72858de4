"""Work shared out over threads: every part once, faults told, and none left hanging."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from pinprick.medium import threads
from pinprick.medium.threads import cut, shared, shared_with

FORK = """
import os, signal
from pinprick.medium import threads
threads.cores = lambda: 3
def run():
    found = []
    threads.shared(found.append, [(n,) for n in range(9)])
    return sorted(found) == list(range(9))
assert run()
child = os.fork()
if not child:
    signal.alarm(60)
    os._exit(0 if run() else 1)
print(os.waitpid(child, 0)[1])
"""


@pytest.mark.parametrize("cores", [1, 2, 5])
def test_every_part_is_done_once(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "cores", lambda: cores)
    done: Counter[int] = Counter()
    begun: list[int] = []

    def begin() -> object:
        begun.append(1)
        return lambda n: done.update([n])

    shared_with(begin, [(n,) for n in range(40)])  # type: ignore[arg-type]
    assert done == Counter(range(40)) and 1 <= len(begun) <= cores
    shared(done.update, [])
    assert cut(10, 3) == [(0, 3)]
    assert [b - a for a, b in cut(10**6, 20)] == [3] * 6 + [2]


@pytest.mark.parametrize("fault", [ValueError, IndexError, KeyboardInterrupt])
def test_a_fault_in_a_part_reaches_the_caller(fault: type[BaseException]) -> None:
    def call(n: int) -> None:
        raise fault(str(n))

    with pytest.raises(fault):
        shared(call, [(n,) for n in range(4)])


@pytest.mark.skipif(not hasattr(threads.os, "fork"), reason="no fork here")
def test_a_copy_of_the_process_does_not_wait_for_threads_it_has_not() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "0", done.stderr
