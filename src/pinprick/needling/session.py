"""One session on one zone: the device in, the punctures out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from pinprick.devices import Device
from pinprick.evidence.lanes import Lanes
from pinprick.medium.layers import Injury, Skin
from pinprick.needling.channel import open_pore
from pinprick.needling.injury import injure, share_deeper
from pinprick.needling.insertion import Insertion, insert, set_depth
from pinprick.needling.pain import pain
from pinprick.needling.pattern import holes, needling_time

if TYPE_CHECKING:
    from pinprick.courses.steps import Zone

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Punctures:
    """What needling leaves in a zone, each of shape (members,) in SI.

    ``density`` counts the tracks that pierce the surface, ``bleeding`` the points that bleed
    visibly, both per square metre. ``pain`` (0-10) is None where it is not forecast.
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
    """
    if skin.layers[0].thickness.shape != (len(lanes),):
        raise ValueError("skin and lanes have different members")
    k = lanes.stage("needling")
    went = insert(device, set_depth(device, zone, lanes), lanes)
    attempted = holes(device, zone.dose, lanes, session)
    shaft = device.shaft_diameter * k.shaft_factor
    injury = injure(
        np.asarray(edges, dtype=np.float64),
        attempted,
        went.track,
        went.sd,
        went.reach,
        tip=np.full(len(lanes), device.tip_diameter),
        shaft=shaft,
        cone=device.cone_angle * k.cone_factor,
        rim=k.dead_rim,
    )
    track = np.maximum(went.track, 0.0)
    pore_depth, pore_width = open_pore(track, shaft, lanes)
    return Punctures(
        set_depth=went.set_depth,
        track_depth=track,
        track_sd=went.sd,
        open_pore_depth=pore_depth,
        open_pore_width=pore_width,
        density=attempted * _pierced(went),
        injury=injury,
        bleeding=attempted * reaching(vessels["deep plexus"], went, lanes),
        needling_time=needling_time(device, zone, lanes),
        pain=pain(device, went.set_depth, lanes, numbed=numbed),
    )


def visit_time(needling_time: Array, numbing: float, lanes: Lanes) -> Array:
    """Length of a visit in seconds: numbing (its dwell, 0 without), preparation and needling."""
    return np.asarray(numbing + lanes.stage("needling").preparation_time + needling_time)


def reaching(plexus: Array, went: Insertion, lanes: Lanes) -> Array:
    """Share of the tracks that open a vessel of a plexus, whose vessels scatter about its depth.

    ``Φ((track - plexus) / √(sd² + scatter²))``, both being normal. Blood that is *seen* comes from
    the deep plexus; red cells leave the capillaries from far shallower tracks.
    """
    scatter = lanes.stage("needling").vessel_scatter * plexus
    depth = np.hypot(went.sd, scatter)
    return np.asarray(_pierced(went) * special.ndtr((went.track - plexus) / depth))


def _pierced(went: Insertion) -> Array:
    sd = np.maximum(went.sd, np.finfo(float).eps)
    return share_deeper(np.zeros_like(sd), track=went.track, sd=sd, reach=went.reach)
