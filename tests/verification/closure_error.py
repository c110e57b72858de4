"""How wrong the roused fraction is: measured against tissue with room in it.

Three comparisons, each for the same draws and two or five sessions:

- two fractions in a column against one track in a unit cell (and the plain mean of the injury);
- the unit cell itself against a square of skin with all tracks at random places;
- mixing before each session against keeping every history of hits apart.

The page on healing prints what :func:`tables` returns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from pinprick.evidence import Lanes, registry
from pinprick.healing import closure
from pinprick.healing.body import Body
from pinprick.healing.here import values_here
from pinprick.healing.reactions import TABLE
from pinprick.healing.tissue import _kernel, heal
from pinprick.healing.track import around_a_track, heal_track
from pinprick.medium.column import Column, column
from pinprick.medium.layers import Injury
from pinprick.medium.schedule import COHORT, SINGLE
from pinprick.medium.walk import through

Array = np.ndarray[Any, np.dtype[np.float64]]
DENSITIES = (50, 250, 1000)  # tracks per cm²
SECOND = 28.0  # day of the second session
DAYS = (0.0, SECOND, SECOND + 56.0, SECOND + 180.0)  # 8 weeks and 6 months after it
TOTAL, MATURE = "all collagen, 8 weeks after", "mature collagen, 6 months after"
RINGS = 20
EVERYWHERE = 1e3  # mm: a reach that rouses everything
TOP = "papillary dermis"


class Row(NamedTuple):
    """One quantity at one density: gains in per cent of intact collagen, shape (draws,)."""

    density: int
    quantity: str
    truth: Array
    ours: Array

    @property
    def error(self) -> Array:
        """Error of each draw relative to its true gain, or to the mean one if that is larger."""
        size = np.maximum(np.abs(self.truth), np.abs(self.truth.mean()) / 2)
        return np.asarray((self.ours - self.truth) / size)

    @property
    def of_mean(self) -> float:
        """Error of the mean over draws, relative."""
        return float(self.ours.mean() / self.truth.mean() - 1)


def draws(count: int, seed: int = 7, reach: float | None = None) -> Lanes:
    """Lanes of one person a draw; ``reach`` in mm replaces the draws' own."""
    lanes = Lanes(registry(), seed, range(0, 4 * count, 4))
    if reach is not None:
        lanes._known["healing.reach"] = np.full(count, reach)
    return lanes


def dermis(members: int, cells: tuple[int, int, int] = (3, 3, 2)) -> Column:
    """A dermis of 0.95 mm below 0.06 mm of epidermis."""
    one = np.ones(members)
    names = (TOP, "upper reticular dermis", "deep reticular dermis")
    thick = (0.15e-3, 0.4e-3, 0.4e-3)
    layers = {n: (t * one, c) for n, t, c in zip(names, thick, cells, strict=True) if c}
    return column(6e-5 * one, layers)


def needled(col: Column, density: float, reach: float = 0.7e-3) -> Injury:
    """Tracks that end about 0.7 mm below the surface, at ``density`` per cm²."""
    tracks = density * 1e4 * 0.5 * (1 - np.tanh((col.depth - reach) / 0.1e-3))
    none = np.zeros_like(tracks)
    return Injury(col.edges, none, none, none, none, tracks, none + 1e-4)


# -- two fractions against a unit cell ------------------------------------------------------------


def against_unit_cell(
    members: int = 12, densities: Sequence[int] = DENSITIES, reach: float | None = None
) -> list[Row]:
    """The closure, or with a wide ``reach`` the plain mean, against one track in its cell."""
    col, lanes, body = dermis(members), draws(members, reach=reach), Body.healthy(members)
    rows = []
    for density in densities:
        sessions = [(day, needled(col, density)) for day in DAYS[:2]]
        ours = heal(sessions, col, body, lanes, DAYS, preset=SINGLE, dtype=np.float64).by_layer
        total, mature = in_cell(members, density)
        rows.append(Row(density, TOTAL, total, 100 * ours["collagen"][2, 0]))
        rows.append(Row(density, MATURE, mature, 100 * ours["mature collagen"][3, 0]))
    return rows


_CELLS: dict[tuple[int, int], tuple[Array, Array]] = {}


def in_cell(members: int, density: int) -> tuple[Array, Array]:
    """Total and mature gain of papillary dermis in the unit cell, per cent, each (members,)."""
    if (members, density) not in _CELLS:
        col = dermis(members)
        cell = around_a_track(col, density * 1e4, 7e-5, RINGS)
        sessions = [(day, needled(col, density)) for day in DAYS[:2]]
        found = heal_track(sessions, cell, Body.healthy(members), draws(members), DAYS)
        gains = (found.mean(found.gain)[2], found.mean(found.mature_gain)[3])
        total, mature = (100 * col.mean(gain, TOP) for gain in gains)
        _CELLS[members, density] = total, mature
    return _CELLS[members, density]


# -- the unit cell against tracks at random places ------------------------------------------------

