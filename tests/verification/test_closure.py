"""One track in its cell, and the roused fraction measured against it."""

from __future__ import annotations

import closure_error as found
import numpy as np
import pytest

from pinprick.evidence import Lanes
from pinprick.forecasting.figures import track as track_figure
from pinprick.healing.body import Body
from pinprick.healing.care import Care
from pinprick.healing.reactions import TABLE
from pinprick.healing.tissue import heal
from pinprick.healing.track import Track, around_a_track, heal_track
from pinprick.medium.layers import Injury
from pinprick.medium.schedule import SINGLE

MEMBERS, FEW = 4, 6  # few rings, for the fast tests: all of one shape, so one compilation
SHALLOW = (1, 0, 0)


def one_depth(density: float, days: list[float], lanes: Lanes, **shares: float) -> Track:
    """Sessions on day 0 and 28 in one cell of depth."""
    members = len(lanes)
    col = found.dermis(members, SHALLOW)
    none = np.zeros_like(col.depth)
    hurt = {name: none + shares.get(name, 0.0) for name in ("removed", "dead", "denatured")}
    injury = Injury(col.edges, none, tracks=none + density, radius=none + 1e-4, **hurt)
    cell = around_a_track(col, shares.get("room", density), 7e-5, FEW)
    sessions = [(day, injury) for day in (0.0, found.SECOND) if day <= days[-1]]
    return heal_track(sessions, cell, Body.healthy(members), lanes, days)


def test_the_track_holds_the_clot_of_the_area() -> None:
    lanes = found.draws(MEMBERS)
    track = one_depth(2.5e6, [0.0], lanes)
    radius = lanes["healing.bleeding_radius"]
    for name in ("clot", "debris", "bare"):
        field = track.by_species[name]
        assert np.allclose(track.mean(field)[0, 0], 2.5 * np.pi * radius**2)
        assert np.all(np.diff(field[0, 0], axis=0) <= 0), "outwards there is less"
    assert np.isclose(track.cell.rings[-1], 1e-3 / np.sqrt(2.5 * np.pi))


def test_without_a_wound_nothing_happens() -> None:
    track = one_depth(0.0, [0.0, 14.0, 60.0], found.draws(MEMBERS), room=2.5e6)
    assert all(np.all(field == 0) for field in track.by_species.values())


def test_signals_spread_from_the_track_and_rouse_what_is_around() -> None:
    track = one_depth(1e6, [0.0, 3.0, 7.0], found.draws(MEMBERS))
    for name in ("tgfb", "m1", "fibroblasts"):
        field = track.by_species[name][:, 0]
        assert np.all(field[0] == 0)
        assert np.all(np.diff(field[1], axis=0) < 0), name
        assert np.all(field[2, -1] > 0), name
    assert np.all(track.by_species["bare"][1, 0, -1] == 0), "a wall does not spread"


def test_where_tracks_leave_no_room_the_column_agrees() -> None:
    """All tissue within the track: no rings to differ, nothing unroused."""
    days = [0.0, 14.0, 60.0]
    track = one_depth(1e9, days, found.draws(MEMBERS))
    col = found.dermis(MEMBERS, SHALLOW)
    none = np.zeros_like(col.depth)
    injury = Injury(col.edges, none, none, none, none, none + 1e9, none + 1e-4)
    sessions = [(0.0, injury), (found.SECOND, injury)]
    one = heal(
        sessions, col, Body.healthy(MEMBERS), found.draws(MEMBERS), days,
        preset=SINGLE, dtype=np.float64,
    )  # fmt: skip
    for species in TABLE.species:
        ours = track.mean(track.by_species[species.name])
        other = one.fields.by_species[species.name]
        # Two engines, two factorisations of one method: they differ by their time error.
        assert np.abs(ours - other).max() <= 2e-3 * max(np.abs(other).max(), species.scale)


def test_dead_and_lost_tissue_lies_around_the_track() -> None:
    shares = {"dead": 0.02, "denatured": 0.05, "removed": 0.01}
    track = one_depth(2.5e6, [0.0], found.draws(MEMBERS), **shares)
    assert np.allclose(track.mean(track.by_species["denatured"])[0], 0.05 * track.intact)
    assert np.allclose(track.mean(track.by_species["mature_lost"])[0], 0.06 * track.intact)
    assert np.all(track.by_species["mature_lost"][0, 0, -1] == 0)
    assert np.all(track.by_species["debris"] <= 1)


def test_tracks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="more tracks"):
        one_depth(3e6, [0.0], found.draws(MEMBERS), room=2.5e6)


