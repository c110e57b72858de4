"""The steps in time of a pulse or a train, and of what follows; the same for all members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from pinprick.heat.cell import Mesh
from pinprick.heat.source import Pulse


@dataclass(frozen=True, slots=True)
class Step:
    """One step: seconds, and whether current flows; ``first`` of a pulse."""

    seconds: float
    on: bool
    first: bool = False


def steps_of(pulse: Pulse, mesh: Mesh, after: float) -> Iterator[Step]:
    """The steps of a pulse or train: cooling ahead, then on and off, then until ``after``.

    >>> from pinprick.heat.cell import meshes
    >>> round(sum(s.seconds for s in steps_of(Pulse(energy=1, length=2), meshes()["fine"], 3)), 9)
    5.0
    """
    count = mesh.pulse_steps if pulse.count == 1 else ceil(mesh.pulse_steps / pulse.count)
    count = count if pulse.count == 1 else max(count, mesh.train_steps)
    width = pulse.seconds / count
    if pulse.cooling is not None and pulse.cooling.lead > 0:
        yield from (Step(s, False) for s in _doubling(pulse.cooling.lead, width, mesh.repeats))
    for number in range(pulse.count):
        yield from (Step(width, True, i == 0) for i in range(count))
        last = number == pulse.count - 1
        rest = after if last else pulse.gap
        if rest > 0:
            yield from (Step(s, False) for s in _doubling(rest, width, mesh.repeats))


def _doubling(whole: float, first: float, repeats: int) -> list[float]:
    """Steps that double every few and add up to the whole."""
    widths = [min(first, whole)]
    while sum(widths) < whole:
        widths.append(widths[0] * 2.0 ** (len(widths) // repeats))
    scale = whole / sum(widths)
    return [width * scale for width in widths]
