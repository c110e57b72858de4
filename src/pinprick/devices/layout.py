"""Where the needles stand: on the face of a cartridge or stamp, or on the unrolled drum.

No row prints a layout. These follow from the number of needles and the width: the 192 needles of a
drum come out as the 8 rows of 24 that are known (mechanics:D001).
"""

from __future__ import annotations

from math import ceil, cos, pi, sin, sqrt

from pinprick.devices.model import Device

Point = tuple[float, float]
ONE_RING = 6  # as many needles as stand in a single ring
OUTER = 2 / 3  # of more, the share on the outer ring
FACE = 0.8  # of a cartridge's tip that needles fill


def layout(item: Device) -> tuple[Point, ...]:
    """Needles as points in metres about the middle of the device.

    Pens: rings. Stamps and arrays: a square lattice. Rollers: the unrolled drum, across and along
    the way it rolls, so that the second coordinate repeats after one turn.

    >>> from pinprick.devices import device
    >>> [round(1e3 * x, 1) for x, _ in layout(device("stamp"))][:6]  # mm
    [-4.2, -2.5, -0.8, 0.8, 2.5, 4.2]
    """
    if item.kind == "roller":
        rows, turn = rows_and_turn(item)
        across, along = item.working_width / rows, pi * (item.drum_diameter or 0.0) / turn
        return tuple(
            (_middle(row, rows) * across, _middle(i, turn) * along)
            for row in range(rows)
            for i in range(turn)
        )
    if item.kind == "pen":
        return _rings(item.needles, FACE * item.working_width / 2)
    side = ceil(sqrt(item.needles))
    pitch = item.working_width / side
    places = [(_middle(i, side) * pitch, _middle(j, side) * pitch) for j in range(side)
              for i in range(side)]  # fmt: skip
    return tuple(places[: item.needles])


def rows_and_turn(item: Device) -> tuple[int, int]:
    """Rows of a drum, and needles of one row in a turn: the split with the squarest lattice.

    >>> from pinprick.devices import device
    >>> rows_and_turn(device("roller"))
    (8, 24)
    """
    turn = pi * (item.drum_diameter or 0.0)

    def skew(rows: int) -> float:
        ratio = item.working_width / rows / (turn * rows / item.needles)
        return max(ratio, 1 / ratio)

    rows = min((n for n in range(1, item.needles + 1) if item.needles % n == 0), key=skew)
    return rows, item.needles // rows


def _middle(place: int, count: int) -> float:
    return place - (count - 1) / 2


def _rings(needles: int, radius: float) -> tuple[Point, ...]:
    """Needles on rings of equal spacing from the outermost inwards."""
    counts: list[int] = []
    left = needles
    while left > 0:
        counts.append(left if left <= ONE_RING else round(OUTER * left))
        left -= counts[-1]
    points: list[Point] = []
    for ring, count in enumerate(counts):
        r = radius * (1 - ring / len(counts)) if count > 1 else 0.0
        points += [(r * sin(2 * pi * i / count), r * cos(2 * pi * i / count)) for i in range(count)]
    return tuple(points)