def test_care_acts_on_the_wound() -> None:
    lanes = found.draws(MEMBERS)
    col = found.dermis(MEMBERS, SHALLOW)
    none = np.zeros_like(col.depth)
    injury = Injury(col.edges, none, none, none, none, none + 2.5e6, none + 1e-4)
    cell = around_a_track(col, 2.5e6, 7e-5, FEW)
    one = np.ones(MEMBERS)
    half = Care(one / 2, one, one, one)
    made = [
        heal_track([(0.0, injury)], cell, Body.healthy(MEMBERS), lanes, [0.0], care=care)
        for care in (None, half)
    ]
    whole, less = (t.mean(t.by_species["clot"]) for t in made)
    assert np.allclose(less, whole / 2)


def test_pictures_of_a_track_show_every_day_and_row() -> None:
    rows, days = len(track_figure.ROWS), track_figure.DAYS
    fields = np.random.default_rng(0).random((rows, len(days), 5, 4))
    fields[:, 0] = 0
    edges, rings = np.linspace(0.06, 1.0, 6), np.linspace(0, 0.8, 5)
    made = track_figure.Healing(days, edges, rings, fields, 0.07, 0.6, 0.2, 50.0, 8)
    figure = track_figure.healing_track(made)
    figure.canvas.draw()
    titles = [axes.get_title() for axes in figure.axes]
    assert [t for t in titles if t] == [f"day {day}" for day in days]
    labels = [axes.get_ylabel().replace("\n", " ") for axes in figure.axes]
    for name, unit, *_ in track_figure.ROWS:
        assert any(name.replace("\n", " ") in text and f"({unit})" in text for text in labels)
    assert "0.2 mm" in [text.get_text() for axes in figure.axes for text in axes.texts]


@pytest.mark.verify
def test_a_single_track_heals_in_the_order_of_wounds() -> None:
    found_ = track_figure.single_track(draws=2)
    signal, cells, collagen = found_.fields.max(axis=(2, 3))
    assert found_.days[int(signal.argmax())] in (1, 3)
    assert found_.days[int(cells.argmax())] in (7, 14)
    assert np.all(np.diff(collagen) > 0)
    assert np.all(found_.fields[2, -1, 0, 0] >= found_.fields[2, -1, :, -1])


# -- errors, measured and bounded -----------------------------------------------------------------


def errors(rows: list[found.Row]) -> dict[int, np.ndarray]:
    """Errors of all draws and quantities by density, once shown."""
    print("\n" + " | ".join(found.HEAD))
    print("\n".join(" | ".join(row) for row in found.shown(rows)))
    return {d: np.concatenate([r.error for r in rows if r.density == d]) for d in
            dict.fromkeys(r.density for r in rows)}  # fmt: skip


@pytest.mark.verify
def test_roused_fraction_against_one_track_in_its_cell() -> None:
    rows = found.against_unit_cell()
    error = errors(rows)
    assert found.rises(rows)
    assert abs(np.median(error[1000])) < 0.03 and np.abs(error[1000]).max() < 0.15
    assert abs(np.median(error[250])) < 0.15 and np.abs(error[250]).max() < 0.6
    assert abs(np.median(error[50])) < 2.0  # sparse tracks: the closure is a guess, and says so


@pytest.mark.verify
def test_one_track_in_its_cell_against_tracks_at_random_places() -> None:
    error = errors(found.against_square())
    assert np.abs(error[1000]).max() < 0.15
    assert np.abs(error[250]).max() < 0.6 and abs(np.median(error[250])) < 0.2
    assert abs(np.median(error[50])) < 0.4


@pytest.mark.verify
def test_the_square_does_not_depend_on_its_steps_or_pixels() -> None:
    side, pixels = found.SQUARES[1000]
    base = found.square(1000, side, pixels, MEMBERS)[0]
    assert np.allclose(found.square(1000, side, pixels, MEMBERS, finer=3)[0], base, rtol=0.01)
    assert np.allclose(found.square(1000, side, 2 * pixels, MEMBERS)[0], base, rtol=0.01)


@pytest.mark.verify
def test_the_cell_does_not_depend_on_its_rings() -> None:
    col, lanes, body = found.dermis(2), found.draws(2), Body.healthy(2)
    sessions = [(day, found.needled(col, 250)) for day in (0.0, found.SECOND)]
    ends = []
    for count in (10, 20):
        cell = around_a_track(col, 2.5e6, 7e-5, count)
        track = heal_track(sessions, cell, body, lanes, found.DAYS)
        ends.append(track.mean(track.gain)[2, :3])
    assert np.allclose(*ends, rtol=5e-3)


def test_mixing_against_every_history_of_hits() -> None:
    mixed = errors(found.against_histories())
    plain = errors(found.against_histories(reach=found.EVERYWHERE))
    for density, error in mixed.items():
        assert np.abs(error).max() < 0.12
        assert np.abs(error).mean() <= np.abs(plain[density]).mean() + 0.01
