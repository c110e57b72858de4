"""Evenness: what a map of holes says: how dense, how even, which gaps, whose pattern.

Holes at random are the yardstick throughout. Every figure works on a raster or a sample of bounded
size, so a whole face costs no more memory than its holes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pinprick.needling.area import Area
from pinprick.needling.hand import figure
from pinprick.needling.positions import PunctureMap

Array = np.ndarray[Any, np.dtype[Any]]
Maker = Literal["roller", "pen", "stamp", "random"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A disc without a hole: its middle and its diameter in metres."""

    x: float
    y: float
    diameter: float


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The highest peak of a map's spectrum, its wavelength in metres, and how sharp it is."""

    peak: float
    wave: float
    sharpness: float


@dataclass(frozen=True, slots=True)
class Evenness:
    """Statistics of a map in SI.

    ``cv`` and ``poisson`` are the variation of counts in squares, by the side of the square, as
    found and as random holes of the same density would give; ``clark_evans`` is 1 for random holes
    and above 1 where they keep apart; ``gap`` is the largest disc without a hole that fits inside
    the zone.
    """

    holes: int
    density: float
    cv: Mapping[float, float]
    poisson: Mapping[float, float]
    clark_evans: float
    gap: Gap
    spectrum: Spectrum
    maker: Maker


def evenness(punctures: PunctureMap) -> Evenness:
    """All statistics of a map.

    Raises:
        ValueError: if the map holds fewer than two holes.

    >>> from pinprick.devices import device
    >>> from pinprick.needling.area import rectangle
    >>> from pinprick.needling.positions import Pace, lay, stream
    >>> found = evenness(
    ...     lay(device("roller"), rectangle(0.05, 0.05), Pace(2e6, 8, 1.0), stream(0, "cheek", 0),
    ...         depths=np.array([0.0, 1e-3]), deeper=np.array([1.0, 0.0]))
    ... )
    >>> round(found.density / 1e4), round(found.clark_evans, 2), found.maker
    (197, 1.03, 'roller')
    """
    if len(punctures) <= 1:
        raise ValueError("a map of fewer than two holes has no evenness")
    sides = [figure(name) for name in ("quadrat_small", "quadrat", "quadrat_large")]
    counts = {side: quadrats(punctures, side) for side in sides}
    counts = {side: n for side, n in counts.items() if len(n) > 1 and n.any()}
    return Evenness(
        holes=len(punctures),
        density=punctures.density,
        cv={side: float(n.std() / n.mean()) for side, n in counts.items()},
        poisson={side: float(1 / np.sqrt(n.mean())) for side, n in counts.items()},
        clark_evans=clark_evans(punctures),
        gap=gaps(punctures)[0],
        spectrum=spectrum(punctures),
        maker=technique(punctures),
    )


def quadrats(punctures: PunctureMap, side: float) -> Array:
    """Holes in each square of this side that lies wholly inside the zone."""
    counts, _, inside = quadrat_map(punctures, side)
    return np.asarray(counts[inside])


def quadrat_map(punctures: PunctureMap, side: float) -> tuple[Array, tuple[Array, Array], Array]:
    """Holes in each square of a raster (x, y), the middles of its squares, and which lie inside.

    ``side`` of a square and the middles, (x,) and (y,), are in metres; counts and whether a square
    lies inside have the shape (x, y).

    >>> from pinprick.needling.area import rectangle
    >>> at = np.array([-4e-3, -4e-3, 1e-3], dtype=np.float32)
    >>> three = PunctureMap(rectangle(0.01, 0.01), at, at, at, np.zeros(3, np.uint8))
    >>> counts, (x, _), inside = quadrat_map(three, 5e-3)
    >>> counts.tolist(), (1e3 * x).tolist(), bool(inside.all())  # x in mm
    ([[2, 0], [0, 1]], [-2.5, 2.5], True)
    """
    counts, middles = _counted(punctures, side)
    return counts, middles, _whole(punctures.area, middles, side)


