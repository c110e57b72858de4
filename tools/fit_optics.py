"""Fit what two fluxes of light lack to photons followed one by one, and write it as a table.

Random skins (wavelength, scattering, melanin, blood of two layers, oxygen) over more than the range
that forecasts use; for each scattering one run of photons, which answers for any absorption. The
logarithm of their reflectance over the two fluxes' is regressed on a polynomial in five logarithms
(see :mod:`pinprick.appearance.colour.optics`). Errors are printed for runs that were left out.

    python tools/fit_optics.py               fit, print, write both tables (a few minutes)
    python tools/fit_optics.py --dry-run     print only
"""

from __future__ import annotations

import argparse
import csv
import itertools
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pinprick.appearance.colour.absorption import Optics, Pigments, central, optics_of
from pinprick.appearance.colour.optics import features, scaled, terms, two_flux
from pinprick.appearance.colour.photons import Slabs, follow

TABLES = Path(__file__).resolve().parents[1] / "src" / "pinprick" / "evidence" / "tables"
SEED = 20
ANISOTROPY = 0.8  # mean cosine of one scattering event
RUNS, PHOTONS, SKINS = 160, 10_000, 60
DEGREE, FOLDS, RIDGE = 4, 10, 1e-4
# Added to a feature before its logarithm: below it, less absorption changes the correction no more.
ADDED = np.array([0.0, 0.0, 0.3, 0.3, 0.1])
FAINT = 0.01  # reflectance below which an error counts in absolute terms

Array = Any


def skins(rng: np.random.Generator, size: int, scattering: float) -> Pigments:
    """Random skins of one scattering."""

    def between(low: float, high: float) -> Array:
        return np.exp(rng.uniform(np.log(low), np.log(high), size))

    deep = between(0.001, 0.08)
    rise = np.where(rng.random(size) < 0.5, 1.0, between(0.25, 16.0))
    return Pigments(
        melanin=between(0.003, 0.5),
        yellow=rng.uniform(0.0, 0.9, size),
        papillary=np.minimum(deep * rise, 0.5),
        deep=deep,
        oxygen=rng.uniform(0.3, 1.0, size),
        deep_oxygen=rng.uniform(0.3, 1.0, size),
        scattering=np.full(size, scattering),
    )


def at_band(o: Optics, band: int) -> Optics:
    """The same at one wavelength."""

    def only(parts: Any) -> Any:
        return tuple(np.asarray(part)[..., band : band + 1] for part in parts)

    return replace(o, absorption=only(o.absorption), scattering=only(o.scattering))


def run(seed: int, photons: int = PHOTONS, count: int = SKINS) -> tuple[Array, Array, Array]:
    """Features (skins, 5), two fluxes' and followed photons' reflectance of one scattering."""
    rng = np.random.default_rng(seed)
    k = central().stage("colour")
    band = int(rng.integers(31))
    skin = skins(rng, count, float(np.exp(rng.uniform(np.log(0.6), np.log(2.6)))))
    o = at_band(optics_of(skin), band)
    absorption = np.stack([part[:, 0] for part in o.absorption], axis=1)
    slabs = Slabs(
        np.array([part[0, 0] for part in o.scattering]),
        np.array([float(o.thickness[0][0]), float(o.thickness[1][0]), np.inf]),
        ANISOTROPY,
        float(k.index[0]),
    )
    seen = follow(slabs, absorption.min(axis=0), photons, seed)
    return features(o)[:, 0], two_flux(o)[:, 0], seen.share(absorption)


def powers() -> Array:
    """Exponents of every term up to the degree, shape (terms, 5)."""
    every = itertools.product(range(DEGREE + 1), repeat=5)
    return np.array([p for p in every if sum(p) <= DEGREE and p[1] <= 1])


def solve(basis: Array, wanted: Array, weight: Array) -> Array:
    """Weighted ridge regression."""
    left = basis * weight[:, None]
    lifted = left.T @ left + RIDGE * len(left) * np.eye(left.shape[1])
    return np.linalg.solve(lifted, left.T @ (wanted * weight))


def errors(said: Array, true: Array) -> dict[str, float]:
    """Root mean square errors, in percent of the reflectance, and the share within the aim."""
    off = said - true
    bright = true > 0.03
    fine = np.abs(off) <= np.maximum(0.04 * true, 0.005)
    return {
        "relative, R > 0.03, %": 100 * float(np.sqrt(np.mean((off / true)[bright] ** 2))),
        "absolute": float(np.sqrt(np.mean(off**2))),
        "within 4 % or 0.005, %": 100 * float(fine.mean()),
    }


def main() -> None:
    """Follow, fit, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dry-run", action="store_true", help="print only")
    dry = parser.parse_args().dry_run
    begin = time.perf_counter()
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(run, range(SEED * 1000, SEED * 1000 + RUNS)))
    x, plain, true = (np.concatenate([part[i] for part in found]) for i in range(3))
    group = np.repeat(np.arange(RUNS), SKINS)
    took = time.perf_counter() - begin
    print(f"{RUNS} runs of {PHOTONS} photons, {len(true)} skins: {took:.0f} s")
    low, high = np.log(x + ADDED).min(axis=0), np.log(x + ADDED).max(axis=0)
    exponents = powers()
    basis = terms(scaled(x, ADDED, low, high), exponents).T
    wanted, weight = np.log(true / plain), np.sqrt(true / (true + FAINT))
    left_out = np.empty_like(true)
    for fold in range(FOLDS):
        out = group % FOLDS == fold
        fitted = solve(basis[~out], wanted[~out], weight[~out])
        left_out[out] = plain[out] * np.exp(basis[out] @ fitted)
    for name, said in (("two fluxes alone", plain), ("corrected, left out", left_out)):
        print(name, {key: round(value, 4) for key, value in errors(said, true).items()})
    weights = solve(basis, wanted, weight)
    if not dry:
        ends = np.stack([ADDED, low, high], axis=1)
        write("light_correction_range", ("floor", "low", "high"), ends)
        columns = (*(f"p{i}" for i in range(5)), "weight")
        write("light_correction", columns, np.column_stack([exponents, weights]))


def write(name: str, columns: tuple[str, ...], rows: Array) -> None:
    """One table."""
    with (TABLES / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        out.writerows([f"{number:.6g}" for number in row] for row in rows)


if __name__ == "__main__":
    main()
