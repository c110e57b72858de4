"""Positions: where each hole of a session lies, pass by pass, lane by lane.

A pass covers the zone with lanes side by side; the hand sets where they start, how straight they
are and, for a pen, how long it stays on a spot. What the device prints in a lane is its own: a drum
rolls its needles out, a pen strikes its cartridge again and again, a stamp is set down. The number
of holes is that of :func:`pinprick.needling.pattern.holes` in the mean; lanes are spaced, and a
pen's strokes counted, so that it is. One lane at a time is in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import cos, pi, sin
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick.devices import Device, layout, rows_and_turn
from pinprick.evidence.lanes import Lanes
from pinprick.needling.area import Area
from pinprick.needling.hand import figure
from pinprick.needling.pattern import holes, passes, seconds

if TYPE_CHECKING:
    from pinprick.courses.steps import Dose

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class PunctureMap:
    """Holes of one session in a zone: ``x``, ``y``, ``depth`` in metres (float32), pass (uint8).

    ``area`` is the outline; every hole lies inside it.
    """

    area: Area
    x: Array
    y: Array
    depth: Array
    sweep: Array

    def __len__(self) -> int:
        return len(self.x)

    @property
    def density(self) -> float:
        """Holes per square metre."""
        return len(self.x) / self.area.size


@dataclass(frozen=True, slots=True)
class Pace:
    """How one person's session is laid: holes attempted per m², passes, and seconds per m²."""

    density: float
    passes: int
    seconds: float


def pace(tool: Device, dose: Dose | None, lanes: Lanes, session: int) -> Pace:
    """Pace of the first member of ``lanes``.

    Where a pen is dosed in seconds, passes follow from its glide.

    >>> from pinprick.courses import Dose
    >>> from pinprick.devices import device
    >>> from pinprick.evidence import registry
    >>> how = pace(device("pen"), Dose(seconds_per_cm2=2), Lanes(registry(), 0, [0]), 0)
    >>> how.passes, round(how.density / 1e4)  # per square cm
    (3, 510)
    """
    time = float(seconds(tool, dose, lanes)[0])
    if dose is not None and dose.seconds_per_cm2 is not None:
        number = time * figure("glide") * _pen_lane(tool)
    else:
        number = float(passes(tool, dose, lanes)[0])
    density = float(holes(tool, dose, lanes, session)[0])
    return Pace(density, max(1, round(number)), time)


def stream(seed: int, zone: str, session: int) -> np.random.Generator:
    """Random numbers of one zone in one session: a function of seed, zone and session alone.

    >>> one, again, other = (stream(0, zone, 1).random() for zone in ("cheek", "cheek", "chin"))
    >>> one == again, one == other
    (True, False)
    """
    words = hashlib.sha256(f"{seed}/positions/{zone}/{session}".encode()).digest()
    key = np.frombuffer(words, dtype="<u8", count=2).copy()
    return np.random.Generator(np.random.Philox(key=key))


def lay(
    tool: Device,
    area: Area,
    how: Pace,
    chance: np.random.Generator,
    *,
    depths: Array,
    deeper: Array,
) -> PunctureMap:
    """Lay the holes of a session.

    Args:
        tool: what is used.
        area: what is needled; shown in part where it would hold too many holes.
        how: density, passes and time.
        chance: the stream of random numbers.
        depths: rising depths in metres, shape (depths,).
        deeper: share of the attempted holes whose track is deeper than each, of the same shape; the
            first is the share that pierces at all, the rest leave no hole.

    Raises:
        ValueError: if no holes are asked for.

    >>> from pinprick.devices import device
    >>> from pinprick.needling.area import rectangle
    >>> holes = lay(
    ...     device("stamp"), rectangle(0.03, 0.03), Pace(1e6, 4, 1.0), stream(0, "cheek", 0),
    ...     depths=np.array([0.0, 1e-3]), deeper=np.array([1.0, 0.0]),
    ... )
    >>> round(holes.density / 1e4), sorted(set(holes.sweep.tolist()))  # per square cm, passes
    (91, [0, 1, 2, 3])
    """
    if how.density <= 0:
        raise ValueError("no holes are asked for")
    area = area.scaled(min(1.0, figure("most_holes") / (how.density * area.size)))
    rising, falling = np.asarray(depths)[::-1], np.asarray(deeper)[::-1]
    parts: list[Array] = []
    sweeps: list[Array] = []
    for sweep, points in _lanes(tool, area, how, chance):
        x, y = points
        where = np.flatnonzero(area.inside(x, y))
        luck = chance.random(len(where))
        where, luck = where[luck < deeper[0]], luck[luck < deeper[0]]
        z = np.interp(luck, falling, rising)
        parts.append(np.stack([x[where], y[where], z]).astype(np.float32))
        sweeps.append(np.full(len(where), sweep, dtype=np.uint8))
    nothing: Array = np.empty((2 + 1, 0), dtype=np.float32)
    x, y, depth = np.concatenate([nothing, *parts], axis=1)
    return PunctureMap(area, x, y, depth, np.concatenate([nothing[0].astype(np.uint8), *sweeps]))


