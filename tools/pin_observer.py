"""Pin the weights that turn 31 reflectances into X, Y and Z: CIE 1931 2° observer, illuminant D65.

A spectrum 400-700 nm by 10 nm is interpolated to 1 nm (Sprague), its ends are carried on to 360 and
780 nm, and the sum over the observer times the illuminant is taken; all of that is linear, so it is
three weights a band. Made with colour-science (BSD-3-Clause), which a forecast does not need.

    python tools/pin_observer.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

TABLE = Path(__file__).resolve().parents[1] / "src" / "pinprick" / "evidence" / "tables"
BANDS = np.arange(400, 701, 10)


def main() -> None:
    """Work out and write."""
    import colour

    fine = colour.SpectralShape(360, 780, 1)
    observer = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"].copy().align(fine)
    light = colour.SDS_ILLUMINANTS["D65"].copy().align(fine)
    seen = observer.values * light.values[:, None]
    seen *= 100 / seen[:, 1].sum()
    weights = []
    for band in range(len(BANDS)):
        one = np.zeros(len(BANDS))
        one[band] = 1
        inside = colour.SpragueInterpolator(BANDS, one)(np.arange(400, 701))
        whole = np.concatenate([np.full(40, one[0]), inside, np.full(80, one[-1])])
        weights.append(whole @ seen)
    with (TABLE / "observer_2deg_d65.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("nm", "X", "Y", "Z"))
        for nm, row in zip(BANDS, weights, strict=True):
            out.writerow((nm, *(f"{w:.6f}" for w in row)))


if __name__ == "__main__":
    main()
