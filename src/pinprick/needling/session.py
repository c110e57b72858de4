"""One session on one zone: the device in, the punctures out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick.devices import Device
from pinprick.evidence.lanes import Lanes
from pinprick.medium.layers import Injury, Numbness, Skin
from pinprick.needling.bleeding import points_seen, red_cells_out
from pinprick.needling.channel import open_pore
from pinprick.needling.injury import Tracks, injure
from pinprick.needling.insertion import hand_load, insert, needle_of, set_depth
from pinprick.needling.pain import pain
from pinprick.needling.pattern import holes, needling_time

if TYPE_CHECKING:
    from pinprick.courses.steps import Zone

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Punctures:
    """What needling leaves in a zone, each of shape (members,) in SI.

    ``density`` counts the tracks, ``bleeding`` the points that bleed visibly and ``red_cells`` the
    tracks that free red cells, all per square metre. ``not_through`` is the share of needles that
    stay above the tough layer, ``past_dermis`` of those that end below the dermis;
    ``surface_width`` the width of a track at the surface with the needle in; ``hand_load`` the
    force in newtons with which the needles in the skin push back. ``pain`` (0-10) is None where it
    is not forecast.
    """

    set_depth: Array
    track_depth: Array
    track_sd: Array
    open_pore_depth: Array
    open_pore_width: Array
    density: Array
    injury: Injury
    bleeding: Array
    needling_time: Array
    pain: Array | None
    red_cells: Array
    not_through: Array
    past_dermis: Array
    surface_width: Array
    hand_load: Array


def needle(
    device: Device,
    zone: Zone,
    skin: Skin,
    vessels: Mapping[str, Array],
    edges: Array,
    lanes: Lanes,
    *,
    numbed: bool,
    session: int,
    numbness: Numbness | None = None,
    reference: Numbness | None = None,
    driven: bool = False,
) -> Punctures:
    """Needle a zone once.

    Args:
        device: what treats.
        zone: body site, depth, area and dose; what is not reported is drawn from priors.
        skin: skin of the zone's site, whose members are those of ``lanes``.
        vessels: depths of the vessels there, by name.
        edges: faces of the depth cells below the surface in metres.
        lanes: parameters and random numbers of the members.
        numbed: whether the skin is under anaesthetic cream.
        session: which session of the course, from 0; sessions differ in their density.
        numbness: how numb the skin is at the first needle, if the cream is known.
        reference: the same of the cream under which pain was scored.
        driven: whether the cream was driven in by a short pass of needles.

    Raises:
        ValueError: if ``skin`` has other members than ``lanes``, the device cannot do what the
            zone asks for, or only one of ``numbness`` and ``reference`` is given.

    >>> from pinprick.courses import Zone
    >>> from pinprick.devices import device
    >>> from pinprick.evidence import registry
    >>> from pinprick.people import skin_at, vessels
    >>> few = Lanes(registry(), 0, range(4))
    >>> cheek, edges = skin_at("cheek", "female", few), np.linspace(0.0, 3e-3, 7)
    >>> zone = Zone(body_site="cheek", depth="1.5 mm", dose={"passes": 8})
    >>> deep = vessels(cheek, few)
    >>> done = needle(device("roller"), zone, cheek, deep, edges, few, numbed=True, session=0)
    >>> (done.track_depth * 1e3).round(1), (done.density / 1e4).round()  # mm, per square cm
    (array([1.2, 1.3, 1.2, 1.2]), array([141., 102., 107., 114.]))
    >>> done.injury.dead.shape, bool((done.injury.dead[0] > done.injury.dead[2]).all())
    ((6, 4), True)
    """
    if skin.layers[0].thickness.shape != (len(lanes),):
        raise ValueError("skin and lanes have different members")
    k = lanes.stage("needling")
    went = insert(device, set_depth(device, zone, lanes), lanes)
    attempted = holes(device, zone.dose, lanes, session)
    steel = needle_of(device, lanes)
    sorts = [
        Tracks(attempted * group.share, group.track, group.sd, went.reach)
        for group in (went.through, went.held)
    ]
    injury = injure(
        np.asarray(edges, dtype=np.float64),
        sorts,
        tip=steel.tip,
        shaft=steel.shaft,
        cone=steel.cone,
        rim=k.dead_rim,
    )
    dermis_ends = skin.top("reticular dermis") + skin.thickness("reticular dermis")
    width = steel.diameter(went.track)
    pore_depth, pore_width = open_pore(went.track, width, lanes)
    return Punctures(
        set_depth=went.set_depth,
        track_depth=went.track,
        track_sd=went.sd,
        open_pore_depth=pore_depth,
        open_pore_width=pore_width,
        density=attempted * went.deeper(np.zeros(len(lanes))),
        injury=injury,
        bleeding=attempted * points_seen(vessels["deep plexus"], went, lanes),
        needling_time=needling_time(device, zone, lanes),
        pain=pain(
            device,
            went.set_depth,
            lanes,
            numbed=numbed,
            numbness=numbness,
            reference=reference,
            driven=driven,
            radiofrequency=device.kind == "radiofrequency",
        ),
        red_cells=attempted * red_cells_out(vessels["superficial plexus"], went, lanes),
        not_through=went.held.share,
        past_dermis=went.deeper(dermis_ends),
        surface_width=width,
        hand_load=hand_load(device, went),
    )


def visit_time(needling_time: Array, numbing: float, lanes: Lanes) -> Array:
    """Length of a visit in seconds: numbing (its dwell, 0 without), preparation and needling.

    ``needling_time`` and what is returned are (members,) in seconds. Preparation is assumed, on
    safety:SAF170.

    >>> from pinprick.evidence import registry
    >>> few = Lanes(registry(), 0, range(2))
    >>> long = visit_time(np.full(2, 600.0), 1800.0, few)
    >>> (long - few.stage("needling").preparation_time).round(6)
    array([2400., 2400.])
    """
    return np.asarray(numbing + lanes.stage("needling").preparation_time + needling_time)
