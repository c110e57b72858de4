"""Curves of healing: what a course leaves over a range of doses, depths, sessions and intervals.

Each curve needles one plain set-up (a roller on a cheek, people as in a published protocol) and
heals it, many points and members in one walk. Only the named setting moves along a curve: the
density of tracks is given, not drawn, so that a deeper needle is not also a denser one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pinprick import devices, units
from pinprick.case import Case, example_path
from pinprick.courses import Dose, Zone
from pinprick.evidence import Lanes, Parameter, Registry, registry
from pinprick.evidence.lanes import PEOPLE_PER_DRAW
from pinprick.forecasting.body import body_of
from pinprick.healing import ageing, closure, observation
from pinprick.healing.body import Body
from pinprick.healing.tissue import Tissue, heal
from pinprick.medium.column import Column, dermis
from pinprick.medium.layers import Injury, Skin
from pinprick.needling import Punctures, needle
from pinprick.people import skin_at, vessels

Array = np.ndarray[Any, np.dtype[np.float64]]
MEMBERS = 64
EXAMPLE = "lotfi-2013"  # whose people the curves are drawn for
SESSIONS, DEPTH, PER_CM2 = 4, 1.5 * units.MILLI, 250.0
WEEK, MONTH = units.DAYS_PER_WEEK, 365.0 / 12
EARLY, LATE = 8 * WEEK, 180.0  # days after the last session: eight weeks, half a year
MOST_LANES = 1024  # of one walk
# Points of the curves.
DENSITIES = (10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0)
DEPTHS = tuple(mm * units.MILLI for mm in (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0))
COUNTS = tuple(range(1, 13))
WEEKS = (1, 2, 3, 4, 6, 8, 12)
YEAR = tuple(float(day) for day in (*range(28), *range(28, 366, 4), 365))
EVERYWHERE = 1e12  # mm: a track that is heard at any distance
HEATED = 0.1
SMALL = 1e-4  # of the collagen: less is no gain to compare with
PHOTOTYPES = (1, 3, 5)
BODIES: dict[str, dict[str, float]] = {
    "young and healthy": {},
    "65 years": {"age": 65.0},
    "80 years": {"age": 80.0},
    "sun damage": {"age": 50.0, "sun": 1.0},
    "15 years after menopause": {"age": 65.0, "menopause": 15.0},
    "smoker": {"smoker": 1.0},
    "diabetes": {"diabetes": 1.0},
}
# What is read of a tissue, and when.
QUANTITIES = ("total", "stained", "mature", "total, whole dermis", "mature, whole dermis")


@dataclass(frozen=True, slots=True)
class Course:
    """A course of the plain set-up: depth in metres, tracks per cm², interval in days."""

    depth: float = DEPTH
    per_cm2: float | Array = PER_CM2
    sessions: int = SESSIONS
    interval: float = 4 * WEEK
    device: str = "roller"
    site: str = "cheek"

    @property
    def days(self) -> tuple[float, ...]:
        """Days of the sessions, the first is 0."""
        return tuple(self.interval * place for place in range(self.sessions))


@dataclass(frozen=True)
class Given(Lanes):
    """Lanes in which the named parameters are what is given, each of shape (lanes,)."""

    given: Mapping[str, Array] = field(default_factory=dict)

    def _draw(self, parameter: Parameter) -> Array:
        if parameter.name in self.given:
            return np.array(self.given[parameter.name], dtype=np.float64)
        return super()._draw(parameter)

    def again(self, times: int) -> Given:
        """The same members several times over, side by side."""
        repeated = {name: np.tile(values, times) for name, values in self.given.items()}
        return Given(self.registry, self.seed, list(self.members) * times, given=repeated)


def people(members: int = MEMBERS, known: Registry | None = None, seed: int = 0) -> Given:
    """Lanes of which no two share a draw of knowledge.

    >>> len(people(3))
    3
    """
    chosen = range(0, PEOPLE_PER_DRAW * members, PEOPLE_PER_DRAW)
    return Given(known if known is not None else registry(), seed, chosen)


def column_for(course: Course, lanes: Lanes) -> tuple[Skin, Column]:
    """Skin of the set-up, and its dermis as a column."""
    skin = skin_at(course.site, None, lanes)
    return skin, dermis(skin)


def needled(course: Course, skin: Skin, column: Column, lanes: Lanes) -> Punctures:
    """One session at the course's depth, with the device's own density."""
    zone = Zone.model_construct(
        name=course.site, body_site=course.site, depth=course.depth, area=None, dose=Dose(passes=1)
    )
    return needle(
        devices.device(course.device), zone, skin, vessels(skin, lanes), column.edges, lanes,
        session=0,
    )  # fmt: skip


def injury_of(course: Course, skin: Skin, column: Column, lanes: Lanes) -> Injury:
    """What one session leaves at the course's depth, with its density of tracks to the letter."""
    done = needled(course, skin, column, lanes)
    return denser(done.injury, course.per_cm2 * units.PER_CM2 / done.density)


