"""Scars and lines: the shape of a concern, with the mask of its floor.

Depths are in metres and not above 0. The floor of a scar lacks most of the micro-relief and has no
pores: that, more than its depth, makes it read as a scar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pinprick.appearance.relief.numbers import Numbers
from pinprick.appearance.relief.plane import Array, Grid, smooth, table
from pinprick.faults import Fault, InputError, did_you_mean

Kind = Literal["ice pick", "boxcar", "deep boxcar", "rolling"]
KINDS: tuple[Kind, ...] = ("ice pick", "boxcar", "deep boxcar", "rolling")
HARMONICS = 2 * 2  # of an outline
HALF_DECADE = 10 / 2  # in years


@dataclass(frozen=True, slots=True)
class Scar:
    """One acne scar: kind, middle, width and depth in metres, and a name that keys its outline."""

    kind: Kind
    y: float
    x: float
    width: float
    depth: float
    name: str = "scar"


@dataclass(frozen=True, slots=True)
class Lines:
    """Wandering lines across the patch; depth, width and distance apart in metres, slope in rad."""

    depth: float
    width: float
    apart: float
    angle: float
    name: str = "lines"


Shape = Scar | Lines


def scar(kind: Kind, y: float, x: float, k: Numbers, *, times: float = 1.0, name: str = "") -> Scar:
    """A scar of the usual size of its kind, or ``times`` that width.

    Widths rest on the rows skin:S-AS1, S-AS3 and S-AS5, depths on S-AS2 and S-AS4; that of a
    rolling scar is assumed.

    Args:
        kind: one of ``KINDS``.
        y: distance of its middle down the patch in metres.
        x: distance of its middle to the right in metres.
        k: the numbers.
        times: its width over the usual one; the depth stays.
        name: keys its outline; its kind if empty.

    Raises:
        InputError: if the kind is none of ``KINDS``.

    >>> from pinprick.appearance.relief.numbers import numbers
    >>> scar("rolling", 0.0, 0.0, numbers()).width
    0.005
    """
    sizes = {
        "ice pick": (k.ice_pick_width, k.ice_pick_depth),
        "boxcar": (k.boxcar_width, k.boxcar_shallow_depth),
        "deep boxcar": (k.boxcar_width, k.boxcar_deep_depth),
        "rolling": (k.rolling_width, k.rolling_depth),
    }
    if kind not in sizes:
        raise InputError([Fault("scar", str(kind), did_you_mean(str(kind), KINDS))])
    width, depth = sizes[kind]
    return Scar(kind, y, x, width * times, depth, name or kind)


def crows_feet(age: float, k: Numbers) -> Lines:
    """Lines at the eye's corner for an age in years; depth, width and distance in metres.

    The depth rises from 40 to 60 years and is level outside (row skin:S-WR1); the values of the
    forties and fifties (skin:S-WR5) stand at their middles, with straight lines between. No age is
    refused.

    >>> from pinprick.appearance.relief.numbers import numbers
    >>> [round(crows_feet(age, numbers()).depth * 1e6) for age in (20, 40, 45, 50, 60, 90)]
    [60, 60, 110, 140, 200, 200]
    """
    rise, level = k.line_age_rise, k.line_age_level
    depths = (
        k.line_depth_thirties,
        k.line_depth_forties,
        k.line_depth_fifties,
        k.line_depth_sixties,
    )
    depth = float(np.interp(age, (rise, rise + HALF_DECADE, level - HALF_DECADE, level), depths))
    return Lines(depth, k.line_width, k.line_apart, k.line_angle)


def shape(what: Shape, grid: Grid, seed: int, k: Numbers) -> tuple[Array, Array]:
    """Height in metres (not above 0) and mask of the floor, each of the grid's shape."""
    if isinstance(what, Scar):
        return _scar(what, grid, seed, k)
    return _lines(what, grid, seed, k), np.zeros(grid.shape)


