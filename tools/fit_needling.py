"""Set the mechanics of needling on published measurements, by importance sampling.

Draws from priors, weighs each by the measurements named in ``ROWS``, and keeps ``KEPT`` draws. Two
tables are written: one that forecasts use, and one that leaves out the rollers (mechanics:I035),
against which the rollers can be tested.

    python tools/fit_needling.py            print how well each row is met, write both tables
    python tools/fit_needling.py --dry-run  print only
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np

from pinprick.needling.mechanics import (
    Force,
    Needle,
    Resistance,
    Stroke,
    compliance,
    entry,
    needle_load,
    seat,
)

Array = np.ndarray[Any, np.dtype[np.float64]]
ROOM = Path(__file__).resolve().parents[1] / "src" / "pinprick"
TABLE = ROOM / "evidence" / "tables" / "needling_draws.csv"
WITHOUT = ROOM / "validation" / "needling_draws_without_rollers.csv"
DRAWS, KEPT, SEED = 120_000, 256, 6
UM, MN = 1e-6, 1e-3
# Measured, standard error (assumed where the row prints none), in the unit of the name.
ROWS = {
    "I010 force of a 5 um tip, mN": (20.0, 5.0),
    "I011 force of a 37 um tip, mN": (167.0, 42.0),
    "I012 depth of the drop, um": (160.0, 40.0),
    "I013 depth of sharp less blunt at 1.5 mm, um": (0.0, 100.0),
    "I021 array of 600 um, um": (460.0, 50.0),
    "I028 pull-out, mN": (0.1, 0.05),
    "I035 roller of 1.5 mm, ratio in histology": (0.6, 0.06),
}


def priors(size: int) -> dict[str, Array]:
    """Draws in SI from the priors; the first group is what forecasts use."""
    rng = np.random.default_rng(SEED)

    def lognormal(median: float, gsd: float) -> Array:
        return median * np.exp(np.log(gsd) * rng.standard_normal(size))

    def loguniform(low: float, high: float) -> Array:
        return np.exp(rng.uniform(np.log(low), np.log(high), size))

    return {
        "line_force": lognormal(4.6e3, 1.5),
        "tough_depth": lognormal(160 * UM, 1.5),
        "superficial_power": rng.uniform(1, 2, size),
        "tip_after": rng.uniform(0, 0.1, size),
        "slit": lognormal(0.4, 2.0),
        "cohesion": lognormal(2e6, 1.23),
        "spreading": lognormal(0.295, 1.36),
        "friction": lognormal(5e3, 2.2),
        "own_stiffness": lognormal(300.0, 1.8),
        "plate_stiffness": lognormal(100.0, 1.9),
        "plate_length": loguniform(0.6e-3, 3e-3),
        "rate_stiffening": rng.uniform(0, 0.2, size),
        "rate_threshold": rng.uniform(-0.5, 0, size),
        # what belongs to an experiment or a device
        "support": rng.uniform(0, 0.3, size),
        "shrinkage": rng.uniform(0.10, 0.25, size),
        "hand": loguniform(30 * MN, 91 * MN),
        "romgens_shaft": rng.uniform(0.15e-3, 0.25e-3, size),
        "romgens_cone": np.radians(rng.uniform(10, 30, size)),
        "array_tip": loguniform(5 * UM, 20 * UM),
        "roller_tip": 8 * UM * rng.uniform(0.75, 2.0, size),
        "roller_shaft": 0.25e-3 * rng.uniform(0.8, 1.1, size),
        "roller_cone": np.radians(15 * rng.uniform(0.67, 1.33, size)),
        "roller_speed": loguniform(25e-3, 100e-3),
    }


FORECAST = tuple(priors(1))[:13]
EXPERIMENTS = ("shrinkage", "array_tip", "hand")


def resistance(d: dict[str, Array], speed: Array | float = 1e-3) -> Resistance:
    """The skin of each draw, met at a speed; the threshold falls to 10 mm/s and no further."""
    slow = np.minimum(speed, 10e-3) / 1e-3
    return Resistance(
        line_force=d["line_force"] * slow ** d["rate_threshold"],
        tough_depth=d["tough_depth"],
        superficial_power=d["superficial_power"],
        tip_after=d["tip_after"],
        slit=d["slit"],
        cohesion=d["cohesion"],
        opening=np.asarray(1.6e-3),
        spreading=d["spreading"],
        friction=d["friction"],
    )


def give(d: dict[str, Array], pitch: float, support: Any, speed: Array | float = 1e-3) -> Array:
    """Compliance of the skin of each draw."""
    return compliance(
        d["own_stiffness"],
        d["plate_stiffness"],
        d["plate_length"],
        np.asarray(pitch),
        support=np.asarray(support),
        stiffening=np.asarray((speed / 1e-3) ** d["rate_stiffening"]),
    )


def model(d: dict[str, Array]) -> tuple[dict[str, Array], Array]:
    """What each draw says of each row, and whether a 37 um tip gets in before 1.5 mm."""
    skin = resistance(d)
    alone = give(d, 1.0, d["support"])
    depths, forces, through = [], [], []
    for tip in (5 * UM, 37 * UM):
        needle = Needle(np.asarray(tip), d["romgens_shaft"], d["romgens_cone"])
        forces.append(needle_load(d["tough_depth"], needle, skin).total / MN)
        rest = seat(needle, skin, alone, stroke=Stroke(np.asarray(1.5e-3)))
        depths.append(rest.depth / UM)
        through.append(rest.punctured)
    array = Needle(d["array_tip"], np.asarray(300 * UM), np.asarray(2 * np.arctan(0.25)))
    hand = {"stroke": Stroke(np.asarray(600 * UM)), "force": Force(d["hand"])}
    pressed = seat(array, skin, give(d, 600 * UM, 1.0), **hand)
    length = np.asarray(1.5e-3)
    angle, _ = entry(np.asarray(10e-3), length)
    speed = d["roller_speed"] * (1 + length / 10e-3) * np.sin(angle)
    roller = Needle(d["roller_tip"], d["roller_shaft"], d["roller_cone"])
    rolled = seat(roller, resistance(d, speed), give(d, 2.5e-3, 1.0, speed), stroke=Stroke(length))
    pin = np.pi * (100 * UM) ** 2
    values = (
        forces[0],
        forces[1],
        d["tough_depth"] / UM,
        depths[0] - depths[1],
        pressed.depth / UM,
        d["friction"] * pin / MN,
        rolled.depth * (1 - d["shrinkage"]) / length,
    )
    return dict(zip(ROWS, values, strict=True)), through[0] & through[1]


def weights(said: dict[str, Array], through: Array, leave_out: str = "") -> Array:
    """Importance weights that sum to one."""
    misfit = sum(
        ((said[row] - measured) / error) ** 2
        for row, (measured, error) in ROWS.items()
        if not (leave_out and row.startswith(leave_out))
    )
    raw = np.where(through, np.exp(-0.5 * np.asarray(misfit)), 0.0)
    return np.asarray(raw / raw.sum())


def resample(weight: Array) -> Array:
    """Indices of ``KEPT`` draws by systematic resampling, in random order."""
    rng = np.random.default_rng(SEED)
    place = (np.arange(KEPT) + rng.random()) / KEPT
    return rng.permutation(np.searchsorted(np.cumsum(weight), place))


def write(path: Path, d: dict[str, Array], kept: Array) -> None:
    """The kept draws in SI of what forecasts use, and of what belongs to the experiments."""
    names = (*FORECAST, *EXPERIMENTS)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(names)
        out.writerows([f"{d[name][i]:.4g}" for name in names] for i in kept)


def main() -> None:
    """Fit, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dry-run", action="store_true", help="print only")
    dry = parser.parse_args().dry_run
    d = priors(DRAWS)
    said, through = model(d)
    for path, leave_out in ((TABLE, ""), (WITHOUT, "I035")):
        weight = weights(said, through, leave_out)
        print(f"{path.name}: effective sample {1 / (weight**2).sum():.0f} of {DRAWS}")
        kept = resample(weight)
        for row, (measured, error) in ROWS.items():
            q = np.quantile(said[row][kept], [0.05, 0.5, 0.95])
            print(
                f"  {row}: {measured:g} +/- {error:g}, model " + " / ".join(f"{x:.3g}" for x in q)
            )
        for name in (*FORECAST, *EXPERIMENTS):
            q = np.quantile(d[name][kept], [0.05, 0.5, 0.95])
            print(f"    {name}: " + " / ".join(f"{x:.4g}" for x in q))
        if not dry:
            write(path, d, kept)


if __name__ == "__main__":
    main()
