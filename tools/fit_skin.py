"""Fit melanin, blood, yellow, oxygen and scattering to the mean spectra of six classes of ITA.

One scattering and one saturation for all classes; melanin, blood and yellow for each. Then: the
ridge (refits with scattering held elsewhere), the inner arm with the face's scattering and
saturation, and what the people's spreads make of L*, a* and b* within a class, beside the archive.
Nothing is written: the figures stand in ``evidence/parameters/colour.toml``.

    python tools/fit_skin.py
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import least_squares

from pinprick.appearance.colour.absorption import Pigments
from pinprick.appearance.colour.optics import reflectance
from pinprick.appearance.colour.seen import difference, seen
from pinprick.evidence import registry
from pinprick.people import ROMAN

GEOMETRY = "specular included"
SPECTRUM_ERROR, LAB_ERROR = 0.005, 0.5
Array = Any


def targets(site: str) -> Array:
    table = registry().tables["skin_spectra"]
    return np.stack([table[f"{site}_{c}"] for c in ROMAN if f"{site}_{c}" in table])


def classes(place: int) -> tuple[Array, Array]:
    """Mean L*a*b* and standard deviations by class; 0 is the face, 1 the cheek, 2 the inner arm."""
    table = registry().tables["skin_classes"]
    rows = table["place"] == place
    both = [np.stack([table[f"{axis}{end}"][rows] for axis in "Lab"], 1) for end in ("", "_sd")]
    return both[0], both[1]


def skins(
    melanin: Array, blood: Array, yellow: Array, oxygen: Array, scattering: Array
) -> Pigments:
    return Pigments(melanin, yellow, blood, blood, oxygen, oxygen, scattering)


def unpack(p: Array, count: int) -> Pigments:
    m, b, y = np.exp(p[:count]), np.exp(p[count : 2 * count]), p[2 * count : 3 * count]
    return skins(m, b, y, np.asarray(p[-1]), np.asarray(np.exp(p[-2])))


def misfit(skin: Pigments, wanted: Array) -> Array:
    said = reflectance(skin, geometry=GEOMETRY)
    lab, aim = seen(said, GEOMETRY).lab, seen(wanted, GEOMETRY).lab
    parts = ((said - wanted) / SPECTRUM_ERROR, (lab - aim) / LAB_ERROR)
    return np.concatenate([part.ravel() for part in parts])


def fit(wanted: Array, scattering: float | None = None, oxygen: float | None = None) -> Pigments:
    """Joint fit; scattering and oxygen are held where given."""
    count = len(wanted)
    m = np.log(np.geomspace(0.02, 0.25, count))
    start = np.concatenate([m, np.full(count, np.log(0.015)), np.full(count, 0.3), [0.47, 0.8]])
    low = np.concatenate([np.full(count, -6), np.full(count, -9), np.zeros(count), [-1.0, 0.2]])
    high = np.concatenate([np.zeros(count), np.full(count, -1), np.ones(count), [1.0, 1.0]])
    for place, held in ((-2, scattering and np.log(scattering)), (-1, oxygen)):
        if held is not None:
            start[place], low[place], high[place] = held, held - 1e-6, held + 1e-6
    best = least_squares(lambda p: misfit(unpack(p, count), wanted), start, bounds=(low, high))
    return unpack(best.x, count)


def told(skin: Pigments, wanted: Array) -> None:
    said = reflectance(skin, geometry=GEOMETRY)
    rmse = 100 * np.sqrt(np.mean((said - wanted) ** 2, axis=1))
    apart = difference(seen(said, GEOMETRY).lab, seen(wanted, GEOMETRY).lab)
    print(f"scattering {float(skin.scattering):.3f}, oxygen {float(skin.oxygen):.3f}")
    for i, name in enumerate(ROMAN[: len(wanted)]):
        print(
            f"  {name}: M {skin.melanin[i]:.4f}  B {skin.papillary[i]:.4f}  yellow "
            f"{skin.yellow[i]:.3f}  RMSE {rmse[i]:.2f} %  dE00 {apart[i]:.2f}"
        )


def main() -> None:
    face, arm = targets("face"), targets("arm")
    best = fit(face)
    told(best, face)
    mean, sd = classes(0)
    lab = seen(reflectance(best, geometry=GEOMETRY), GEOMETRY).lab
    print("z of L*, a*, b*:", np.round((lab - mean) / sd, 2).tolist())
    print("the ridge: scattering held")
    for s in (0.8, 1.2, 1.6, 2.0, 2.4):
        told(fit(face, scattering=s), face)
    print("inner arm, scattering and oxygen of the face")
    inner = fit(arm, float(best.scattering), float(best.oxygen))
    told(inner, arm)
    print("blood of the arm over the face:", np.round(inner.papillary / best.papillary[:5], 3))


if __name__ == "__main__":
    main()
