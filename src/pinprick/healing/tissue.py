"""Healing: sessions of injury in, a year of tissue by depth out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np

from pinprick import units
from pinprick.evidence import Lanes
from pinprick.healing import closure
from pinprick.healing.reactions import TABLE
from pinprick.medium.column import Column
from pinprick.medium.kernel import Kernel
from pinprick.medium.layers import Injury
from pinprick.medium.schedule import COHORT, Preset
from pinprick.medium.walk import through

Array = np.ndarray[Any, np.dtype[np.float64]]
MM = units.MILLI  # the biology counts in millimetres
_SI = {"mm": MM, "mm2": MM * MM}


@dataclass(frozen=True, slots=True)
class Body:
    """What of a person changes how they heal, each of shape (members,): years, and 0 or 1."""

    age: Array
    smoker: Array
    diabetes: Array


@dataclass(frozen=True, slots=True)
class Tissue:
    """The tissue of a zone by day, layer and member.

    ``days`` count from the first session, shape (days,). ``by_layer`` maps a quantity to an array
    (days, layers, members), layers as in ``layers``; collagens and elastins are shares of the
    layer's intact collagen or elastin, changes against the day before the first session.
    ``profile`` is the gain of all collagen by depth, (days, cells, members), at ``depth`` metres
    below the surface, (cells, members). ``epidermis``, ``vessels``, ``oedema`` and ``open`` (share
    of the channels not yet covered) have shape (days, members).
    """

    days: Array
    layers: tuple[str, ...]
    by_layer: dict[str, Array]
    profile: Array
    depth: Array
    epidermis: Array
    vessels: Array
    oedema: Array
    open: Array
    stained_area: Array
    silver_area: Array

    def dermis(self, quantity: str, layers: Sequence[str], column: Column) -> Array:
        """Volume mean of a quantity over some layers, shape (days, members)."""
        width = {name: column.width[column.layers[name]].sum(axis=0) for name in layers}
        total = sum(width.values())
        parts = [
            self.by_layer[quantity][:, self.layers.index(name)] * width[name] for name in layers
        ]
        return np.asarray(sum(parts) / total)


def heal(
    sessions: Sequence[tuple[float, Injury]],
    column: Column,
    body: Body,
    lanes: Lanes,
    days: Sequence[float],
    *,
    preset: Preset = COHORT,
    dtype: type[np.floating[Any]] = np.float32,
) -> Tissue:
    """Walk the biology from the first session to the last asked day.

    Args:
        sessions: ``(day, injury)`` in order, the first on day 0; the injury lies on the column's
            cells.
        column: the dermis, in metres.
        body: who is treated.
        lanes: parameter values.
        days: asked days, increasing, the first is 0.
        preset: step lengths.
        dtype: of the solver.

    Raises:
        FloatingPointError: if a step fails.
    """
    here = _here(column, body, lanes)
    shape = (len(TABLE.species), len(column.width), 2, len(lanes))
    state = np.zeros(shape, dtype=dtype)
    rest = np.zeros(shape[1:2] + shape[3:])
    if not sessions:  # intact skin is a fixed point of the rates, to the last bit
        states = [state] * len(days)
        return _observe(states, [rest] * len(days), column, here, lanes, days)
    heard = [_roused(injury, lanes) for _, injury in sessions]
    events = {
        float(day): partial(_session, before=before, after=after, injury=injury, lanes=lanes)
        for (day, injury), before, after in zip(sessions, [rest, *heard], heard, strict=False)
    }
    packed = {name: np.asarray(value, dtype=dtype) for name, value in here.items()}
    states = through(_kernel(), state, packed, days, events, preset)
    last = [max(i for i, (day, _) in enumerate(sessions) if day <= asked) for asked in days]
    return _observe(states, [heard[i] for i in last], column, here, lanes, days)


@cache
def _kernel() -> Kernel:
    return Kernel(TABLE)


def at_one_place(
    sessions: Sequence[tuple[float, Injury]], column: Column, body: Body, lanes: Lanes
) -> tuple[dict[str, float], list[dict[str, float]]]:
    """The biology of one place: the uppermost cell of the first member, in the biology's units.

    Returns:
        the value of every parameter and field that the speeds read, and for each session what the
        roused tissue there gains.
    """
    here = _here(column, body, lanes)
    values = {
        name: float(np.asarray(value).reshape(len(value), -1)[0, 0])
        if np.ndim(value) > 1
        else float(np.asarray(value)[0])
        for name, value in here.items()
    }
    radius = lanes.stage("healing").bleeding_radius
    wounds = []
    for _, injury in sessions:
        heard = _roused(injury, lanes)
        wound = float(closure.clot(injury.tracks * _SI["mm2"], radius, heard)[0, 0])
        wounds.append({"clot": wound, "debris": wound, "bare": 1.0})
    return values, wounds


def _roused(injury: Injury, lanes: Lanes) -> Array:
    """Fraction of the tissue that hears a session, shape (cells, members)."""
    k = lanes.stage("healing")
    reach = closure.reach(k.tgfb_diffusion, k.tgfb_loss, k.bleeding_radius, k.signal_threshold)
    return closure.roused(injury.tracks * _SI["mm2"], reach)


def _session(state: Any, before: Array, after: Array, injury: Injury, lanes: Lanes) -> Any:
    """Mix roused and unroused tissue by volume, then wound the newly roused part."""
    mixed = state[:, :, 0] * before + state[:, :, 1] * (1.0 - before)
    new = np.stack([mixed, mixed], axis=2)
    radius = lanes.stage("healing").bleeding_radius
    wound = closure.clot(injury.tracks * _SI["mm2"], radius, after)
    for name, amount in (("clot", wound), ("debris", wound), ("bare", np.ones_like(wound))):
        new[TABLE.index[name], :, 0] += amount
    return new.astype(state.dtype)


def _here(column: Column, body: Body, lanes: Lanes) -> dict[str, Any]:
    """Parameters and local fields of the reaction table, in the biology's units."""
    k = lanes.stage("healing")
    named = {name for row in TABLE.reactions for name in row.parameters}
    named |= {s.diffusivity for s in TABLE.species if s.diffusivity}
    skip = {
        "papillary_collagen",
        "reticular_collagen",
        "new_collagen_half_life",
        "mature_half_life",
    }
    here: dict[str, Any] = {name: getattr(k, name) for name in sorted(named - skip)}
    half = np.log(2)
    here["new_collagen_decay"] = half / k.new_collagen_half_life
    here["mature_decay"] = half / (k.mature_half_life * units.DAYS_PER_YEAR)
    here["collagen_output"] = here["collagen_output"] * units.MICRO * output_factor(body, lanes)
    collagen = np.empty_like(column.width)
    for name, cells in column.layers.items():
        own = k.papillary_collagen if name.startswith("papillary") else k.reticular_collagen
        collagen[cells] = own
    here["collagen"] = collagen[:, None, :]
    here["width"] = (column.width / MM)[:, None, :]
    here["conductance"] = (column.conductance * MM)[:, None, :]
    return here


