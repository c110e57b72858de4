"""What a set of parameters says of every target: the same biology as a forecast, on three cells.

The course of a study is run on the middle skin of its site with the middle injury of its device: a
target is the mean of a group. Only the density of tracks, which no paper prints, is drawn with the
parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from pinprick import devices, units
from pinprick.courses.steps import Zone
from pinprick.evidence import Lanes, Registry, registry
from pinprick.healing.body import Body
from pinprick.healing.fields import Fields
from pinprick.healing.observation import INSTRUMENTS, Reader
from pinprick.healing.tissue import heal
from pinprick.learning.priors import of_healing, priors, values
from pinprick.learning.targets import Protocol, Target, protocols, targets
from pinprick.medium.column import DERMIS_CELLS, Column, column
from pinprick.medium.layers import Injury, Skin
from pinprick.needling import needle
from pinprick.people import skin_at, vessels

Array = np.ndarray[Any, np.dtype[np.float64]]
CELLS: Mapping[str, int] = dict.fromkeys(DERMIS_CELLS, 1)
PEAK_EVERY = 2.0  # days between the looks for a peak
_PEOPLE = 512  # from whom the middle skin and injury are taken
_CLOT = 1e8  # tracks per m² that leave nothing but clot


# ---- readers beside the instruments of healing ----


def _papillary(fields: Fields, value: Array) -> Array:
    return fields.column.mean(value, next(iter(fields.column.layers)))


def activated_cells(fields: Fields, lanes: Lanes) -> Array:
    """Fibroblasts, committed cells and myofibroblasts over the residents, papillary dermis."""
    s = fields.by_species
    cells = s["fibroblasts"] + s["committed"] + s["myofibroblasts"]
    return np.asarray(_papillary(fields, cells) / lanes.stage("healing").fibroblast_density)


def myofibroblasts(fields: Fields, lanes: Lanes) -> Array:
    """Myofibroblasts over the residents, papillary dermis."""
    cells = fields.by_species["myofibroblasts"]
    return np.asarray(_papillary(fields, cells) / lanes.stage("healing").fibroblast_density)


def mature_mass(fields: Fields, _: Lanes) -> Array:
    """Mature collagen gained over the intact collagen, papillary dermis."""
    s = fields.by_species
    return _papillary(fields, (s["matured"] - s["mature_lost"]) / fields.intact)


def roused_share(fields: Fields, _: Lanes) -> Array:
    """Share of the papillary dermis that heard the last session."""
    return _papillary(fields, fields.roused)


READERS: Mapping[str, Reader] = {
    "activated_cells": activated_cells,
    "myofibroblasts": myofibroblasts,
    "mature_mass": mature_mass,
    "roused_share": roused_share,
}


def reader(name: str) -> Reader:
    """The function that reads the tissue, by the name of its instrument."""
    return READERS[name] if name in READERS else INSTRUMENTS[name].read


# ---- the middle of a study ----


@dataclass(frozen=True, slots=True)
class Middle:
    """One skin and one injury at one density; arrays over the cells.

    ``edges`` in metres; ``tracks`` at each depth over those at the surface; ``displaced`` and
    ``hurt`` (with the dead rim) are shares of the tissue at ``density`` tracks per m².
    """

    edges: Array
    layers: dict[str, slice]
    tracks: Array
    displaced: Array
    hurt: Array
    radius: Array
    density: float

    def injury(self, density: Array) -> tuple[Column, Injury]:
        """The injury at other densities, tracks per m², shape (draws,): holes fall at random."""
        count = len(density)
        edges = np.repeat(self.edges[:, None], count, axis=1)
        times = density / self.density

        def covered(share: Array) -> Array:
            return np.asarray(-np.expm1(times * np.log1p(-share[:, None])))

        displaced, none = covered(self.displaced), np.zeros((len(edges) - 1, count))
        dead = np.maximum(covered(self.hurt) - displaced, 0.0)
        tracks = self.tracks[:, None] * density
        radius = np.repeat(self.radius[:, None], count, axis=1)
        injury = Injury(edges, displaced, none, dead, none, tracks, radius)
        return Column(edges, self.layers), injury


@cache
def middle(device: str, site: str, depth: str) -> Middle:
    """The middle of people needled at a body site, by the needling stage's own draws."""
    lanes = Lanes(registry(), 0, range(_PEOPLE))
    skin = skin_at(site, None, lanes)
    cells = _coarse(skin)
    went = needle(
        devices.device(device),
        Zone.model_validate({"body_site": site, "depth": depth}),
        skin,
        vessels(skin, lanes),
        cells.edges,
        lanes,
        session=0,
    )

    def of_people(field: Array) -> Array:
        return np.asarray(np.median(field, axis=-1))

    hurt = of_people(went.injury.displaced + went.injury.dead)
    return Middle(
        edges=of_people(cells.edges),
        layers=cells.layers,
        tracks=of_people(went.injury.tracks / went.density),
        displaced=of_people(went.injury.displaced),
        hurt=np.minimum(hurt, 1.0 - np.finfo(float).eps),
        radius=of_people(went.injury.radius),
        density=float(of_people(went.density)),
    )