SQUARES = {50: (5.0, 72), 250: (3.2, 64), 1000: (1.6, 48)}  # density: side in mm, pixels a side


def against_square(members: int = 8, densities: Sequence[int] = DENSITIES) -> list[Row]:
    """The unit cell of one depth against a periodic square with all tracks at random places."""
    col, lanes, body = dermis(members, (1, 0, 0)), draws(members), Body.healthy(members)
    rows = []
    for density in densities:
        none = np.zeros_like(col.depth)
        injury = Injury(col.edges, none, none, none, none, none + density * 1e4, none + 1e-4)
        cell = around_a_track(col, density * 1e4, 7e-5, RINGS)
        found = heal_track([(day, injury) for day in DAYS[:2]], cell, body, lanes, DAYS)
        gains = [100 * found.mean(g)[:, 0] for g in (found.gain, found.mature_gain)]
        truth = square(density, *SQUARES[density], members)
        rows.append(Row(density, TOTAL, truth[0], gains[0][2]))
        rows.append(Row(density, MATURE, truth[1], gains[1][3]))
    return rows


def square(
    density: float, side: float, pixels: int, members: int, *, seed: int = 0, finer: float = 1.0
) -> tuple[Array, Array]:
    """Total and mature gain, per cent, each (members,), of a square with tracks at random places.

    Reaction in each pixel by the kernel, diffusion by Fourier series (exact and periodic), half a
    step before and after each reaction step.
    """
    lanes = draws(members)
    here = values_here(dermis(members, (1, 0, 0)), Body.healthy(members), lanes)
    rng = np.random.default_rng(seed)
    radius = lanes["healing.bleeding_radius"]

    def session(state: Array) -> Array:
        new = np.array(state)
        share = discs(rng, round(density * 1e-2 * side**2), radius, side, pixels)
        for name in ("clot", "debris", "bare"):
            new[TABLE.index[name]] += share.reshape(1, pixels**2, members)
        return new

    start = np.zeros((len(TABLE.species), 1, pixels**2, members), dtype=np.float32)
    walker = Split(here, side, pixels)
    events = dict.fromkeys(DAYS[:2], session)
    states = through(walker, start, here, DAYS, events, COHORT.finer(finer))
    mean = [s[:, 0].mean(axis=1, dtype=np.float64) for s in states]
    intact = here["collagen"][0, 0] / 100
    named = [{name: m[i] for name, i in TABLE.index.items()} for m in mean]
    mature = [m["matured"] - m["mature_lost"] for m in named]
    total = named[2]["collagen_3"] + named[2]["collagen_1"] + mature[2]
    return total / intact, mature[3] / intact


def discs(rng: Any, count: int, radius: Array, side: float, pixels: int) -> Array:
    """Share of each pixel in discs at random places, shape (pixels, pixels, members)."""
    fine = 4
    middle = (np.arange(pixels * fine) + 0.5) * side / (pixels * fine)
    nearest = np.full((pixels * fine, pixels * fine), np.inf)
    for x, y in rng.random((count, 2)) * side:
        away = [np.minimum(d, side - d) for d in (abs(middle - x), abs(middle - y))]
        nearest = np.minimum(nearest, away[0][:, None] ** 2 + away[1][None] ** 2)
    share = np.empty((pixels, pixels, len(radius)))
    for i, r in enumerate(radius):
        inside = (nearest < r * r).reshape(pixels, fine, pixels, fine).mean(axis=(1, 3))
        # A coarse raster misses some of the area: the amount is what counts.
        share[..., i] = inside * -np.expm1(-count * np.pi * r * r / side**2) / inside.mean()
    return np.minimum(share, 1.0)


class Split:
    """Steps a square: diffusion between pixels, reaction within them."""

    def __init__(self, here: dict[str, Any], side: float, pixels: int) -> None:
        wave = 2 * np.pi * np.fft.fftfreq(pixels, side / pixels)
        half = 2 * np.pi * np.fft.rfftfreq(pixels, side / pixels)
        self.square = (wave[:, None] ** 2 + half**2)[..., None]
        self.spread = {
            TABLE.index[s.name]: here[s.diffusivity] for s in TABLE.species if s.diffusivity
        }

    def walk(self, state: Array, here: Any, steps: Array) -> Array:
        for step in steps:
            state = self.diffuse(state, step / 2)
            state = np.array(_kernel().walk(state, here, np.array([step])))
            state = self.diffuse(state, step / 2)
        return state

    def diffuse(self, state: Array, time: float) -> Array:
        pixels = len(self.square)
        for i, spread in self.spread.items():
            field = state[i].reshape(pixels, pixels, -1)
            waves = np.fft.rfft2(field, axes=(0, 1)) * np.exp(-self.square * spread * time)
            moved = np.fft.irfft2(waves, s=(pixels, pixels), axes=(0, 1))
            state[i] = np.maximum(moved, 0).reshape(state[i].shape)
        return state


# -- mixing before each session against every history apart ---------------------------------------

