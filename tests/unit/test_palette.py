"""Lines of charts are told apart by readers of any colour vision."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest

from pinprick.forecasting.palette import LINES

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import colour
    from colour.blindness import matrix_cvd_Machado2009

APART, STANDS_OUT = 10.0, 3.0
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def linear(colours: tuple[str, ...]) -> np.ndarray:
    return colour.cctf_decoding(np.array([colour.notation.HEX_to_RGB(c) for c in colours]))


def nearest(colours: tuple[str, ...], loss: str) -> float:
    seen = linear(colours)
    if loss:
        seen = np.clip(seen @ matrix_cvd_Machado2009(loss, 1.0).T, 0, 1)
    lab = colour.XYZ_to_Lab(colour.sRGB_to_XYZ(colour.cctf_encoding(seen)))
    pairs = itertools.combinations(lab, 2)
    return min(float(colour.delta_E(a, b, method="CIE 2000")) for a, b in pairs)


@pytest.mark.parametrize("loss", ["", "Protanomaly", "Deuteranomaly", "Tritanomaly"])
def test_lines_stay_apart(loss: str) -> None:
    assert nearest(LINES, loss) >= APART


def test_a_pair_that_is_lost_would_be_found() -> None:
    assert nearest(("#882255", "#555555"), "Deuteranomaly") < APART


def test_lines_stand_out_from_white() -> None:
    contrast = 1.05 / (linear(LINES) @ LUMINANCE + 0.05)
    assert contrast.min() >= STANDS_OUT