def output_factor(body: Body, lanes: Lanes) -> Array:
    """Collagen output of this body over that of a young healthy one, shape (members,)."""
    k = lanes.stage("healing")
    old = np.clip((body.age - k.age_start) / k.age_span, 0, 1)
    return np.asarray(
        (1.0 - old * (1.0 - k.age_factor))
        * (1.0 - body.smoker * (1.0 - k.smoking_factor))
        * (1.0 - body.diabetes * (1.0 - k.diabetes_factor))
    )


def _observe(
    states: Sequence[Any],
    fractions: Sequence[Array],
    column: Column,
    here: dict[str, Any],
    lanes: Lanes,
    days: Sequence[float],
) -> Tissue:
    """Volume means of roused and unroused tissue, by layer."""
    mean = np.stack(
        [s[:, :, 0] * a + s[:, :, 1] * (1.0 - a) for s, a in zip(states, fractions, strict=True)]
    ).astype(np.float64)
    field = {name: mean[:, i] for name, i in TABLE.index.items()}
    intact = here["collagen"][:, 0, :]
    gain = (
        field["collagen_3"] + field["collagen_1"] + field["matured"] - field["mature_lost"]
    ) / intact
    cells = {
        "collagen": gain,
        "collagen III": field["collagen_3"] / intact,
        "new collagen I": field["collagen_1"] / intact,
        "matured collagen": field["matured"] / intact,
        "mature collagen": (field["matured"] - field["mature_lost"]) / intact,
        "elastin": field["elastin_new"] + field["tropoelastin"] - field["elastin_lost"],
        "new elastin": field["elastin_new"],
        "myofibroblasts": field["myofibroblasts"] / here["fibroblast_density"],
        "collagen VII": field["collagen_7"],
    }
    layers = tuple(column.layers)
    top = layers[0]
    area, silver = _stained(field, intact, column, lanes)
    return Tissue(
        days=np.asarray(days, dtype=np.float64),
        layers=layers,
        by_layer={
            name: np.stack([column.mean(value, layer) for layer in layers], axis=1)
            for name, value in cells.items()
        },
        profile=gain,
        depth=column.depth,
        epidermis=column.mean(field["epidermis"], top),
        vessels=column.mean(field["vessels"], top),
        oedema=column.mean(field["oedema"], top),
        open=_open(states, column),
        stained_area=area,
        silver_area=silver,
    )


def _open(states: Sequence[Any], column: Column) -> Array:
    """Share of the channels not yet covered: a state of the track, so of roused tissue alone."""
    bare, closing = TABLE.index["bare"], TABLE.index["closing"]
    share = np.stack([s[bare, 0, 0] + s[closing, 0, 0] for s in states])
    return np.asarray(np.clip(share, 0, 1), dtype=np.float64)


def _stained(
    field: dict[str, Array], intact: Array, column: Column, lanes: Lanes
) -> tuple[Array, Array]:
    """Relative gain of stained papillary area, trichrome and silver, shape (days, members).

    Thin new fibres cover more area per mass than old bundles, a full section saturates, and
    oedema dilutes: area is not mass.
    """
    k = lanes.stage("healing")
    top = next(iter(column.layers))
    swollen = 1.0 + column.mean(field["oedema"], top)

    def relative(amount: Array) -> Array:
        return column.mean(amount / intact, top)

    new = relative(field["collagen_3"] + field["collagen_1"])
    old = relative(field["matured"] - field["mature_lost"])
    area = k.baseline_area * (1.0 + k.area_per_mass * new + old) / swollen
    third = k.mature_type3_share
    silver = (
        1.0 + (k.area_per_mass * relative(field["collagen_3"]) + third * old) / third
    ) / swollen
    return np.asarray(np.minimum(area, k.full_area) / k.baseline_area - 1.0), np.asarray(
        silver - 1.0
    )
