"""Numb: anaesthetic cream through intact skin; how deep, from when to when, and how much in blood.

Skin is numb where all the anaesthetic in a volume of tissue reaches a threshold, and a needle hurts
when it has more than a certain length of feeling tissue to cross, which without any cream is the
depth of pain. Uptake is a measured input where the cream is more than a solution (a eutectic one),
or comes through the barrier. The wet horny layer is a reservoir: numbness goes on deepening after
the cream is wiped off. Vessels take the drug away in the superficial plexus only. Fat is taken as
dermis: no row says how these drugs move or bind there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick import units
from pinprick.evidence.lanes import Lanes
from pinprick.faults import Fault, InputError
from pinprick.medium.layers import Numbness, Skin
from pinprick.people.skin import skin_at, treated_area
from pinprick.permeation import tissue
from pinprick.permeation.barrier import barrier, seen
from pinprick.permeation.intact import Below, Course, Cream, Mesh, mesh, through
from pinprick.permeation.plasma import DRUGS, Plasma, plasma
from pinprick.permeation.product import Product
from pinprick.permeation.products import product
from pinprick.permeation.solutes import Solute, solute
from pinprick.permeation.vehicle import vehicle

Array = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
REFERENCE = ("lidocaine and prilocaine cream", "cheek")  # cream and site of the pain scores


@dataclass(frozen=True, slots=True)
class Numbed:
    """Skin under and after a numbing cream; times in s since it went on, depths in m.

    ``at`` is the place in ``time``, (times,), when the wait is over and needling may begin.
    ``front``: down to where the drugs reach the threshold; ``depth``: the deepest needle that does
    not hurt, both (times, members). ``numbness`` is the block by depth and time. ``weak`` marks who
    takes up little, (members,). ``taken`` (kg/m², by drug) has left the cream; ``plasma`` is for
    the whole ``area``. ``warnings`` are for a clinician. Depths are counted from below the horny
    layer.
    """

    product: str
    time: Array
    at: int
    front: Array
    depth: Array
    numbness: Numbness
    weak: Bools
    taken: dict[str, Array]
    area: float
    plasma: Plasma
    warnings: tuple[str, ...]

    @property
    def absorbed(self) -> dict[str, Array]:
        """What the whole area has taken from the cream in kg by drug, (times, members)."""
        return {drug: gone * self.area for drug, gone in self.taken.items()}


def numb(
    cream: Product,
    skin: Skin,
    site: str,
    dwell: float,
    wait: float,
    lanes: Lanes,
    *,
    area: float | None = None,
    mass: float | None = None,
    how: Mesh | None = None,
) -> Numbed:
    """Put a numbing cream on intact skin and follow it.

    Args:
        cream: the product.
        skin: layers at the site.
        site: body site: what skin takes up there, its blood flow, its usual area.
        dwell: how long the cream lies there, in s.
        wait: from wiping it off to the first needle, in s.
        lanes: parameter values.
        area: in m²; by default what is usually treated at the site.
        mass: of cream in kg; by default the product's usual layer.
        how: mesh and steps, to ask how much they matter.

    Raises:
        InputError: if the product is no numbing cream, or time, area or mass make no sense.

    >>> from pinprick.evidence import registry
    >>> few = Lanes(registry(), 0, range(8))
    >>> face = skin_at("cheek", None, few)
    >>> hour = numb(product("EMLA"), face, "cheek", 3600.0, 600.0, few)
    >>> bool((hour.depth[hour.at] > hour.depth[0]).all()), hour.warnings
    (True, ())
    """
    area = treated_area(site) if area is None else area
    mass = cream.layer * cream.density * area if mass is None else mass
    _check(cream, dwell=dwell, wait=wait, area=area, mass=mass)
    how = how or mesh()
    k = lanes.stage("permeation_uptake")
    weak, factor = _responders(lanes)
    drugs = [solute(name) for name in cream.strengths if name in DRUGS]
    thick = mass / area / cream.density
    course = through(
        _side_by_side(Cream, [_cream(cream, drug, site, thick, factor, lanes) for drug in drugs]),
        _side_by_side(Below, [_below(drug, skin, site, how, lanes) for drug in drugs]),
        [dwell, wait, how.followed],
        how,
    )
    donors, cleared = (_by_drug(x, drugs) for x in (course.donor, course.cleared))
    blood = plasma(course.time, {name: gone * area for name, gone in cleared.items()}, lanes)
    total = _total(course, drugs, lanes)
    block = total**2 / (total**2 + k.numb_threshold**2)
    middle = (how.edges[1:] + how.edges[:-1]) / 2.0
    said = warnings(cream, area=area, mass=mass, time=dwell)
    return Numbed(
        product=cream.name,
        time=course.time,
        at=sum(how.steps[:-1]),
        front=_front(total, middle, k.numb_threshold),
        depth=_reach(1.0 - block, how.edges, k.numb_unnumbed),
        numbness=Numbness(middle, course.time, block),
        weak=weak,
        taken={name: lies[0] - lies for name, lies in donors.items()},
        area=area,
        plasma=blood,
        warnings=(*said, *poisoning(blood.share_of_danger, blood.danger)),
    )


def reference(lanes: Lanes) -> Numbness:
    """Numbness of the reference of pain scores: the eutectic cream for an hour on the face.

    Its last time is the first needle.

    >>> from pinprick.evidence import registry
    >>> reference(Lanes(registry(), 0, range(4))).block.shape[2]
    4
    """
    k = lanes.stage("permeation_uptake")
    name, site = REFERENCE
    dwell = float(k.numb_reference_dwell[0])
    found = numb(product(name), skin_at(site, None, lanes), site, dwell, 0.0, lanes)
    return until(found)


def until(found: Numbed) -> Numbness:
    """Numbness up to the first needle: what the pain of needling asks for.

    >>> from pinprick.evidence import registry
    >>> few = Lanes(registry(), 0, range(4))
    >>> hour = numb(product("EMLA"), skin_at("cheek", None, few), "cheek", 3600.0, 600.0, few)
    >>> float(hour.numbness.time[-1].round()), float(until(hour).time[-1].round())
    (33000.0, 4200.0)
    """
    kept = slice(None, found.at + 1)
    n = found.numbness
    return Numbness(n.depth, n.time[kept], n.block[kept])


def warnings(
    cream: Product,
    *,
    area: float | None = None,
    mass: float | None = None,
    time: float | None = None,
    needled: bool = False,
) -> tuple[str, ...]:
    """What a clinician should know before this cream goes on, one sentence each.

    Args:
        cream: the product.
        area: in m², None if not known.
        mass: in kg, None if not known.
        time: on the skin in s, None if not known.
        needled: whether the skin has open channels.

    >>> print(*warnings(product("lidocaine cream 10 %"), time=3 * 3600.0), sep="; ")
    lidocaine cream 10 %, lidocaine: 10 % is stronger than what is sold freely \