def denser(injury: Injury, times: Array) -> Injury:
    """The injury of ``times`` as many tracks, shape (members,); holes fall at random.

    >>> one = np.full((1, 1), 0.1)
    >>> edges, none = np.array([0.0, 1.0]), np.zeros((1, 1))
    >>> more = denser(Injury(edges, one, none, none, none, 10 * one, one), np.array([2.0]))
    >>> float(more.displaced[0, 0].round(2)), float(more.tracks[0, 0])
    (0.19, 2.0)
    """

    def union(share: Array) -> Array:
        return np.asarray(-np.expm1(times * np.log1p(-np.minimum(share, 1.0 - 1e-12))))

    displaced = union(injury.displaced)
    hurt = union(np.minimum(injury.displaced + injury.dead, 1.0))
    return replace(
        injury,
        displaced=displaced,
        dead=np.maximum(hurt - displaced, 0.0),
        tracks=injury.tracks * times,
    )


def wounded(courses: Sequence[Course], lanes: Given) -> tuple[Injury, Column]:
    """One session of each course, side by side: members of a course stand together."""
    parts = []
    for course in courses:
        skin, column = column_for(course, lanes)
        parts.append((injury_of(course, skin, column, lanes), column))
    column = replace(parts[0][1], edges=np.concatenate([c.edges for _, c in parts], axis=1))
    fields = ("displaced", "removed", "dead", "denatured", "tracks", "radius")
    injury = Injury(
        edges=column.edges,
        **{name: np.concatenate([getattr(i, name) for i, _ in parts], axis=1) for name in fields},
    )
    return injury, column


def healed(
    courses: Sequence[Course], lanes: Given, days: Sequence[float]
) -> tuple[Tissue, Column, Given]:
    """Heal several courses of one schedule at once; the lanes returned are those of all."""
    many = lanes.again(len(courses))
    injury, column = wounded(courses, lanes)
    body = body_of(Case.load(example_path(EXAMPLE)), many)
    return heal([(day, injury) for day in courses[0].days], column, body, many, days), column, many


def healed_in(
    course: Course, body: Body, lanes: Given, days: Sequence[float]
) -> tuple[Tissue, Column]:
    """Heal one course in given bodies; its density may differ between members.

    Args:
        course: the plain set-up, with what differs.
        body: who heals, (members,) each.
        lanes: parameters of the members.
        days: from the first session, rising.

    Returns:
        the tissue on these days, and the column of dermis in which it stands.

    >>> lanes = people(2)
    >>> tissue, column = healed_in(Course(sessions=1), Body.healthy(2), lanes, [0.0, 56.0])
    >>> gain = tissue.dermis("collagen", tissue.layers[:1], column)  # of the intact
    >>> gain.shape, bool((gain[1] > gain[0]).all())
    ((2, 2), True)
    """
    injury, column = wounded([course], lanes)
    return heal([(day, injury) for day in course.days], column, body, lanes, days), column


