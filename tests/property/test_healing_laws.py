"""Laws of healing that hold for any draw, wound and schedule of sessions."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinprick.evidence import Lanes, registry
from pinprick.healing.body import Body
from pinprick.healing.care import Care
from pinprick.healing.reactions import SHARE, TABLE
from pinprick.healing.tissue import Tissue, heal
from pinprick.learning.priors import MOST_RHO, priors, rho, values
from pinprick.medium.column import DERMIS_CELLS, Column, column
from pinprick.medium.layers import Injury

Array = np.ndarray[Any, np.dtype[np.float64]]
LANES = 64  # draws and people of one example
UNHURT = slice(0, 4)  # lanes that no example wounds
ROUNDING = 1e-6  # share of a species' scale, the solver's own
KINDS = ("shipped", "prior", "valid")


# -- draws ----------------------------------------------------------------------------------------


def draws(kind: str, seed: int) -> Lanes:
    """Lanes of the shipped draws, of the whole prior, or of all that the registry allows.

    Values are drawn towards the ends of their ranges as well as within; a draw whose signal could
    keep itself alive is replaced by one that could not.
    """
    lanes = Lanes(registry(), seed, range(0, 4 * LANES, 4))
    if kind == "shipped":
        return lanes
    rng = np.random.default_rng(seed)
    pool = 60 * LANES  # about one in ten passes the rule
    found = {}
    if kind == "prior":
        normal = 1.5 * rng.standard_normal((pool, len(priors())))
        found = values(normal)
    else:
        for p in registry().stage("healing"):
            share = rng.beta(0.7, 0.7, pool)
            wide = p.low > 0 and p.high / p.low > 10
            ends = np.log([p.low, p.high]) if wide else (p.low, p.high)
            drawn = ends[0] + share * (ends[1] - ends[0])
            found[p.name.rpartition(".")[2]] = np.exp(drawn) if wide else drawn
    sound = np.flatnonzero(rho(found) <= MOST_RHO)[:LANES]
    assert len(sound) == LANES
    for name, value in found.items():
        if f"healing.{name}" in registry().parameters:
            lanes._known[f"healing.{name}"] = value[sound]
    return lanes


# -- wounds, bodies, schedules --------------------------------------------------------------------


class Course(NamedTuple):
    """Sessions as Hypothesis draws them: days between, and for each what it does at its most."""

    kind: str
    seed: int
    between: list[float]
    tracks: list[float]  # per cm²
    shares: list[tuple[float, float, float, float]]  # displaced, removed, dead, denatured


share = st.floats(0.0, 1.0)
sessions = st.integers(1, 12)


def courses(kind: str) -> st.SearchStrategy[Course]:
    def of(count: int) -> st.SearchStrategy[Course]:
        def each(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
            return st.lists(strategy, min_size=count, max_size=count)

        return st.builds(
            Course,
            st.just(kind),
            st.integers(0, 2**31),
            each(st.floats(1.0, 200.0)),
            each(st.floats(0.0, 2000.0)),
            each(st.tuples(share, share, share, share)),
        )

    return sessions.flatmap(of)


def skin(rng: Any) -> Column:
    """Thin and thick dermis, one a lane."""
    papillary, reticular = rng.uniform(0.05e-3, 0.3e-3, LANES), rng.uniform(0.3e-3, 2.5e-3, LANES)
    thick = (papillary, reticular / 2, reticular / 2)
    layers = {
        name: (t, cells) for (name, cells), t in zip(DERMIS_CELLS.items(), thick, strict=True)
    }
    return column(rng.uniform(3e-5, 1.2e-4, LANES), layers)


def wound(col: Column, rng: Any, most: float, shares: tuple[float, ...]) -> Injury:
    """A wound that ends at some depth of its own in each lane; a few lanes have none."""
    ends = rng.uniform(0.1e-3, 3e-3, LANES)
    soft = rng.uniform(1e-5, 3e-4, LANES)
    there = 0.5 * (1 - np.tanh((col.depth - ends) / soft))
    there[:, UNHURT] = 0.0
    # Some lanes get all of what Hypothesis drew, others any part of it, some none.
    part = rng.choice([0.0, 1.0, 0.3], (5, LANES)) * rng.uniform(0, 1, (5, LANES)) ** 0.5
    part[:, LANES // 2 :] = 1.0
    most_there = [there * p * s for p, s in zip(part, (most * 1e4, *shares), strict=True)]
    return Injury(col.edges, *most_there[1:], tracks=most_there[0], radius=0 * there + 1e-4)


def bodies(rng: Any) -> Body:
    def of(high: float) -> Array:
        return np.asarray(rng.uniform(0, high, LANES))

    return Body(
        age=18 + of(75),
        smoker=rng.integers(0, 2, LANES) * 1.0,
        diabetes=rng.integers(0, 2, LANES) * 1.0,
        sun=of(1),
        menopause=rng.integers(0, 2, LANES) * of(40),
        phototype=rng.integers(1, 7, LANES) * 1.0,
    )


def healed(course: Course) -> tuple[Tissue, Column]:
    rng = np.random.default_rng(course.seed)
    lanes, col, body = draws(course.kind, course.seed), skin(rng), bodies(rng)
    care = Care(*(rng.uniform(*ends, LANES) for ends in ((1, 3), (0.5, 1.5), (0.3, 1), (0.2, 1))))
    days = np.cumsum([0.0, *course.between[:-1]])
    done = [
        (float(day), wound(col, rng, most, shares))
        for day, most, shares in zip(days, course.tracks, course.shares, strict=True)
    ]
    asked = sorted({*days, *(days + 0.5), *(days + 10.0), days[-1] + 90.0, days[-1] + 365.0})
    return heal(done, col, body, lanes, asked, care=care), col


# -- laws -----------------------------------------------------------------------------------------


def lawful(tissue: Tissue) -> None:
    field, intact = tissue.fields.by_species, tissue.fields.intact
    for species in TABLE.species:
        values = field[species.name]
        assert np.all(np.isfinite(values)), species.name
        assert np.all(values >= -ROUNDING * species.scale), species.name
        assert np.all(values[..., UNHURT] == 0), f"{species.name} without injury"
    above = 1 + 1e-4
    assert np.all(field["elastin_lost"] <= above)
    assert np.all(field["mature_lost"] <= intact * above)
    assert np.all(field["tropoelastin"] + field["elastin_new"] <= above)
    for part in fields(tissue):
        value = getattr(tissue, part.name)
        for array in value.values() if isinstance(value, dict) else [value]:
            assert not isinstance(array, np.ndarray) or np.all(np.isfinite(array)), part.name
    assert np.all((tissue.open >= 0) & (tissue.open <= 1))
    assert np.all((tissue.fields.roused >= 0) & (tissue.fields.roused <= 1))


@pytest.mark.parametrize("kind", KINDS)
def test_any_course_heals_by_the_laws(kind: str) -> None:
    @given(course=courses(kind))
    @settings(max_examples=12, deadline=None)
    def holds(course: Course) -> None:
        lawful(healed(course)[0])

    holds()


@pytest.mark.verify
@pytest.mark.parametrize("kind", KINDS)
def test_any_of_many_courses_heals_by_the_laws(kind: str) -> None:
    @given(course=courses(kind))
    @settings(max_examples=150, deadline=None)
    def holds(course: Course) -> None:
        lawful(healed(course)[0])

    holds()


@given(course=courses("shipped"))
@settings(max_examples=10, deadline=None)
def test_sessions_that_wound_nothing_change_nothing(course: Course) -> None:
    nothing = course._replace(
        tracks=[0.0] * len(course.tracks), shares=[(0.0, 0.0, 0.0, 0.0)] * len(course.shares)
    )
    tissue, _ = healed(nothing)
    for name, field in tissue.fields.by_species.items():
        if name not in ("bare", "closing"):  # states of a track, set whether or not there is one
            assert np.all(field == 0), name
    assert np.all(tissue.profile == 0)


@given(course=courses("shipped"), day=st.floats(1.0, 200.0))
@settings(max_examples=10, deadline=None)
def test_what_comes_later_does_not_reach_back(course: Course, day: float) -> None:
    """Tissue before a session is the same whether or not that session follows."""
    one = course._replace(between=[day, *course.between])
    tissue, _ = healed(one._replace(between=one.between[: len(one.tracks)]))
    first = one._replace(between=[day], tracks=one.tracks[:1], shares=one.shares[:1])
    alone, _ = healed(first)
    for early in [t for t in (0.0, 0.5) if t < day]:
        both = [list(x.days).index(early) for x in (tissue, alone)]
        for name in TABLE.index:
            pair = [
                x.fields.by_species[name][i] for x, i in zip((tissue, alone), both, strict=True)
            ]
            assert np.array_equal(*pair), name


def test_every_share_is_one() -> None:
    """A wound that takes everything leaves no share of channels or debris above one per session."""
    course = Course("shipped", 1, [1.0] * 12, [2000.0] * 12, [(1.0, 1.0, 1.0, 1.0)] * 12)
    tissue, _ = healed(course)
    lawful(tissue)
    for species in TABLE.species:
        if species.unit == SHARE and species.name in ("clot", "debris", "bare", "closing"):
            assert np.all(tissue.fields.by_species[species.name] <= 12)