def clark_evans(punctures: PunctureMap) -> float:
    """Mean distance to the nearest hole over that of random holes, from a sample of the holes.

    Clark and Evans 1954: ``2 √n · mean``.
    """
    from scipy.spatial import cKDTree

    points = np.stack([punctures.x, punctures.y], axis=1)
    tree = cKDTree(points, balanced_tree=False)
    every = max(1, len(points) // round(figure("neighbours")))
    found, _ = tree.query(points[::every], k=[2])
    return float(2 * np.sqrt(punctures.density) * np.mean(found))


def gaps(punctures: PunctureMap, count: int = 1) -> list[Gap]:
    """The largest discs without a hole that fit inside the zone and do not overlap.

    >>> from pinprick.needling.area import rectangle
    >>> at = np.zeros(1, dtype=np.float32)
    >>> one = PunctureMap(rectangle(0.02, 0.01), at, at, at, np.zeros(1, np.uint8))
    >>> [round(gap.diameter * 1e3, 1) for gap in gaps(one, 2)]  # mm
    [10.0, 10.0]
    """
    clear, pixel, low = clearance(punctures)
    found: list[Gap] = []
    while len(found) < count and clear.max() > 0:
        row, column = np.unravel_index(int(np.argmax(clear)), clear.shape)
        radius = float(clear[row, column])
        x, y = (float(end + (i + 0.5) * pixel) for end, i in zip(low, (row, column), strict=True))
        found.append(Gap(x, y, 2 * radius))
        # what is left of the others beside this one
        rows, columns = (
            slice(max(0, int(i - 2 * radius / pixel)), int(i + 2 * radius / pixel) + 2)
            for i in (row, column)
        )
        part = clear[rows, columns]
        away = np.hypot(
            (np.arange(part.shape[0]) + rows.start - row)[:, None],
            (np.arange(part.shape[1]) + columns.start - column)[None, :],
        )
        part[away * pixel < radius + part] = 0.0
    return found


def clearance(punctures: PunctureMap) -> tuple[Array, float, tuple[float, float]]:
    """Distance of each point to the nearest hole or border: raster (x, y), pixel, lower corner."""
    from scipy import ndimage

    area = punctures.area
    pixel = max(figure("gap_pixel"), (area.width * area.height / figure("most_pixels")) ** 0.5)
    # one pixel of border all round, so that the edge of a rectangle counts as one
    low = (-area.width / 2 - pixel, -area.height / 2 - pixel)
    shape = tuple(int(side / pixel) + 2 * 2 for side in (area.width, area.height))
    x = low[0] + (np.arange(shape[0], dtype=np.float32) + 0.5) * pixel
    y = low[1] + (np.arange(shape[1], dtype=np.float32) + 0.5) * pixel
    free = area.inside(x[:, None], y[None, :])
    rows = ((punctures.x - low[0]) / pixel).astype(np.int32)
    columns = ((punctures.y - low[1]) / pixel).astype(np.int32)
    free[rows.clip(0, shape[0] - 1), columns.clip(0, shape[1] - 1)] = False
    clear = ndimage.distance_transform_edt(free)
    return np.asarray(clear * pixel, dtype=np.float32), pixel, low


def union(punctures: PunctureMap, diameter: float) -> tuple[float, float]:
    """Share of the skin that discs of a diameter about the holes cover: counted, and expected.

    Counted on a fine raster in the middle of the zone; expected ``1 - exp(-n π d²/4)`` for holes
    at random. The diameter is in metres.

    >>> from pinprick.needling.area import rectangle
    >>> grid = np.arange(-4.5e-3, 5e-3, 1e-3, dtype=np.float32)
    >>> x, y = (each.ravel() for each in np.meshgrid(grid, grid))  # 100 per square cm
    >>> even = PunctureMap(rectangle(0.01, 0.01), x, y, x, np.zeros(100, np.uint8))
    >>> [round(share, 2) for share in union(even, 0.5e-3)]
    [0.2, 0.18]
    """
    from scipy import ndimage

    if diameter <= 0:
        return 0.0, 0.0
    area, pixel = punctures.area, diameter / figure("overlap_fine")
    half = min(figure("overlap_cells") * pixel, area.width * 0.5, area.height * 0.5) / 2
    cells = max(1, int(2 * half / pixel))
    near = (abs(punctures.x) < half + diameter) & (abs(punctures.y) < half + diameter)
    margin = int(diameter / pixel) + 1
    free = np.ones((cells + 2 * margin,) * 2, dtype=bool)
    rows, columns = (
        (((p[near] + half) / pixel).astype(np.int32) + margin).clip(0, len(free) - 1)
        for p in (punctures.x, punctures.y)
    )
    free[rows, columns] = False
    away = ndimage.distance_transform_edt(free)[margin:-margin, margin:-margin]
    local = near & (abs(punctures.x) < half) & (abs(punctures.y) < half)
    density = local.sum() / (2 * half) ** 2
    counted = float((away * pixel < diameter / 2).mean())
    return counted, float(-np.expm1(-density * np.pi * diameter**2 / 2**2))


def spectrum(punctures: PunctureMap) -> Spectrum:
    """The highest peak of ``|Σ exp(i k·r)|² / N``, which is 1 in the mean for random holes.

    Waves longer than ``longest_wave`` belong to the hand, shorter than ``shortest_wave`` to the
    raster. A head that is set down again and again gives broad hills, as wide as one over its
    size, on which a peak is only a grain; a drum repeats itself along a whole lane and gives a
    needle. ``sharpness`` is the peak over the mean of the hill about it.
    """
    size = figure("spectrum_pixel")
    counts, (x, y) = _counted(punctures, size, figure("spectrum_window"))
    # an even background goes, so that the outline of the zone leaves no wave
    inside = punctures.area.inside(x[:, None], y[None, :])
    field = np.where(inside, counts - counts[inside].mean(), 0.0)
    power = np.abs(np.fft.fft2(field)) ** 2 / max(int(counts.sum()), 1)
    kx, ky = (np.fft.fftfreq(n, size) for n in counts.shape)
    k = np.hypot(kx[:, None], ky[None, :])
    known = (k > 1 / figure("longest_wave")) & (k < 1 / figure("shortest_wave"))
    if not (power[known] > 0).any():
        return Spectrum(0.0, float("inf"), 0.0)
    place = np.unravel_index(int(np.argmax(np.where(known, power, 0.0))), k.shape)
    away = np.hypot(kx[:, None] - kx[place[0]], ky[None, :] - ky[place[1]])
    hill = (away < 1 / figure("head")) & (away > 2 / (max(counts.shape) * size)) & (
        k > 1 / figure("longest_wave"))  # fmt: skip
    around = float(power[hill].mean()) if hill.any() else 1.0
    peak = float(power[place])
    return Spectrum(peak, float(1 / k[place]), peak / around)


def technique(punctures: PunctureMap) -> Maker:
    """Who made a map, from its spectrum and evenness alone: roller, pen, stamp, or chance.

    Without a peak it is chance. A gliding hand makes a pen's counts far more uneven than chance;
    of the rest a drum has a sharp peak.
    """
    seen = spectrum(punctures)
    if seen.peak < figure("peak_of_chance"):
        return "random"
    side = figure("quadrat")
    counts = quadrats(punctures, side)
    if len(counts) > 1 and counts.std() > figure("uneven") * np.sqrt(counts.mean()):
        return "pen"
    return "roller" if seen.sharpness > figure("sharp") else "stamp"


def _counted(
    punctures: PunctureMap, side: float, most: float = float("inf")
) -> tuple[Array, tuple[Array, Array]]:
    """Holes in each square of a raster about the middle, and the middles of its squares."""
    area = punctures.area
    cells = [max(1, int(min(length, most) / side)) for length in (area.width, area.height)]
    place = [
        np.floor(p / side + n / 2).astype(np.int32)
        for p, n in zip((punctures.x, punctures.y), cells, strict=True)
    ]
    on = np.logical_and.reduce([(p >= 0) & (p < n) for p, n in zip(place, cells, strict=True)])
    flat = place[0][on] * cells[1] + place[1][on]
    counts = np.bincount(flat, minlength=cells[0] * cells[1]).reshape(cells)
    middles = [(np.arange(n) + 0.5 - n / 2) * side for n in cells]
    return counts, (middles[0], middles[1])


def _whole(area: Area, middles: tuple[Array, Array], side: float) -> Array:
    """Squares that lie inside with all four corners."""
    half = side / 2 - side * np.finfo(np.float32).eps  # a hair less: rounding
    x, y = middles[0][:, None], middles[1][None, :]
    return np.asarray(area.inside(abs(x) + half, abs(y) + half))
