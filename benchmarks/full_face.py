"""A full face hole by hole: every statistic of a million punctures, beside a k-d tree for each.

Run with ``python benchmarks/full_face.py``. Both ways work on the same map, each in a process of
its own; peak memory is what the process holds at most beyond what it held with its modules loaded.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from forecast_cold_warm import CORES, hold_to, machine
from scipy import ndimage, spatial  # noqa: F401  (loaded before memory is counted)

from pinprick import devices
from pinprick.needling.area import rectangle
from pinprick.needling.evenness import clark_evans, gaps, quadrats, spectrum, technique, union
from pinprick.needling.positions import Pace, PunctureMap, lay, stream

SIDES = (2e-3, 5e-3, 1e-2)
DIAMETER = 0.2e-3
PIXEL = 0.1e-3


def face() -> PunctureMap:
    """A pen on 20 x 15 cm, 4 passes, 3600 holes per cm² attempted, all of which pierce."""
    depths = np.array([0.0, 1.0e-3, 1.4e-3])
    how = Pace(density=3.6e7, passes=4, seconds=2.2e4)
    return lay(
        devices.device("pen"), rectangle(0.20, 0.15), how, stream(0, "face", 0),
        depths=depths, deeper=np.array([1.0, 1.0, 0.0]),
    )  # fmt: skip


def ours(made: PunctureMap) -> dict[str, Any]:
    """Rasters, a sample and a spectrum of bounded size."""
    return {
        "clark_evans": clark_evans(made),
        "cv": [_cv(quadrats(made, side)) for side in SIDES],
        "gap": gaps(made)[0].diameter,
        "union": union(made, DIAMETER)[0],
        "peak": spectrum(made).peak,
        "technique": technique(made),
    }


def by_tree(made: PunctureMap) -> dict[str, Any]:
    """The same from one k-d tree: all neighbours, and the nearest hole of every pixel."""
    points = np.stack([made.x, made.y], axis=1)
    tree = spatial.cKDTree(points)
    near, _ = tree.query(points, k=[2])
    wide, high = made.area.width, made.area.height
    x, y = (np.arange(-side / 2 + PIXEL / 2, side / 2, PIXEL) for side in (wide, high))
    pixels = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    clear, _ = tree.query(pixels)
    border = np.minimum(wide / 2 - abs(pixels[:, 0]), high / 2 - abs(pixels[:, 1]))
    return {
        "clark_evans": float(2 * np.sqrt(made.density) * near.mean()),
        "cv": [_cv(_counts(made, side)) for side in SIDES],
        "gap": float(2 * np.minimum(clear, border).max()),
        "union": float((clear < DIAMETER / 2).mean()),
    }


def _cv(counts: Any) -> float:
    return float(counts.std() / counts.mean())


def _counts(made: PunctureMap, side: float) -> Any:
    edges = [
        np.arange(-int(length / side) / 2, int(length / side) / 2 + 1) * side
        for length in (made.area.width, made.area.height)
    ]
    return np.histogram2d(made.x, made.y, edges)[0]


def peak() -> float:
    """Most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(way: str) -> None:
    """Run one way in this process and print what it took."""
    ways: dict[str, Callable[[PunctureMap], dict[str, Any]]] = {"ours": ours, "tree": by_tree}
    at_start = peak()
    start = time.perf_counter()
    made = face()
    laid, held = time.perf_counter() - start, peak()
    found = ways[way](made)
    done = time.perf_counter() - start
    took = {"lay_s": laid, "all_s": done, "lay_mb": held - at_start, "all_mb": peak() - at_start}
    print(json.dumps({"holes": len(made), **took, **found}))


def main() -> None:
    """Both ways, three runs each; the middle one is printed."""
    if len(sys.argv) > 1:
        one(sys.argv[1])
        return
    where = machine(hold_to(CORES))
    print("| way | holes | laid | all | peak memory | R | CV 2, 5, 10 mm | gap | covered |")
    print("|---|---|---|---|---|---|---|---|---|")
    for way, name in (("ours", "rasters and a sample (Pinprick)"), ("tree", "SciPy k-d tree")):
        runs = []
        for _ in range(3):
            text = subprocess.run(
                [sys.executable, __file__, way], check=True, capture_output=True, text=True
            ).stdout
            runs.append(json.loads(text))
        row = sorted(runs, key=lambda run: run["all_s"])[1]
        cv = ", ".join(f"{100 * v:.1f}" for v in row["cv"])
        print(f"| {name} | {row['holes']:,} | {row['lay_s']:.2f} s | {row['all_s']:.2f} s | "
              f"{row['all_mb']:.0f} MB | {row['clark_evans']:.3f} | {cv} % | "
              f"{1e3 * row['gap']:.2f} mm | {100 * row['union']:.1f} % |", flush=True)  # fmt: skip
    print(f"\n{where}; the middle of three runs each. 'Laid' is part of 'all'. "
          "Ours also names the device from the spectrum.")  # fmt: skip


if __name__ == "__main__":
    main()
