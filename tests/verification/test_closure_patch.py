"""The biology in a patch: its wounds, what it refuses, and the closure measured against it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import closure_error as found
import closure_patch as block
import numpy as np
import pytest

from pinprick.forecasting.figures import patch as patch_figure
from pinprick.healing.body import Body
from pinprick.healing.patch import HealingPatch, Needling, heal_patch
from pinprick.healing.reactions import TABLE
from pinprick.healing.track import around_a_track, heal_track
from pinprick.medium.layers import Injury
from pinprick.medium.patch import Patch
from pinprick.medium.schedule import SINGLE

SIDE = np.sqrt(2 / 250e4)  # m: room for two tracks at 250 per cm²
FACES = np.linspace(0, SIDE, 7)  # of all fast tests, so that there is one compilation
PLACES = np.array([[0.25, 0.3], [0.75, 0.8]]) * SIDE


def small(count: int = 7) -> Patch:
    faces = FACES if count == 7 else np.linspace(0, SIDE, count)
    return Patch(found.dermis(1, (2, 1, 0)), faces, faces)


def injury(patch: Patch, tracks: float = 250e4, **shares: float) -> Injury:
    """The same at all depths."""
    none = np.zeros_like(patch.column.depth)
    hurt = {name: none + shares.get(name, 0.0) for name in ("removed", "dead", "denatured")}
    return Injury(patch.column.edges, none, tracks=none + tracks, radius=none + 1e-4, **hurt)


def healed(sessions: list[Needling], days: list[float], **more: object) -> HealingPatch:
    body, lanes = Body.healthy(1), block.draw_of(0)
    return heal_patch(sessions, small(), body, lanes, days, **more)  # type: ignore[arg-type]


def test_a_patch_holds_the_clot_of_its_tracks() -> None:
    made = healed([Needling(0.0, injury(small()), PLACES)], [0.0])
    radius = float(block.draw_of(0)["healing.bleeding_radius"][0])
    for name in ("clot", "debris", "bare"):
        mean = made.mean(made.by_species[name])[0, :, 0]
        assert np.allclose(mean, 2.5 * np.pi * radius**2, rtol=1e-12), name


def test_tracks_end_one_after_another_the_deepest_first() -> None:
    patch = small()
    fewer = replace(injury(patch), tracks=np.array([[2.0], [1.4], [0.5]]) / SIDE**2)
    clot = healed([Needling(0.0, fewer, PLACES)], [0.0]).by_species["clot"][0]
    first = patch.share_within(tuple(PLACES[0]), 1e-5, 1e-4)[0] > 0
    second = patch.share_within(tuple(PLACES[1]), 1e-5, 1e-4)[0] > 0
    assert np.allclose(clot[1, first], clot[0, first])
    assert np.allclose(clot[2, first], 0.5 * clot[0, first])
    assert np.allclose(clot[1, second], 0.4 * clot[0, second])
    assert np.all(clot[2, second] == 0)


def test_dead_and_lost_tissue_keeps_its_share() -> None:
    shares = {"dead": 0.02, "denatured": 0.05, "removed": 0.01}
    for tracks in (250e4, 60e4, 0.0):  # with 0 tracks what is lost lies below all of them
        made = healed([Needling(0.0, injury(small(), tracks, **shares), PLACES)], [0.0])
        intact = made.intact[:, 0]
        for name, share in (("denatured", 0.05), ("mature_lost", 0.06)):
            assert np.allclose(made.mean(made.by_species[name])[0], share * intact), name


def test_without_a_wound_nothing_happens() -> None:
    made = healed([Needling(0.0, injury(small(), 0.0), PLACES)], [0.0, 3.0])
    assert all(np.all(field == 0) for field in made.by_species.values())


def test_a_later_session_wounds_what_is_there() -> None:
    sessions = [Needling(0.0, injury(small()), PLACES),
                Needling(2.0, injury(small()), PLACES[:, ::-1])]  # fmt: skip
    one, two = (healed(sessions[:n], [0.0, 2.0]) for n in (1, 2))
    fresh = healed([Needling(0.0, injury(small()), PLACES[:, ::-1])], [0.0])
    added = two.by_species["clot"][1] - one.by_species["clot"][1]
    assert np.allclose(added, fresh.by_species["clot"][0])
    assert np.array_equal(two.by_species["collagen_1"], one.by_species["collagen_1"])


def test_a_healing_patch_is_stopped_and_taken_up_again(tmp_path: Path) -> None:
    sessions = [Needling(0.0, injury(small()), PLACES)]
    days, seen = [0.0, 0.5, 1.0], []
    whole = healed(sessions, days)

    def stop(day: float, last: float) -> None:
        seen.append(day)
        if day > 0.6:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        healed(sessions, days, progress=stop, keep=tmp_path / "kept")
    before = len(seen)
    again = healed(sessions, days, progress=lambda day, _: seen.append(day), keep=tmp_path / "kept")
    assert np.all(np.diff(seen) > 0) and seen[before] > 0.6, "nothing is walked twice"
    assert np.isclose(seen[-1], 1.0)
    for name in TABLE.index:
        assert np.array_equal(again.by_species[name], whole.by_species[name]), name
    with pytest.raises(ValueError, match="another walk; remove it or name another file"):
        healed([Needling(0.0, injury(small()), PLACES[::-1] * 0.9)], days, keep=tmp_path / "kept")


def test_bad_sessions_are_errors_that_name_a_way_out() -> None:
    patch, places = small(), PLACES
    for given, says in (
        (lambda: Needling(0.0, injury(patch), places[0]), "shape"),
        (lambda: Needling(0.0, injury(patch), places * np.nan), "finite"),
        (lambda: Needling(0.0, found.needled(found.dermis(2), 250), places), "one member"),
        (lambda: healed([Needling(0.0, injury(patch), places + SIDE)], [0.0]), "outside the patch"),
        (lambda: healed([Needling(0.0, injury(patch), places[:1])], [0.0]), "name more places"),
        (lambda: healed([Needling(0.0, found.needled(found.dermis(1), 250), places)], [0.0]),
         "8 depths, the patch has 3"),
        (lambda: heal_patch([], patch, Body.healthy(2), found.draws(2), [0.0]), "in turn"),
        (lambda: healed([Needling(1.0, injury(patch), places)], [0.0, 0.0]), "increase"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=says):
            given()


def test_scattered_tracks_keep_apart_across_the_sides() -> None:
    places = patch_figure.scattered(12, 1.0, 0.2, 5)
    apart = abs(places[:, None] - places[None])
    apart = np.hypot(*np.moveaxis(np.minimum(apart, 1 - apart), -1, 0))
    assert np.min(apart + np.eye(12)) >= 0.2
    assert np.array_equal(places, patch_figure.scattered(12, 1.0, 0.2, 5))
    with pytest.raises(ValueError, match="no room"):
        patch_figure.scattered(30, 1.0, 0.3, 5)


def test_pictures_of_a_patch_show_every_day_row_and_unit() -> None:
    rng, days = np.random.default_rng(0), patch_figure.DAYS
    for rows in (patch_figure.ROWS, patch_figure.TRACER):
        above = rng.random((len(rows), len(days), 6, 6))
        section = rng.random((len(rows), len(days), 5, 6))
        above[:, 0], section[:, 0] = 0, 0
        scene = patch_figure.Scene(
            rows, days, np.linspace(0.06, 1.4, 6), np.linspace(0, 2, 7), above, section,
            PLACES / SIDE * 2, np.array([0.6, 0.5]), 0.08, 0.1, 0.6, 0.2, "A note.",
        )  # fmt: skip
        figure = patch_figure.patch_by_day(scene)
        figure.canvas.draw()
        titles = [axes.get_title() for axes in figure.axes]
        assert [t for t in titles if t] == [f"day {day}" for day in days]
        labels = [axes.get_ylabel() for axes in figure.axes]
        assert all(any(r.name in text and r.unit in text for text in labels) for r in rows)
        texts = [text.get_text() for axes in figure.axes for text in axes.texts]
        assert f"{patch_figure.SCALE_BAR:g} mm" in texts and texts.count("none yet") == len(rows)
        assert figure.get_supxlabel().endswith("A note.")


# -- measured and bounded -------------------------------------------------------------------------


@pytest.mark.verify
def test_a_lattice_of_tracks_is_one_track_in_its_cell() -> None:
    col, days = found.dermis(1), [0.0, 3.0, 7.0, 28.0, 56.0]
    faces = np.linspace(0, np.sqrt(1 / 250e4), 13)
    hurt, lanes, body = found.needled(col, 250), block.draw_of(2), Body.healthy(1)
    session = Needling(0.0, hurt, np.full((1, 2), faces[-1] / 2))
    wide = heal_patch([session], Patch(col, faces, faces), body, lanes, days, preset=SINGLE)
    cell = around_a_track(col, 250e4, 7e-5, found.RINGS)
    ring = heal_track([(0.0, hurt)], cell, body, lanes, days)
    for name, bound in (("tgfb", 0.01), ("fibroblasts", 0.01), ("collagen_1", 0.01)):
        ours = wide.mean(wide.by_species[name])[1:]
        other = ring.mean(ring.by_species[name])[1:]
        print(name, np.abs(ours - other).max() / other.max())
        assert np.abs(ours - other).max() < bound * other.max(), name


@pytest.mark.verify
def test_the_patch_does_not_depend_on_its_mesh_or_steps() -> None:
    base = np.array(block.gains(block.in_patch(2)))
    finer = np.array(block.gains(block.in_patch(2, across=32)))
    slower = np.array(block.gains(block.in_patch(2, preset=SINGLE)))
    print(finer / base - 1, slower / base - 1)
    assert np.allclose(finer, base, rtol=0.01) and np.allclose(slower, base, rtol=0.005)


@pytest.mark.verify
def test_the_closure_against_tracks_in_three_dimensions() -> None:
    rows = block.against_patch()
    print("\n" + "\n".join(" | ".join(row) for row in [block.HEAD, *block.rows()]))
    error = {name: np.stack([row.error for row in both]) for name, both in rows.items()}
    cell, two = error["The cell of one track"], error["Two fractions"]
    mean = error["The plain mean of the injury"]
    # A lattice has no gaps, chance has: an upper bound, and a near one.
    assert np.all(cell > -0.03) and cell.max() < 0.35 and np.all(np.median(cell, axis=1) < 0.12)
    # Where signals spread so far that the tissue heals as one, the plain mean is no worse.
    assert np.abs(two).max() < 1.0 and np.all(np.abs(np.median(two, axis=1)) < 0.25)
    assert np.abs(mean).max() < 0.6 and np.all(np.abs(np.median(mean, axis=1)) < 0.25)