MONTHLY = (0.0, 28.0, 56.0, 84.0, 112.0)


def against_histories(
    members: int = 12, densities: Sequence[int] = (100, 250, 1000), reach: float | None = None
) -> list[Row]:
    """Five sessions: two fractions, or the plain mean, against all 32 histories of hits.

    Space is left out on both sides: a place hears a session or not, whatever it heard before.
    """
    col, body = dermis(members, (1, 0, 0)), Body.healthy(members)
    own, used = draws(members), draws(members, reach=reach)
    days = (0.0, MONTHLY[-1] + 56.0, MONTHLY[-1] + 180.0)
    rows = []
    for density in densities:
        exact = histories(values_here(col, body, own), heard(own, density), days)
        mixed = mixing(values_here(col, body, used), heard(used, density), days)
        rows.append(Row(density, TOTAL, exact[0][1], mixed[0][1]))
        rows.append(Row(density, MATURE, exact[1][2], mixed[1][2]))
    return rows


def heard(lanes: Lanes, density: float) -> tuple[Array, Array]:
    """Roused fraction, and clot in it."""
    tracks = np.full(len(lanes), density * 1e-2)
    share = closure.roused(tracks, lanes["healing.reach"])
    return share, closure.clot(tracks, lanes["healing.bleeding_radius"], share)


def histories(
    here: dict[str, Any], found: tuple[Array, Array], days: Sequence[float]
) -> tuple[Array, Array]:
    """Gains of tissue whose every history of hits is followed apart, each (days, members)."""
    share, clot = found
    hit = np.array([[(h >> s) & 1 for s in range(len(MONTHLY))] for h in range(2 ** len(MONTHLY))])

    def session(number: int) -> Callable[[Array], Array]:
        return lambda state: wounded(state, hit[:, number, None] * clot)

    start = np.zeros((len(TABLE.species), 1, len(hit), len(share)))
    events = {day: session(s) for s, day in enumerate(MONTHLY)}
    states = through(_kernel(), start, here, days, events, SINGLE)
    weight = np.prod(np.where(hit[..., None], share, 1 - share), axis=1)
    return gained([(s[:, 0] * weight).sum(axis=1) for s in states], here)


def mixing(
    here: dict[str, Any], found: tuple[Array, Array], days: Sequence[float]
) -> tuple[Array, Array]:
    """Gains of two fractions mixed before each session, each (days, members)."""
    share, clot = found

    def session(state: Array) -> Array:
        mean = state[:, :, 0] * share + state[:, :, 1] * (1 - share)
        return wounded(np.stack([mean, mean], axis=2), np.stack([clot, 0 * clot]))

    start = np.zeros((len(TABLE.species), 1, 2, len(share)))
    events = dict.fromkeys(MONTHLY, session)
    states = through(_kernel(), start, here, days, events, SINGLE)
    return gained([s[:, 0, 0] * share + s[:, 0, 1] * (1 - share) for s in states], here)


def wounded(state: Array, clot: Array) -> Array:
    new = np.array(state)
    for name in ("clot", "debris"):
        new[TABLE.index[name]] += clot
    return new


def gained(mean: Sequence[Array], here: dict[str, Any]) -> tuple[Array, Array]:
    fields = np.stack(mean) * 100 / here["collagen"][0, 0]
    named = {name: fields[:, i] for name, i in TABLE.index.items()}
    mature = named["matured"] - named["mature_lost"]
    return named["collagen_3"] + named["collagen_1"] + mature, mature


# -- what the page prints -------------------------------------------------------------------------

HEAD = ("tracks/cm²", "gain of", "reference (%)", "ours (%)", "error of the mean",
        "error, median draw", "errors of the draws")  # fmt: skip


def shown(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Rows as text, in the order of ``HEAD``."""

    def ends(values: Array) -> str:
        return f"{np.median(values):.2g} ({values.min():.2g} to {values.max():.2g})"

    return [
        (
            str(r.density), r.quantity, ends(r.truth), ends(r.ours), f"{r.of_mean:+.0%}",
            f"{np.median(r.error):+.0%}", f"{r.error.min():+.0%} to {r.error.max():+.0%}",
        )
        for r in rows
    ]  # fmt: skip


def tables(members: int = 12) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Title and rows of every comparison."""
    plain = EVERYWHERE
    return [
        ("Roused fraction against one track in its cell", shown(against_unit_cell(members))),
        ("Plain mean of the injury against the same",
         shown(against_unit_cell(members, reach=plain))),
        ("The cell of one track against tracks at random places", shown(against_square())),
        ("Mixing before each of five sessions against every history apart",
         shown(against_histories(members))),
        ("Plain mean against the same", shown(against_histories(members, reach=plain))),
    ]  # fmt: skip


def rises(rows: Sequence[Row]) -> bool:
    """Whether the reference gains more with more tracks, in every draw."""
    by = [r.truth for r in rows if r.quantity == TOTAL]
    return all(np.all(b > a) for a, b in pairwise(by))