(4 % at most without a prescription).; lidocaine cream 10 %, time: 180 min is outside the label \
(at most 120 min (assumed: no label says so)).
    >>> "needled" in warnings(product("EMLA"), needled=True)[0]
    True
    """
    strong = [
        f"{fault.where}: {fault.found} is stronger than what is sold freely ({fault.allowed})."
        for fault in cream.above_shop_strength()
    ]
    beyond = [
        f"{fault.where}: {fault.found} is outside the label ({fault.allowed})."
        for fault in cream.over_label(area=area, mass=mass, time=time)
    ]
    channels = [
        f"{cream.name}: never on needled skin. Channels pass the barrier by, so that far more "
        "reaches the blood than any figure here says; wipe it off before the first needle."
    ]
    return (*(channels if needled else ()), *strong, *beyond)


def poisoning(share: Array, danger: Array) -> tuple[str, ...]:
    """A warning where the blood may hold what is dangerous, in no more than one sentence.

    Args:
        share: peak in plasma over the level where danger begins, (members,).
        danger: that level in kg/m³, (members,).

    >>> poisoning(np.array([0.1, 0.2]), np.array([5e-3, 5e-3]))
    ()
    """
    many = round(float(np.mean(share >= 1.0)) / units.MILLI)
    if not many:
        return ()
    level = units.from_si(float(np.median(danger)), "ug/mL")
    return (
        f"In about {many} of 1000 people this use would bring the blood to where poisoning "
        f"begins (about {level:.0f} ug/mL): use less, on less skin or for a shorter time.",
    )


def _check(cream: Product, **given: float) -> None:
    faults = [
        Fault(f"numbing, {name}", f"{value:g}", f"a finite number {'or 0' if least else 'above 0'}")
        for name, value in given.items()
        for least in [name in ("dwell", "wait")]
        if not (np.isfinite(value) and (value >= 0 if least else value > 0))
    ]
    if not set(cream.strengths) & set(DRUGS):
        faults.append(Fault("numbing cream", cream.name, f"a product with {', '.join(DRUGS)}"))
    if faults:
        raise InputError(faults)


def _responders(lanes: Lanes) -> tuple[Bools, Array]:
    """Who takes up little, and everyone's uptake over what was measured on the average."""
    k = lanes.stage("permeation_uptake")
    share, little = k.numb_weak_share, k.numb_weak_uptake
    weak = lanes.uniforms("numb.weak", "people") < share
    much = (1.0 - share * little) / (1.0 - share)  # the mean of all stays 1
    return weak, np.asarray(np.where(weak, little, much) * k.numb_uptake)


