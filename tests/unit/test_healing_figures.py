"""Curves of healing, their figures, and what drives the gain."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from pinprick import units
from pinprick.evidence import registry
from pinprick.forecasting import healing_curves as curves
from pinprick.forecasting.figures import healing as figures
from pinprick.learning import sensitivity
from pinprick.learning.priors import MOST_RHO

MEMBERS = 12
SOME = np.linspace(0.0, 0.3, 5 * MEMBERS).reshape(5, MEMBERS)


@cache
def lanes() -> curves.Given:
    return curves.people(MEMBERS)


@cache
def by_depth() -> Any:
    return curves.by_depth(lanes())


def made(like: tuple[float, ...]) -> np.ndarray[Any, Any]:
    rises = np.linspace(0.0, 1.0, len(like))[:, None]
    return rises * np.linspace(0.1, 0.3, MEMBERS)


@cache
def drawn() -> dict[str, Figure]:
    """Every figure, of made-up values."""
    names = [name for name, *_ in (*figures.MAIN, *figures.DEEP)]
    density = dict.fromkeys(names, made(curves.DENSITIES))
    depth, count = (dict.fromkeys(names, made(x)) for x in (curves.DEPTHS, curves.COUNTS))
    weeks = dict.fromkeys(names, 0.1 + made(curves.WEEKS))
    pools = ("collagen", "stained area", "new collagen I", "collagen III", "matured collagen",
             "mature collagen")  # fmt: skip
    days = (0.0, 7.0, 30.0)
    heat = dict.fromkeys(("denatured collagen", "collagen"), made(days))
    effects = [
        sensitivity.Effect("mature", f"{i}", f"input {i}", i, 0.1, i, 0.1, 0.05, 0.2, 0.05)
        for i in range(14)
    ]
    return {
        "density": figures.by_density(density),
        "depth": figures.by_depth(depth, made(curves.DEPTHS) * 3),
        "count": figures.by_count(count),
        "interval": figures.by_interval(weeks, weeks),
        "year": figures.year(dict.fromkeys(pools, made(curves.YEAR))),
        "averaging": figures.rousing(*(made(curves.DENSITIES) for _ in range(3))),
        "alive": figures.alive(np.geomspace(0.01, 100, 200), np.arange(200) > 120, MOST_RHO),
        "silent": figures.silent(SOME[0] - 0.01, SOME[1]),
        "instruments": figures.instruments([("collagen by mass", SOME[1]), ("flow", -SOME[1])]),
        "small": figures.small_traps(days, (made(days), made(days)), days, heat, {1: made(days)}),
        "drivers": figures.drivers(effects, [("input 1", -0.5)], "mature", 50),
    }


@pytest.mark.parametrize("name", sorted(drawn()))
def test_figures_have_labels_and_can_be_saved(name: str) -> None:
    figure = drawn()[name]
    labels = [axes.get_xlabel() for axes in figure.axes]
    assert all(labels)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=30)
    assert out.getvalue().startswith(b"\x89PNG")


def test_the_memory_is_labelled() -> None:
    titles = [axes.get_title() for axes in drawn()["interval"].axes]
    assert "mechanism" not in titles[0]
    assert "mechanism" in titles[1]
    assert registry().parameter("healing.memory").value == 0


def test_the_density_is_the_one_asked_for() -> None:
    course = curves.Course(per_cm2=120.0)
    skin, column = curves.column_for(course, lanes())
    injury = curves.injury_of(course, skin, column, lanes())
    assert injury.tracks[0] / units.PER_CM2 == pytest.approx(np.full(MEMBERS, 120.0), rel=0.02)
    assert np.all(injury.displaced + injury.dead <= 1.0)


def test_members_do_not_know_of_their_neighbours() -> None:
    courses = [curves.Course(per_cm2=dense) for dense in (50.0, 250.0)]
    both = curves.respond(courses, lanes())
    alone = curves.respond(courses[1:], lanes())
    for name in curves.QUANTITIES:
        assert both[name][1] == pytest.approx(alone[name][0], abs=1e-6)


def test_more_tracks_more_response() -> None:
    courses = [curves.Course(per_cm2=dense) for dense in (10.0, 100.0, 1000.0)]
    found = curves.respond(courses, lanes())
    for name in ("total", "stained", "total, whole dermis"):
        assert np.all(np.diff(found[name], axis=0) > 0), name


def test_depth_helps_only_within_the_dermis() -> None:
    found, past = by_depth()
    whole = np.median(found["total, whole dermis"], axis=1)
    assert np.all(np.diff(whole) > -1e-3 * whole[-1])
    beyond = past > 0.99  # of a version's tracks end below its dermis
    for member in range(MEMBERS):
        flat = found["total, whole dermis"][beyond[:, member], member]
        # what is left: a cone leaves a wider track, and so more dead cells, the deeper it goes
        assert flat.size == 0 or np.ptp(flat) <= 0.06 * flat.max()
    shallow, deep = curves.DEPTHS.index(0.0005), len(curves.DEPTHS) - 1
    assert whole[shallow] < 0.6 * whole[deep]


def test_the_stained_area_saturates_over_sessions() -> None:
    counts = [curves.Course(sessions=count) for count in (1, 2, 3, 4)]
    area = curves.respond(counts, lanes())["stained"]
    left = np.median(curves.remaining(area), axis=1)
    assert np.all(np.diff(area, axis=0) > 0)
    assert np.all((left > 0.3) & (left < 0.75))


def test_late_only_the_mature_pool_rises() -> None:
    last = curves.Course().days[-1]
    tissue, column, _ = curves.healed([curves.Course()], lanes(), [0.0, last + 91, last + 182])

    def change(quantity: str) -> Any:
        return np.diff(tissue.dermis(quantity, tissue.layers[:1], column)[1:], axis=0)[0]

    assert np.all(change("mature collagen") > 0)
    for quantity in ("collagen III", "new collagen I", "collagen"):
        assert np.all(change(quantity) < 0), quantity


def test_the_plain_mean_answers_another_question() -> None:
    sparse = [curves.Course(per_cm2=50.0)]
    two = curves.respond(sparse, lanes())["total"]
    mean = curves.respond(sparse, curves.plain_mean(lanes()))["total"]
    assert np.median(np.abs(mean / two - 1)) > 0.1
    assert np.all(curves.roused_share(curves.plain_mean(lanes())) > 0.999)


def test_inputs_of_the_study_are_those_that_healing_hears() -> None:
    names = {i.name for i in sensitivity.inputs()}
    assert {"fibroblast_tgfb", "tgfb_reach", "roller_density", "young_share"} <= names
    assert not {"area_per_mass", "baseline_area", "pen_density"} & names


def test_the_rule_holds_over_the_whole_prior() -> None:
    unit = np.random.default_rng(1).random((200, len(sensitivity.inputs())))
    free, held = (sensitivity.lanes_at(unit, rule=rule)[0] for rule in (False, True))
    assert sensitivity.rho_of(free).max() > MOST_RHO
    assert sensitivity.rho_of(held).max() <= MOST_RHO * (1 + 1e-9)


def test_a_study_is_written_and_read_again() -> None:
    pytest.importorskip("SALib")
    effects = sensitivity.study(trajectories=4, samples=8)
    assert len(effects) == len(sensitivity.OUTPUTS) * len(sensitivity.inputs())
    text = sensitivity.as_csv(effects, {"rests on": sensitivity.digest(), "seed": 0})
    again, head = sensitivity.from_csv(text)
    assert head == {"rests on": sensitivity.digest(), "seed": "0"}
    assert [(e.output, e.input, e.title) for e in again] == [
        (e.output, e.input, e.title) for e in effects
    ]
    assert [e.mu_star for e in again] == pytest.approx([e.mu_star for e in effects], rel=1e-3)


def test_the_draws_are_asked_what_goes_with_the_gain() -> None:
    gained, ranks = sensitivity.over_the_draws()
    count = len(registry().tables["healing_draws"]["kD"])
    assert {len(values) for values in gained.values()} == {count}
    for rows in ranks.values():
        sizes = [abs(value) for _, value in rows]
        assert sizes == sorted(sizes, reverse=True)
        assert max(sizes) <= 1