def _scar(what: Scar, grid: Grid, seed: int, k: Numbers) -> tuple[Array, Array]:
    """Radial profiles on a wobbling outline."""
    dy, dx = grid.y - what.y, grid.x - what.x
    far = np.hypot(dy, dx)
    radius = what.width / 2 * _outline(what, np.arctan2(dy, dx), seed, k)
    r = far / radius
    if what.kind == "rolling":
        reach = k.rolling_reach
        depth = np.where(r < reach, 0.5 * (1.0 + np.cos(np.pi * np.minimum(r / reach, 1.0))), 0.0)
        return -what.depth * depth, depth * k.floor_rolling
    if what.kind == "ice pick":
        return _ice_pick(what, dy, dx, radius, k)
    uneven = smooth(seed, f"{what.name}/wall", grid.y, grid.x, what.width / 2)
    wall = k.boxcar_wall * np.exp(k.wall_uneven * np.clip(uneven, -2.0, 2.0))
    inside = 0.5 * (1.0 - np.tanh(2.0 * (far - radius) / wall))
    wave = smooth(seed, f"{what.name}/floor", grid.y, grid.x, what.width / 2)
    floor = 1.0 + k.floor_wave * np.clip(wave, -1.0, 1.0) * inside
    return -what.depth * inside * floor, inside


def _ice_pick(what: Scar, dy: Array, dx: Array, radius: Array, k: Numbers) -> tuple[Array, Array]:
    """A steep wall below a lip that bends down, and below it a cone that leans a little."""
    lip = k.ice_pick_lip
    lean = k.ice_pick_lean * what.width
    inward = np.clip(1.0 - np.hypot(dy, dx) / radius, 0.0, 1.0)
    far = np.hypot(dy - lean * inward, dx + lean * inward)
    wall = 0.5 * (1.0 - np.tanh(2.0 * (far - radius * (1.0 - 0.5 * 0.5)) / (2.0 * lip)))
    soft = lip / what.width
    cone = np.log1p(np.exp((1.0 - far / radius) / soft)) * soft
    cone = np.minimum(cone / (np.log1p(np.exp(1.0 / soft)) * soft), 1.0)
    depth = (1.0 - k.ice_pick_taper) * wall + k.ice_pick_taper * cone
    return -what.depth * depth, np.clip(2.0 * depth, 0.0, 1.0)


def _outline(what: Scar, angle: Array, seed: int, k: Numbers) -> Array:
    """The radius by direction over the mean radius: a few low waves."""
    chosen = table(seed, f"outline/{what.name}")
    wave = np.ones_like(angle)
    for n in range(2, 2 + HARMONICS):
        size, phase = chosen[0, n], 2.0 * np.pi * chosen[1, n]
        wave += 2.0 / n * k.outline_wobble * size * np.cos(n * angle + phase)
    return np.asarray(wave)


def _lines(what: Lines, grid: Grid, seed: int, k: Numbers) -> Array:
    """Gaussian furrows that wander, each with a depth of its own that comes and goes."""
    along = np.cos(what.angle) * grid.x + np.sin(what.angle) * grid.y
    across = np.cos(what.angle) * grid.y - np.sin(what.angle) * grid.x
    length = k.line_wander_length
    wander = k.line_wander * smooth(seed, f"{what.name}/wander", across, along, length)
    place = (across + wander) / what.apart
    nearest = np.round(place)
    off = (place - nearest) * what.apart
    chosen = table(seed, f"{what.name}/depth")
    # The deepest line is as deep as asked, the shallowest a third of that.
    own = (1.0 + 2.0 * chosen[nearest.astype(int) % len(chosen), 0]) / (2 + 1)
    fade = np.clip(1.0 + 0.5 * smooth(seed, f"{what.name}/fade", across, along, length), 0.0, 2.0)
    furrow = np.exp(-0.5 * (2.0 * off / what.width) ** 2 * 2.0)
    return np.asarray(-what.depth * own * np.minimum(fade, 1.0) * furrow)
