"""The catalogue of devices: every figure has a source and a status, and none is out of scale."""

from __future__ import annotations

import os
import re
from math import pi
from pathlib import Path

import pytest

from pinprick import devices
from pinprick.case import Case, example_path
from pinprick.faults import InputError

PENS = ["pen-12", "pen-14", "pen-36", "pen-6"]
HOT = ["rf-25-bare", "rf-49-insulated"]
NAMES = [*PENS, *HOT, "roller-192", "roller-540", "roller-home", "stamp-35"]


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
    assert 0 <= item.length_min < item.length_max <= (3.5e-3 if name in HOT else 3e-3)
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


@pytest.mark.parametrize("name", NAMES)
def test_what_a_device_must_state(name: str) -> None:
    labels = [label for label, *_ in devices.to_be_stated(devices.device(name))]
    for word in ("length", "geometry", "depth", "rate"):
        assert any(word in label for label in labels)


@pytest.mark.parametrize("name", HOT)
def test_a_case_with_heat_needs_the_energy_of_a_pin(name: str) -> None:
    text = example_path("acne-scars").read_text("utf-8")
    bare = re.sub(r"device: pen .*", f"device: {name}", text).replace("seconds_per_cm2", "passes")
    with pytest.raises(InputError, match="the maker must state"):
        Case.loads(bare)
    stated = "radiofrequency: {energy_per_pin: 20 mJ, pulse: 100 ms}\n        glide_product:"
    [step] = Case.loads(bare.replace("glide_product:", stated)).course.needling
    assert step.radiofrequency is not None
    assert step.radiofrequency.energy_per_pin == pytest.approx(0.02)


def test_only_a_radiofrequency_tip_takes_an_energy() -> None:
    text = example_path("acne-scars").read_text("utf-8")
    stated = "radiofrequency: {energy_per_pin: 20 mJ, pulse: 100 ms}\n        glide_product:"
    with pytest.raises(InputError, match="only with such a tip"):
        Case.loads(text.replace("glide_product:", stated))


OWN = """
name: my-pen
title: Pen with 16 needles
kind: pen
home: no
needles: 16
length_min: 0.25 mm
length_max: 2.0 mm
shaft_diameter: 0.21 mm
tip_diameter: 10 um
cone_angle: 15 deg
working_width: 9 mm
stroke_rate: 100 1/s
"""


def own(folder: Path, **changed: str) -> Path:
    text = OWN
    for key, value in changed.items():
        text = re.sub(rf"(?m)^{key}:.*$", f"{key}: {value}", text)
    path = folder / "My-Pen.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_device_of_ones_own(tmp_path: Path) -> None:
    path = own(tmp_path)
    item = devices.load(path)
    assert item.needles == 16
    assert item.shaft_diameter == pytest.approx(0.21e-3)
    assert item.figures["shaft_diameter"].text == "0.21 mm"
    assert item.status == "stated"
    assert devices.device(str(path)) == item
    assert next(row[0] for row in devices.describe(item)) == "needles"
    case = example_path("acne-scars").read_text("utf-8").replace("device: pen ", f"device: {path} ")
    (needle,) = [step for step in Case.loads(case).course.steps if step.kind == "needle"]
    assert devices.device(needle.device) == item


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    path = own(tmp_path)
    assert devices.load(path).needles == 16
    own(tmp_path, needles="12")
    os.utime(path, ns=(1, 1))
    assert devices.load(path).needles == 12


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"needles": "1900"}, "as fit side by side"),
        ({"needles": "0"}, "1 to 2000 needles"),
        ({"tip_diameter": "90 um", "shaft_diameter": "80 um"}, "tapers to its tip"),
        ({"length_min": "3.0 mm"}, "at most length_max"),
        ({"length_max": "9 mm"}, "0.05 mm to 5 mm"),
        ({"shaft_diameter": "0.21"}, "with its unit"),
        ({"kind": "laser"}, "roller, pen, stamp"),
        ({"kind": "stamp"}, "only a pen has one"),
        ({"working_width": "0 mm"}, "1 mm to 100 mm"),
    ],
)
def test_an_impossible_device_is_refused(tmp_path: Path, changed: dict[str, str], why: str) -> None:
    with pytest.raises(InputError, match=re.escape(why)):
        devices.load(own(tmp_path, **changed))


def test_a_file_that_is_no_device(tmp_path: Path) -> None:
    for text in ("- a\n- b\n", "a: [", "just words"):
        path = tmp_path / "x.yaml"
        path.write_text(text, "utf-8")
        os.utime(path, ns=(len(text), len(text)))
        with pytest.raises(InputError):
            devices.load(path)
    with pytest.raises(InputError, match="no such file"):
        devices.load(tmp_path / "missing.yaml")


@pytest.mark.parametrize(
    ("find", "put", "why"),
    [
        (r"device: pen .*", "device: roller-home", "0.2 mm to 0.3 mm"),
        (r"area: 120 cm2", "area: 0 cm2", "0.1 cm2 to 2000 cm2"),
    ],
)
def test_a_case_that_cannot_be_is_refused_with_the_reason(find: str, put: str, why: str) -> None:
    text = re.sub(find, put, example_path("acne-scars").read_text("utf-8"))
    with pytest.raises(InputError, match=why):
        Case.loads(text)
