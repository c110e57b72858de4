"""The catalogue of devices: every figure has a source and a status, and none is out of scale."""

from __future__ import annotations

import re
from math import pi

import pytest

from pinprick import devices
from pinprick.faults import InputError

PENS = ["pen-12", "pen-14", "pen-36", "pen-6"]
NAMES = [*PENS, "roller-192", "roller-540", "roller-home", "stamp-35"]


def test_names() -> None:
    assert sorted(devices.catalogue()) == NAMES
    assert devices.device("roller") is devices.device("roller-192")
    assert devices.device(" Pen ").name == "pen-14"
    assert devices.device("stamp").kind == "stamp"


def test_unknown_device_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean roller"):
        devices.device("rollr")


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_rows_and_a_status(name: str) -> None:
    item = devices.device(name)
    for label, figure in item.figures.items():
        assert figure.status in ("read", "recalled", "derived", "assumed"), label
        assert figure.rows, f"{name}.{label} names no row"
        assert all(re.fullmatch(r"[a-z_]+:[\w-]+", row) for row in figure.rows)


@pytest.mark.parametrize("name", NAMES)
def test_a_device_is_whole(name: str) -> None:
    item = devices.device(name)
    assert 0 <= item.length_min < item.length_max <= 3e-3
    assert 5e-6 < item.tip_diameter < 30e-6 < item.shaft_diameter < 0.5e-3
    assert 0.1 < item.cone_angle < pi / 4
    assert (item.stroke_rate is not None) == (item.kind == "pen")
    assert (item.drum_diameter is not None) == (item.kind == "roller")
    assert (item.holes_per_pass is None) == (item.kind == "pen")
    assert item.home == (name == "roller-home")


def test_a_drum_of_192_needles_leaves_fifteen_holes_a_pass() -> None:
    holes = devices.device("roller").holes_per_pass
    assert holes is not None
    assert holes / 1e4 == pytest.approx(15.3, abs=0.05)
    assert 15 * holes / 1e4 == pytest.approx(229, abs=1)


@pytest.mark.parametrize(("length", "many"), [(0.5, 19), (1.0, 26), (1.5, 32), (2.0, 36)])
def test_needles_of_a_drum_that_are_in_the_skin(length: float, many: int) -> None:
    assert devices.needles_at_once(devices.device("roller"), length * 1e-3) == pytest.approx(
        many, abs=1.0
    )
    assert devices.needles_at_once(devices.device("pen"), length * 1e-3) == 14


@pytest.mark.parametrize("name", NAMES)
def test_describe(name: str) -> None:
    table = devices.describe(devices.device(name))
    labels = [row[0] for row in table]
    assert {"needles", "tip diameter", "longest setting"} <= set(labels)
    assert all(all(row) for row in table)