def _coarse(skin: Skin) -> Column:
    """The dermis of a skin on few cells: for means over its layers they do."""
    half = skin.thickness("reticular dermis") / 2.0
    top, *below = CELLS
    thickness = {top: skin.thickness("papillary dermis"), **dict.fromkeys(below, half)}
    return column(
        skin.top("papillary dermis"), {name: (thickness[name], n) for name, n in CELLS.items()}
    )


# ---- readings ----


@cache
def _still() -> Registry:
    """What is not fitted does not vary here."""
    return registry().still()


@cache
def held() -> frozenset[str]:
    """Parameters of healing that the readings read and that are not drawn."""
    value = values(np.zeros((1, len(priors()))))
    lanes = _lanes(value)
    tissue = {name: _heal(one, value, lanes) for name, one in protocols().items()}
    for target in targets():
        _read(target, tissue, lanes)
    return frozenset(lanes.used - set(of_healing(value)))


def _lanes(value: Mapping[str, Array]) -> Lanes:
    draws = len(next(iter(value.values())))
    return Lanes(_still(), 0, range(draws), _known=of_healing(value))


def read(value: Mapping[str, Array]) -> Array:
    """Reading of every target in percent, shape (draws, targets).

    Args:
        value: the numbers of :func:`pinprick.learning.priors.values`, each of shape (draws,).

    Raises:
        FloatingPointError: if a step fails in any draw.
    """
    lanes, wanted = _lanes(value), targets()
    out = np.empty((len(lanes), len(wanted)))
    used = dict.fromkeys(name for t in wanted for name in (t.protocol, t.less) if name)
    tissue = {name: _heal(protocols()[name], value, lanes) for name in used}
    for i, target in enumerate(wanted):
        out[:, i] = _read(target, tissue, lanes) / units.PERCENT
    return out


def _heal(protocol: Protocol, value: Mapping[str, Array], lanes: Lanes) -> Fields:
    """The tissue of a protocol on the days on which any target reads it."""
    study = middle(protocol.device, protocol.site, protocol.depth)
    if protocol.wound:
        depth, injury = _cut_out(study, len(lanes))
    else:
        per_area = protocol.times * units.factor("1/cm2")
        depth, injury = study.injury(value[protocol.density] * per_area)
    sessions = [(day, injury) for day in protocol.sessions]
    body = Body.healthy(len(lanes), age=protocol.age)
    return heal(sessions, depth, body, lanes, _days(protocol.name)).fields


def _cut_out(study: Middle, draws: int) -> tuple[Column, Injury]:
    """All tissue removed and clot in its place, on a study's skin."""
    edges = np.repeat(study.edges[:, None], draws, axis=1)
    none = np.zeros((len(edges) - 1, draws))
    injury = Injury(edges, none, none + 1.0, none, none, none + _CLOT, none)
    return Column(edges, study.layers), injury


@cache
def _days(protocol: str) -> tuple[float, ...]:
    mine = [t for t in targets() if protocol in (t.protocol, t.less)]
    days = {0.0, *(float(t.day) for t in mine)}
    for target in mine:
        if target.over_peak:
            days |= set(np.arange(0.0, target.day, PEAK_EVERY))
    return tuple(sorted(days))


def _read(target: Target, tissue: Mapping[str, Fields], lanes: Lanes) -> Array:
    tool = reader(target.instrument)
    days = _days(target.protocol)
    at = days.index(float(target.day))
    course = tissue[target.protocol]
    said = tool(_on(course, slice(at, at + 1)), lanes)[0]
    if target.over_peak:
        peak = tool(_on(course, slice(at + 1)), lanes).max(axis=0)
        said = said / np.where(peak > 0, peak, 1.0)
    if target.less:
        at = _days(target.less).index(float(target.day))
        said = said - tool(_on(tissue[target.less], slice(at, at + 1)), lanes)[0]
    return np.asarray(said)


def _on(fields: Fields, days: slice) -> Fields:
    """The fields of some days."""
    species = {name: value[days] for name, value in fields.by_species.items()}
    return replace(fields, days=fields.days[days], by_species=species, roused=fields.roused[days])
