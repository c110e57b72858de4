"""The sessions on one zone: the device in, the punctures out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick.devices import Device
from pinprick.evidence.lanes import Lanes
from pinprick.medium.layers import Injury, Skin
from pinprick.needling.bleeding import points_seen, red_cells_out
from pinprick.needling.channel import open_pore
from pinprick.needling.injury import injure, tracks_of
from pinprick.needling.insertion import hand_load, insert, needle_of, set_depth
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
    force in newtons with which the needles in the skin push back.
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
    session: int,
) -> Punctures:
    """Needle a zone once, in one session of a course, counted from 0; see :func:`needle_often`.

    >>> from pinprick.courses import Zone
    >>> from pinprick.devices import device
    >>> from pinprick.evidence import registry
    >>> from pinprick.people import skin_at, vessels
    >>> few = Lanes(registry(), 0, range(4))
    >>> cheek, edges = skin_at("cheek", "female", few), np.linspace(0.0, 3e-3, 7)
    >>> zone = Zone(body_site="cheek", depth="1.5 mm", dose={"passes": 8})
    >>> done = needle(device("roller"), zone, cheek, vessels(cheek, few), edges, few, session=0)
    >>> (done.track_depth * 1e3).round(1), (done.density / 1e4).round()  # mm, per square cm
    (array([1.2, 1.3, 1.2, 1.2]), array([141., 102., 107., 114.]))
    >>> done.injury.dead.shape, bool((done.injury.dead[0] > done.injury.dead[2]).all())
    ((6, 4), True)
    """
    return needle_often(device, zone, skin, vessels, edges, lanes, [session])[0]


def needle_often(
    device: Device,
    zone: Zone,
    skin: Skin,
    vessels: Mapping[str, Array],
    edges: Array,
    lanes: Lanes,
    sessions: Iterable[int],
) -> list[Punctures]:
    """Needle a zone in each of some sessions of a course.

    Sessions of one person differ in how densely they are needled and in nothing else, so how deep
    the needles go is worked out once.

    Args:
        device: what treats.
        zone: body site, depth, area and dose; what is not reported is drawn from priors.
        skin: skin of the zone's site, whose members are those of ``lanes``.
        vessels: depths of the vessels there, by name.
        edges: faces of the depth cells below the surface in metres, (cells + 1,) or (cells + 1,
            members).
        lanes: parameters and random numbers of the members.
        sessions: which sessions of the course, from 0.

    Raises:
        ValueError: if ``skin`` has other members than ``lanes``, or the device cannot do what the
            zone asks for.

    >>> from pinprick.courses import Zone
    >>> from pinprick.devices import device
    >>> from pinprick.evidence import registry
    >>> from pinprick.people import skin_at, vessels
    >>> few = Lanes(registry(), 0, range(4))
    >>> cheek, edges = skin_at("cheek", "female", few), np.linspace(0.0, 3e-3, 7)
    >>> zone, deep = Zone(body_site="cheek", depth="1.5 mm"), vessels(cheek, few)
    >>> one, two = needle_often(device("pen"), zone, cheek, deep, edges, few, range(2))
    >>> bool((one.track_depth == two.track_depth).all()), bool((one.density == two.density).any())
    (True, False)
    """
    if skin.layers[0].thickness.shape != (len(lanes),):
        raise ValueError("skin and lanes have different members")
    faces = np.asarray(edges, dtype=np.float64)
    went, steel = insert(device, set_depth(device, zone, lanes), lanes), needle_of(device, lanes)
    rim = lanes.stage("needling").dead_rim
    sorts = [tracks_of(faces, group, went.reach, steel, rim) for group in (went.through, went.held)]
    dermis_ends = skin.top("reticular dermis") + skin.thickness("reticular dermis")
    width = steel.diameter(went.track)
    pore_depth, pore_width = open_pore(went.track, width, lanes)
    every = {
        "set_depth": went.set_depth,
        "track_depth": went.track,
        "track_sd": went.sd,
        "open_pore_depth": pore_depth,
        "open_pore_width": pore_width,
        "needling_time": needling_time(device, zone, lanes),
        "not_through": went.held.share,
        "past_dermis": went.deeper(dermis_ends),
        "surface_width": width,
        "hand_load": hand_load(device, went),
    }
    pierced = went.deeper(np.zeros(len(lanes)))
    seen = points_seen(vessels["deep plexus"], went, lanes)
    unseen = red_cells_out(vessels["superficial plexus"], went, lanes)
    attempted = [holes(device, zone.dose, lanes, session) for session in sessions]
    return [
        Punctures(
            **every,
            density=many * pierced,
            injury=injure(faces, sorts, many, steel),
            bleeding=many * seen,
            red_cells=many * unseen,
        )
        for many in attempted
    ]


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
