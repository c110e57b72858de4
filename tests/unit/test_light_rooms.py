"""The rooms of medium and biology load no solver before something walks."""

from __future__ import annotations

import subprocess
import sys

import pytest

SOLVERS = ("jax", "numba", "llvmlite")


@pytest.mark.parametrize("room", ["pinprick.medium", "pinprick.healing"])
def test_a_room_loads_no_solver_and_exports_what_it_says(room: str) -> None:
    look = (
        f"import sys, {room} as room\n"
        "assert all(hasattr(room, name) for name in room.__all__)\n"
        f"print(sorted(set({SOLVERS!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"
