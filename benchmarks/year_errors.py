"""A year of healing on drawn people, and how far coarse steps and cells lead away from fine ones.

Draws are fresh: no test and no calibration reads this seed. Each is another state of knowledge,
another skin and another needling; the injury is worked out anew on every mesh from the same
needles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pinprick import devices
from pinprick.case import Case, example_path
from pinprick.evidence import Lanes, registry
from pinprick.forecasting.body import body_of
from pinprick.forecasting.plan import Plan
from pinprick.healing.observation import INSTRUMENTS
from pinprick.healing.tissue import Tissue, heal
from pinprick.medium.column import Column, dermis
from pinprick.medium.layers import Injury
from pinprick.medium.schedule import COHORT, SINGLE, Preset
from pinprick.needling import needle_often
from pinprick.people import skin_at, vessels

Array = np.ndarray[Any, Any]
SEED = 8_614_207
LANE = 4  # people who share a draw; one of each is taken
EXAMPLE = "acne-scars"
DEPTHS = ("0.5 mm", "1.0 mm", "1.5 mm", "2.0 mm")
INTERVALS = ("28 d", "14 d", "42 d")
YEAR = 365
FINE_STEPS = SINGLE.finer(8)
# Where the mesh is in question, steps so fine that they are not.
EVEN_STEPS = SINGLE.finer(4)
PRESETS = {"cohort": COHORT, "single": SINGLE}
ALONE = ("epidermis", "vessels", "oedema", "melanin", "open")


@dataclass(frozen=True)
class Drawn:
    """People who are needled four times with a pen on the cheeks.

    Args:
        members: which draws.
        depth: setting of the pen.
        interval: between sessions.
        seed: of the draws.
    """

    members: Sequence[int]
    depth: str = "1.5 mm"
    interval: str = "28 d"
    seed: int = SEED

    @cached_property
    def plan(self) -> Plan:
        """Four sessions."""
        case = Case.load(example_path(EXAMPLE))
        return Plan(case.with_(sessions=4, interval=self.interval, depth=self.depth))

    @cached_property
    def lanes(self) -> Lanes:
        """Their parameters."""
        return Lanes(registry(), self.seed, [LANE * m for m in self.members])

    @property
    def days(self) -> list[float]:
        """The days of a report, and a year."""
        return sorted({*map(float, self.plan.days), float(YEAR)})

    @cached_property
    def base(self) -> Column:
        """The mesh of a forecast."""
        _, zone = next(iter(self.plan.zones.values()))
        return dermis(skin_at(zone.body_site, self.plan.case.person.sex, self.lanes))

    def mesh(self, parts: int) -> Column:
        """The mesh of a forecast, each cell cut into equal parts."""
        edges = self.base.edges
        inner = [edges[:-1] + np.diff(edges, axis=0) * i / parts for i in range(parts)]
        faces = np.stack(inner, axis=1).reshape(-1, edges.shape[1])
        layers = {k: slice(s.start * parts, s.stop * parts) for k, s in self.base.layers.items()}
        return Column(np.concatenate([faces, edges[-1:]]), layers)

    def sessions(self, column: Column) -> list[tuple[float, Injury]]:
        """Injuries, each averaged over the cells of a mesh."""
        step, zone = next(iter(self.plan.zones.values()))
        skin = skin_at(zone.body_site, self.plan.case.person.sex, self.lanes)
        tool, deep = devices.device(step.device), vessels(skin, self.lanes)
        days = self.plan.session_days
        done = needle_often(tool, zone, skin, deep, column.edges, self.lanes, range(len(days)))
        return [(float(day), each.injury) for day, each in zip(days, done, strict=True)]

    def tissue(self, preset: Preset, parts: int = 1, dtype: type = np.float64) -> Tissue:
        """A year of healing."""
        column = self.mesh(parts)
        body = body_of(self.plan.case, self.lanes)
        sessions = self.sessions(column)
        return heal(sessions, column, body, self.lanes, self.days, preset=preset, dtype=dtype)


def reported(tissue: Tissue, lanes: Lanes | None) -> dict[str, Array]:
    """Every quantity that is reported, (days, layers, members); one layer where it has none.

    With the members' parameters, what each instrument reads of the tissue too.
    """
    found = dict(tissue.by_layer)
    found |= {name: getattr(tissue, name)[:, None] for name in ALONE}
    column, made = tissue.fields.column, tissue.fields.by_species["hyaluronan"]
    found["hyaluronan"] = np.stack([column.mean(made, layer) for layer in tissue.layers], axis=1)
    if lanes is not None:
        for name, tool in INSTRUMENTS.items():
            found[f"read: {name}"] = tool.read(tissue.fields, lanes)[:, None]
    return found


@dataclass(frozen=True)
class Errors:
    """Largest error over days, layers: ``of`` a quantity, (members,), as a share of its largest.

    ``layer`` is the same with each layer as a share of its own largest value, counted where that
    is at least a hundredth of the quantity's.
    """

    of: dict[str, Array]
    layer: dict[str, Array]

    @property
    def members(self) -> Array:
        """Worst quantity of each member."""
        return np.max(list(self.of.values()), axis=0)

    @property
    def worst(self) -> tuple[str, float]:
        """Worst quantity of the worst member."""
        name = max(self.of, key=lambda n: float(self.of[n].max()))
        return name, float(self.of[name].max())

    @property
    def worst_layer(self) -> float:
        """Worst layer of the worst member, as a share of that layer's own largest value."""
        return float(max(e.max() for e in self.layer.values()))

    def ranked(self, count: int) -> list[tuple[str, float]]:
        """The worst quantities, worst first."""
        found = [(name, float(e.max())) for name, e in self.of.items()]
        return sorted(found, key=lambda pair: -pair[1])[:count]


def together(parts: Sequence[Errors]) -> Errors:
    """Errors of several sets of members as one."""
    first = parts[0]
    return Errors(
        {n: np.concatenate([p.of[n] for p in parts]) for n in first.of},
        {n: np.concatenate([p.layer[n] for p in parts]) for n in first.layer},
    )


def errors(coarse: Tissue, fine: Tissue, lanes: Lanes | None = None) -> Errors:
    """How far one is from the other, as shares of the second's largest values over all days."""
    ours, truth = reported(coarse, lanes), reported(fine, lanes)
    of, layer = {}, {}
    for name, right in truth.items():
        gap = np.abs(ours[name] - right).max(axis=0)  # (layers, members)
        most = np.abs(right).max(axis=0)
        top = most.max(axis=0)
        of[name] = gap.max(axis=0) / np.where(top > 0, top, 1.0)
        counts = most >= 0.01 * top
        layer[name] = np.where(counts, gap / np.where(most > 0, most, 1.0), 0.0).max(axis=0)
    return Errors(of, layer)


def moved(coarse: Tissue, fine: Tissue, lanes: Lanes | None = None) -> dict[str, float]:
    """What finer steps move of each quantity, as a share of its 90 % range over members.

    The ends and the middle of the range on any day and in any layer: what a report prints. A range
    below a thousandth of the quantity's largest is not counted.
    """
    found = {}
    ours, truth = reported(coarse, lanes), reported(fine, lanes)
    for name, right in truth.items():
        marks = [5.0, 50.0, 95.0]
        low, middle, high = np.percentile(right, marks, axis=-1)
        gap = np.abs(np.percentile(ours[name], marks, axis=-1) - [low, middle, high]).max(axis=0)
        width = high - low
        counts = width > 1e-3 * np.abs(right).max()
        found[name] = float((gap[counts] / width[counts]).max(initial=0.0))
    return found