def respond(courses: Sequence[Course], lanes: Given) -> dict[str, Array]:
    """What each course leaves, by quantity of :data:`QUANTITIES`, shape (courses, members).

    Shares of the layer's intact collagen (``stained``: of the stained area before); papillary
    dermis unless the whole is named. Totals and area eight weeks after the last session, mature
    collagen half a year after.
    """
    schedules = list(dict.fromkeys((c.sessions, c.interval) for c in courses))
    out = {name: np.empty((len(courses), len(lanes))) for name in QUANTITIES}
    most = max(1, MOST_LANES // len(lanes))
    for schedule in schedules:
        alike = [i for i, c in enumerate(courses) if (c.sessions, c.interval) == schedule]
        for start in range(0, len(alike), most):
            some = alike[start : start + most]
            last = courses[some[0]].days[-1]
            found = healed([courses[i] for i in some], lanes, [0.0, last + EARLY, last + LATE])
            for name, values in read(*found).items():
                out[name][some] = values.reshape(len(some), len(lanes))
    return out


def read(tissue: Tissue, column: Column, lanes: Lanes) -> dict[str, Array]:
    """Quantities of a tissue that was asked for on day 0, eight weeks and half a year on.

    Returns:
        by name of :data:`QUANTITIES`, (members,) each: shares of the layer's intact collagen, and
        of the stained area before.

    >>> lanes, days = people(2), [0.0, EARLY, LATE]
    >>> found = read(*healed_in(Course(sessions=1), Body.healthy(2), lanes, days), lanes)
    >>> list(found) == list(QUANTITIES), bool((found["mature"] < found["total"]).all())
    (True, True)
    """
    top, every = tissue.layers[:1], tissue.layers

    def gain(quantity: str, layers: Sequence[str]) -> Array:
        return tissue.dermis(quantity, layers, column)

    return {
        "total": gain("collagen", top)[1],
        "stained": observation.stained_area(tissue.fields, lanes)[1],
        "mature": gain("mature collagen", top)[2],
        "total, whole dermis": gain("collagen", every)[1],
        "mature, whole dermis": gain("mature collagen", every)[2],
    }


def by_density(lanes: Given) -> dict[str, Array]:
    """Response at each of :data:`DENSITIES`."""
    return respond([Course(per_cm2=dense) for dense in DENSITIES], lanes)


def by_depth(lanes: Given) -> tuple[dict[str, Array], Array]:
    """Response at each of :data:`DEPTHS`, the density unchanged.

    Also the share of tracks that end below the dermis, shape (depths, members).
    """
    courses = [Course(depth=depth) for depth in DEPTHS]
    past = [needled(c, *column_for(c, lanes), lanes).past_dermis for c in courses]
    return respond(courses, lanes), np.stack(past)


def by_count(lanes: Given) -> dict[str, Array]:
    """Response after each of :data:`COUNTS` sessions."""
    return respond([Course(sessions=count) for count in COUNTS], lanes)


def by_interval(lanes: Given) -> dict[str, Array]:
    """Response at each of :data:`WEEKS` between sessions."""
    return respond([Course(interval=weeks * WEEK) for weeks in WEEKS], lanes)


def remaining(values: Array) -> Array:
    """Each session's further gain over the one before it, shape (counts - 2, members).

    >>> remaining(np.array([[1.0], [1.5], [1.75]]))
    array([[0.5]])
    """
    steps = np.diff(values, axis=0)
    before = np.where(np.abs(steps[:-1]) > np.finfo(float).eps, steps[:-1], np.nan)
    return np.asarray(steps[1:] / before)


def band(values: Array) -> tuple[Array, Array, Array]:
    """The 5th, 50th and 95th percentile over the members, which come last."""
    low, middle, high = np.nanquantile(values, [0.05, 0.5, 0.95], axis=-1)
    return low, middle, high


def plain_mean(lanes: Given) -> Given:
    """The same lanes in which a track is heard everywhere: the injury as its plain mean."""
    everywhere = np.full(len(lanes), EVERYWHERE)
    given = {**lanes.given, "healing.reach": everywhere}
    return Given(lanes.registry, lanes.seed, lanes.members, given=given)


def roused_share(lanes: Given, densities: Sequence[float] = DENSITIES) -> Array:
    """Share of the tissue that hears tracks of each density per cm², shape (densities, members)."""
    heard = lanes.stage("healing").reach
    tracks = np.asarray(densities)[:, None] * units.PER_CM2 * units.MILLI**2
    return closure.roused(tracks, heard)


def over_a_year(lanes: Given) -> dict[str, Array]:
    """Papillary collagen, its pools and its stained area on the days of :data:`YEAR`."""
    tissue, column, many = healed([Course()], lanes, YEAR)
    top = tissue.layers[:1]
    pools = ("collagen", "collagen III", "new collagen I", "matured collagen", "mature collagen")
    found = {name: tissue.dermis(name, top, column) for name in pools}
    return {**found, "stained area": observation.stained_area(tissue.fields, many)}


def readings(lanes: Given, day: float = EARLY) -> list[tuple[str, Array]]:
    """What every instrument reads of one tissue ``day`` days after the last session."""
    last = Course().days[-1]
    tissue, _, many = healed([Course()], lanes, [0.0, last + day])
    return [
        (one.name, one.read(tissue.fields, many)[1]) for one in observation.INSTRUMENTS.values()
    ]


def gated(lanes: Given, days: Sequence[float]) -> tuple[Array, Array]:
    """Stiffness gate of the roused tissue after one session, and myofibroblasts over residents.

    Both of shape (days, members), in the uppermost cell.
    """
    tissue, _, many = healed([Course(sessions=1)], lanes, days)
    k, s, heard = many.stage("healing"), tissue.fields.by_species, tissue.fields.roused[:, 0]
    heard = np.where(heard > 0, heard, 1.0)
    kinds = ("fibroblasts", "committed", "myofibroblasts")
    cells = sum(s[name][:, 0] for name in kinds) / heard
    stiffened = cells / (k.stiffness_cells * k.fibroblast_density + cells)
    stiff = k.dermis_stiffness + (k.granulation_stiffness - k.dermis_stiffness) * stiffened
    gate = stiff**2 / (k.stiffness_half**2 + stiff**2)
    return np.asarray(gate), s["myofibroblasts"][:, 0] / heard / k.fibroblast_density


def heated(lanes: Given, days: Sequence[float]) -> dict[str, Array]:
    """A zone of heat without tracks, by day: what was denatured, and collagen, of the intact.

    A plain zone over the upper half of the dermis, of which :data:`HEATED` is denatured and dead.
    """
    course = Course()
    _, column = column_for(course, lanes)
    none = np.zeros_like(column.width)
    zone = none + HEATED * (column.depth < column.edges.mean(axis=0))
    injury = Injury(column.edges, none, none, zone, zone, none, none)
    tissue = heal([(0.0, injury)], column, Body.healthy(len(lanes)), lanes, days)
    layers = tissue.layers[:1]
    return {
        name: tissue.dermis(name, layers, column) / HEATED
        for name in ("denatured collagen", "collagen", "mature collagen")
    }


def darkened(lanes: Given, days: Sequence[float]) -> dict[int, Array]:
    """Melanin above rest by day after one session, by phototype."""
    course, found = Course(sessions=1), {}
    for phototype in PHOTOTYPES:
        body = replace(Body.healthy(len(lanes)), phototype=np.full(len(lanes), float(phototype)))
        found[phototype] = healed_in(course, body, lanes, days)[0].melanin
    return found


def aged(lanes: Given) -> list[tuple[str, Array, Array, Array]]:
    """Who heals how much: who, intact collagen over a young one's, gain, loss of a year.

    The gain is that of papillary collagen eight weeks on, as a share of the own intact collagen.
    """
    course, one = Course(), np.ones(len(lanes))
    days = [0.0, course.days[-1] + EARLY]
    found = []
    for who, changes in BODIES.items():
        body = replace(Body.healthy(len(lanes)), **{k: v * one for k, v in changes.items()})
        tissue, column = healed_in(course, body, lanes, days)
        gain = tissue.dermis("collagen", tissue.layers[:1], column)[1]
        intact = ageing.intact_factor(body, lanes)
        found.append((who, intact, gain, ageing.yearly_loss(body, lanes)))
    return found
