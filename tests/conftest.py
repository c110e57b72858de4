"""Fixtures of more than one room."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="session")
def science() -> Any:
    """colour-science, which knows nothing of this code.

    Its import turns NumPy's printing back to that of 1.13; here that is undone, or the examples of
    every module tested after it would read differently.
    """
    with warnings.catch_warnings(), np.printoptions():
        warnings.simplefilter("ignore")
        return pytest.importorskip("colour")