def _lanes(
    tool: Device, area: Area, how: Pace, chance: np.random.Generator
) -> Iterator[tuple[int, Array]]:
    """Points of one lane after the other, with the number of the pass, from 0."""
    per_pass = how.density / how.passes
    if tool.kind == "roller":
        directions = figure("roller_directions")
        spacing = rows_and_turn(tool)[0] / (_turn(tool) * per_pass)
        draw = partial(_rolled, tool)
    elif tool.stroke_rate is not None:
        directions, spacing = figure("pen_directions"), _pen_lane(tool)
        rate = per_pass * spacing / tool.needles  # landings per length of lane
        glide = how.passes / (how.seconds * spacing)
        step = min(glide / tool.stroke_rate, 1 / rate)
        draw = partial(_struck, tool, step=step, share=rate * step)
    else:
        directions = figure("stamp_directions")
        spacing = (tool.needles / per_pass) ** 0.5
        draw = partial(_stamped, tool, spacing=spacing)
    reach = area.radius + spacing + tool.working_width
    for sweep in range(how.passes):
        towards = pi * (sweep % directions) / directions
        starts = np.arange(-reach, reach, spacing) + spacing * chance.random()
        for start in starts:
            turned = towards + figure("direction_jitter") * chance.standard_normal()
            beside, along = draw(reach, chance)
            beside = beside + start + figure("lane_jitter") * chance.standard_normal()
            c, s = cos(turned), sin(turned)
            yield sweep, np.stack([along * c - beside * s, along * s + beside * c])


def _turn(tool: Device) -> float:
    """Distance between the holes of one row of a drum, along the way it rolls."""
    return pi * (tool.drum_diameter or 0.0) / rows_and_turn(tool)[1]


def _pen_lane(tool: Device) -> float:
    """Distance between a pen's lanes."""
    return tool.working_width * (1 - figure("lane_overlap"))


def _rolled(tool: Device, reach: float, chance: np.random.Generator) -> tuple[Array, Array]:
    """A drum that rolls without slip, from a random start of its turn."""
    rows = np.unique([across for across, _ in layout(tool)])
    along = np.arange(-reach, reach, _turn(tool)) + _turn(tool) * chance.random()
    beside, ahead = np.meshgrid(rows, along)
    return beside.ravel(), ahead.ravel()


def _struck(
    tool: Device, reach: float, chance: np.random.Generator, *, step: float, share: float
) -> tuple[Array, Array]:
    """A pen that glides, strikes every ``step`` and opens new tracks in a ``share`` of strokes.

    Time on a spot is log-normal about 1 along the lane; strokes fall at equal times.
    """
    sigma = np.sqrt(np.log1p(figure("speed_cv") ** 2))
    knots = np.arange(-reach, reach + 2 * figure("speed_length"), figure("speed_length"))
    dwell = np.exp(sigma * chance.standard_normal(len(knots)) - sigma**2 / 2)
    time = np.concatenate([[0.0], np.cumsum((dwell[1:] + dwell[:-1]) / 2 * np.diff(knots))])
    strokes = np.arange(0.0, time[-1], step) + step * chance.random()
    strokes = strokes[chance.random(len(strokes)) < share]
    ahead = np.interp(strokes, time, knots)
    face = np.array(layout(tool))
    return (
        np.repeat(face[None, :, 0], len(ahead), axis=0).ravel(),
        (ahead[:, None] + face[None, :, 1]).ravel(),
    )


def _stamped(
    tool: Device, reach: float, chance: np.random.Generator, *, spacing: float
) -> tuple[Array, Array]:
    """A stamp that is set down print beside print, each a little off and turned."""
    ahead = np.arange(-reach, reach, spacing) + spacing * chance.random()
    face = np.array(layout(tool))
    off = figure("print_jitter") * chance.standard_normal((2, len(ahead), 1))
    turned = figure("direction_jitter") * chance.standard_normal((len(ahead), 1))
    c, s = np.cos(turned), np.sin(turned)
    beside = c * face[:, 0] - s * face[:, 1] + off[0]
    along = s * face[:, 0] + c * face[:, 1] + off[1] + ahead[:, None]
    return beside.ravel(), along.ravel()
