"""Healing: sessions of injury in, a year of tissue by depth out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np

from pinprick import units
from pinprick.evidence import Lanes
from pinprick.healing import ageing, closure
from pinprick.healing.body import Body
from pinprick.healing.care import Care
from pinprick.healing.fields import Fields, gain, mature_gain
from pinprick.healing.here import MM, values_here
from pinprick.healing.reactions import TABLE
from pinprick.healing.wound import Wound, hurt
from pinprick.medium.column import Column
from pinprick.medium.kernel import Kernel
from pinprick.medium.layers import Injury
from pinprick.medium.schedule import COHORT, Preset
from pinprick.medium.walk import through

Array = np.ndarray[Any, np.dtype[np.float64]]
_MM2 = MM * MM


@dataclass(frozen=True, slots=True)
class Tissue:
    """The tissue of a zone by day, layer and member.

    ``days`` count from the first session, shape (days,). ``by_layer`` maps a quantity to an array
    (days, layers, members), layers as in ``layers``; collagens and elastins are shares of the
    layer's intact collagen or elastin, changes against the day before the first session.
    ``profile`` is the gain of all collagen by depth, (days, cells, members), at ``depth`` metres
    below the surface, (cells, members). ``epidermis``, ``vessels``, ``oedema``, ``melanin`` (above
    rest, as a share of rest), ``open`` (share of the channels not yet covered) and ``ageing`` (what
    intact collagen changes by itself) have shape (days, members). ``fields`` holds every species.
    """

    days: Array
    layers: tuple[str, ...]
    by_layer: dict[str, Array]
    profile: Array
    depth: Array
    epidermis: Array
    vessels: Array
    oedema: Array
    melanin: Array
    open: Array
    ageing: Array
    fields: Fields

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
    care: Care | None = None,
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
        care: what is done beside needling; nothing if None.
        preset: step lengths.
        dtype: of the solver.

    Raises:
        StepError: if a step fails.

    >>> from pinprick.evidence import registry
    >>> from pinprick.medium import column
    >>> skin = column(np.zeros(1), {"papillary dermis": (np.full(1, 1.5e-4), 2)})
    >>> none = np.zeros((2, 1))
    >>> needled = Injury(skin.edges, *[none] * 4, none + 2.5e6, none)  # 250 tracks per cm²
    >>> lanes = Lanes(registry(), 0, [0])
    >>> tissue = heal([(0.0, needled)], skin, Body.healthy(1), lanes, [0.0, 1.0, 28.0])
    >>> made, open_ = tissue.by_layer["collagen"][:, 0, 0], tissue.open[:, 0]
    >>> bool(made[0] == 0 and made[2] > 0.01), bool(open_[0] == 1 > open_[1] > open_[2])
    (True, True)
    """
    care = care or Care.none(len(lanes))
    here = values_here(column, body, lanes, care)
    shape = (len(TABLE.species), len(column.width), 2, len(lanes))
    state = np.zeros(shape, dtype=dtype)
    rest = np.zeros(shape[1:2] + shape[3:])
    if not sessions:  # intact skin is a fixed point of the rates, to the last bit
        states = [state] * len(days)
        return _observe(states, [rest] * len(days), column, here, body, lanes, days)
    heard = [_roused(injury, lanes) for _, injury in sessions]
    events = {
        float(day): partial(
            _session, before=before, after=after, wound=_wound(injury, after, here, lanes, care)
        )
        for (day, injury), before, after in zip(sessions, [rest, *heard], heard, strict=False)
    }
    packed = {name: np.asarray(value, dtype=dtype) for name, value in here.items()}
    states = through(_kernel(), state, packed, days, events, preset)
    last = [max(i for i, (day, _) in enumerate(sessions) if day <= asked) for asked in days]
    return _observe(states, [heard[i] for i in last], column, here, body, lanes, days)


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

    >>> from pinprick.evidence import registry
    >>> from pinprick.medium import column
    >>> skin = column(np.zeros(1), {"papillary dermis": (np.full(1, 1.5e-4), 2)})
    >>> none = np.zeros((2, 1))
    >>> needled = Injury(skin.edges, *[none] * 4, none + 2.5e6, none)
    >>> lanes = Lanes(registry(), 0, [0])
    >>> values, sessions = at_one_place([(0.0, needled)], skin, Body.healthy(1), lanes)
    >>> round(values["width"], 3), sorted(sessions[0])
    (0.075, ['bare', 'clot', 'debris'])
    """
    care = Care.none(len(lanes))
    here = values_here(column, body, lanes, care)
    values = {
        name: float(np.asarray(value).reshape(len(value), -1)[0, 0])
        if np.ndim(value) > 1
        else float(np.asarray(value)[0])
        for name, value in here.items()
    }
    wounds = []
    for _, injury in sessions:
        wound = _wound(injury, _roused(injury, lanes), here, lanes, care)
        added = {name: float(amount[0, 0]) for name, amount in wound.added.items()}
        wounds.append({name: amount for name, amount in added.items() if amount})
    return values, wounds


def _wound(injury: Injury, heard: Array, here: dict[str, Any], lanes: Lanes, care: Care) -> Wound:
    """The clot and the debris of tracks, dead tissue, and collagen that is gone or denatured."""

    def local(share: Array) -> Array:
        return np.asarray(np.minimum(share / np.where(heard > 0, heard, 1.0), 1.0))

    radius = lanes.stage("healing").bleeding_radius
    bled = closure.clot(injury.tracks * _MM2, radius, heard)
    clot = np.minimum(bled * care.wound, 1.0)
    dead, denatured = local(injury.dead), local(injury.denatured)
    gone = local(injury.removed + injury.denatured)
    return Wound(clot, np.ones_like(clot), dead, gone, denatured, here["collagen"][:, 0, :])


def _roused(injury: Injury, lanes: Lanes) -> Array:
    """Fraction of the tissue that hears a session, shape (cells, members)."""
    reach = lanes.stage("healing").reach
    lost = np.minimum(injury.dead + injury.removed + injury.denatured, 1.0)
    return np.maximum(closure.roused(injury.tracks * _MM2, reach), lost)


def _session(state: Any, before: Array, after: Array, wound: Wound) -> Any:
    """Mix roused and unroused tissue by volume, then wound the newly roused part."""
    mixed = state[:, :, 0] * before + state[:, :, 1] * (1.0 - before)
    return np.stack([hurt(mixed, wound), mixed], axis=2).astype(state.dtype)


def _observe(
    states: Sequence[Any],
    fractions: Sequence[Array],
    column: Column,
    here: dict[str, Any],
    body: Body,
    lanes: Lanes,
    days: Sequence[float],
) -> Tissue:
    """Volume means of roused and unroused tissue, by layer."""
    mean = np.stack(
        [s[:, :, 0] * a + s[:, :, 1] * (1.0 - a) for s, a in zip(states, fractions, strict=True)]
    ).astype(np.float64)
    field = {name: mean[:, i] for name, i in TABLE.index.items()}
    intact = here["collagen"][:, 0, :]
    total = gain(field, intact)
    cells = {
        "collagen": total,
        "collagen III": field["collagen_3"] / intact,
        "new collagen I": field["collagen_1"] / intact,
        "matured collagen": field["matured"] / intact,
        "mature collagen": mature_gain(field, intact),
        "elastin": field["elastin_new"] + field["tropoelastin"] - field["elastin_lost"],
        "new elastin": field["elastin_new"],
        "myofibroblasts": field["myofibroblasts"] / here["fibroblast_density"],
        "collagen VII": field["collagen_7"],
        "denatured collagen": field["denatured"] / intact,
    }
    layers = tuple(column.layers)
    top = layers[0]
    since = np.asarray(days, dtype=np.float64)
    return Tissue(
        days=since,
        layers=layers,
        by_layer={
            name: np.stack([column.mean(value, layer) for layer in layers], axis=1)
            for name, value in cells.items()
        },
        profile=total,
        depth=column.depth,
        epidermis=column.mean(field["epidermis"], top),
        vessels=column.mean(field["vessels"], top),
        oedema=column.mean(field["oedema"], top),
        melanin=field["melanin"][:, 0],
        open=_open(states, column),
        ageing=-ageing.yearly_loss(body, lanes) * since[:, None] / units.DAYS_PER_YEAR,
        fields=Fields(since, column, intact, field, np.stack(fractions)),
    )


def _open(states: Sequence[Any], column: Column) -> Array:
    """Share of the channels not yet covered: a state of the track, so of roused tissue alone."""
    bare, closing = TABLE.index["bare"], TABLE.index["closing"]
    share = np.stack([s[bare, 0, 0] + s[closing, 0, 0] for s in states])
    return np.asarray(np.clip(share, 0, 1), dtype=np.float64)