def _cream(
    cream: Product, drug: Solute, site: str, thick: float, factor: Array, lanes: Lanes
) -> Cream:
    """One drug of the cream: a measured uptake, or the barrier where none is known."""
    one = np.ones(len(lanes))
    lies = vehicle(cream, layer=thick)
    strength, dissolves = cream.strengths[drug.name], lies.solubility(drug)
    drives = min(strength, dissolves)
    region = tissue.region(site)
    measured = cream.uptakes.get(drug.name, {})
    if region in measured:
        rate, lag = measured[region] * one, lanes.stage("permeation_uptake").numb_lag
    else:
        wall = barrier(drug, lanes, hydrated=cream.occluded, ph=cream.ph)
        rate, lag = wall.total * drives, wall.lag
    ph = lanes.stage("permeation").tissue_ph
    return Cream(
        rate=np.asarray(rate * factor),
        lag=lag,
        drive=np.asarray(drives * seen(drug, lanes, cream.ph) / seen(drug, lanes, ph)),
        dose=strength * thick * one,
        spare=(strength - drives) * thick * one,
    )


def _below(drug: Solute, skin: Skin, site: str, how: Mesh, lanes: Lanes) -> Below:
    """Tissue as dermis at numbing strengths, cleared in the superficial plexus."""
    within = tissue.dermis(drug, lanes, dilute=False)
    plexus = tissue.clearance(drug, site, lanes, dilute=False, constricted=True)
    top = skin.top("papillary dermis") - skin.thickness("stratum corneum")
    edges = how.edges[:, None]
    share = tissue.overlap(edges, top, top + plexus.extent) / np.diff(edges, axis=0)
    return Below(within.diffusivity, within.partition, plexus.rate * share)


def _side_by_side(kind: Any, parts: list[Any]) -> Any:
    """Several drugs as more members of one run."""
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts], axis=-1)
        for name in kind.__dataclass_fields__
    }
    return kind(**joined)


def _by_drug(values: Array, drugs: list[Solute]) -> dict[str, Array]:
    parts = np.split(values, len(drugs), axis=-1)
    return {drug.name: part for drug, part in zip(drugs, parts, strict=True)}


def _total(course: Course, drugs: list[Solute], lanes: Lanes) -> Array:
    """All the anaesthetic in a volume of tissue in kg/m³, (times, cells, members)."""
    dissolved = _by_drug(course.dissolved, drugs)
    held = [tissue.dermis(d, lanes, dilute=False).partition * dissolved[d.name] for d in drugs]
    return np.asarray(np.sum(held, axis=0))


def _front(total: Array, middle: Array, threshold: Array) -> Array:
    """Depth of the last cell at the threshold, on to the next as a power of it; 0 if none."""
    total = np.maximum(total, np.finfo(float).tiny)
    enough = total >= threshold
    last = total.shape[1] - 1 - np.argmax(enough[:, ::-1], axis=1)
    after = np.minimum(last + 1, total.shape[1] - 1)
    high, low = (np.take_along_axis(total, at[:, None], axis=1)[:, 0] for at in (last, after))
    fall = np.where(high > low, np.log(high / low), 1.0)
    part = np.where(high > low, np.log(high / threshold) / fall, 0.0)
    reach = middle[last] + part * (middle[after] - middle[last])
    return np.asarray(np.where(enough.any(axis=1), reach, 0.0))


def _reach(feels: Array, edges: Array, most: Array) -> Array:
    """Depth down to which no more than ``most`` of feeling tissue lies; the reach at most."""
    crossed = np.cumsum(feels * np.diff(edges)[:, None], axis=1)
    cell = np.minimum((crossed < most).sum(axis=1), feels.shape[1] - 1)
    here = np.take_along_axis(crossed, cell[:, None], axis=1)[:, 0]
    own = np.take_along_axis(feels, cell[:, None], axis=1)[:, 0]
    over = np.maximum(here - most, 0.0) / np.where(own > 0, own, 1.0)
    return np.asarray(edges[cell + 1] - over)
