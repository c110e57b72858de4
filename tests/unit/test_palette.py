"""Lines of charts are told apart by readers of any colour vision."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from pinprick.forecasting.figures.palette import LINES

APART, STANDS_OUT = 10.0, 3.0
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def linear(science: Any, colours: tuple[str, ...]) -> np.ndarray:
    return science.cctf_decoding(np.array([science.notation.HEX_to_RGB(c) for c in colours]))


def nearest(science: Any, colours: tuple[str, ...], loss: str) -> float:
    seen = linear(science, colours)
    if loss:
        seen = np.clip(seen @ science.matrix_cvd_Machado2009(loss, 1.0).T, 0, 1)
    lab = science.XYZ_to_Lab(science.sRGB_to_XYZ(science.cctf_encoding(seen)))
    pairs = itertools.combinations(lab, 2)
    return min(float(science.delta_E(a, b, method="CIE 2000")) for a, b in pairs)


@pytest.mark.parametrize("loss", ["", "Protanomaly", "Deuteranomaly", "Tritanomaly"])
def test_lines_stay_apart(science: Any, loss: str) -> None:
    assert nearest(science, LINES, loss) >= APART


def test_a_pair_that_is_lost_would_be_found(science: Any) -> None:
    assert nearest(science, ("#882255", "#555555"), "Deuteranomaly") < APART


def test_lines_stand_out_from_white(science: Any) -> None:
    contrast = 1.05 / (linear(science, LINES) @ LUMINANCE + 0.05)
    assert contrast.min() >= STANDS_OUT
