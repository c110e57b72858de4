"""One session hole by hole: figures, the report's section, and what drives the injury."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from pinprick import devices
from pinprick.case import Case, example_path
from pinprick.cli import app
from pinprick.courses import Dose, Zone
from pinprick.evidence import Lanes, registry
from pinprick.exports.reports import punctures as section
from pinprick.exports.reports.page import render
from pinprick.forecasting import punctures, sensitivity
from pinprick.forecasting.figures import needling
from pinprick.forecasting.plan import Plan
from pinprick.needling.hand import hand

FIXTURE = Path(__file__).parents[1] / "fixtures" / "view.json"
SETTINGS = {"pen": ("cheek", 1.5e-3), "roller": ("forehead", 1.5e-3), "stamp": ("neck", 1.0e-3),
            "roller-home": ("cheek", 0.25e-3), "pen-6": ("upper lip", 0.5e-3)}  # fmt: skip


@cache
def laid(tool: str = "pen") -> punctures.Laid:
    site, depth = SETTINGS[tool]
    zone = Zone(name=site, body_site=site, depth=depth, dose=Dose(passes=4))
    lanes = Lanes(registry(), 0, [5])
    return punctures.lay_session(devices.device(tool), zone, "female", lanes)


@cache
def described(tool: str = "pen") -> dict[str, Any]:
    found = punctures.describe(laid(tool))
    found["closure"] = punctures.closure(registry(), 0, 16)
    return found


def forecast(members: int = 64) -> Any:
    """What of a forecast the pictures need, without the biology."""
    case = Case.load(example_path("acne-scars"))
    zones, sessions = Plan(case).zones, len(Plan(case).session_days)
    chance = np.random.default_rng(0)
    data = {
        "density": SimpleNamespace(values=chance.random((sessions, len(zones), members // 4, 4))),
        "track_depth": SimpleNamespace(values=chance.random((len(zones), members // 4, 4))),
    }
    data["zone"] = SimpleNamespace(values=np.array(list(zones)))
    for name in zones:
        thickness = SimpleNamespace(values=chance.random((members // 4, 4)))
        data[f"thickness.{name}.reticular dermis"] = thickness
    return SimpleNamespace(case=case, fields=data, registry=registry(), seed=3, members=members)


@pytest.mark.parametrize("tool", sorted(SETTINGS))
def test_depths_are_those_of_the_session(tool: str) -> None:
    made = laid(tool)
    assert made.map.depth.mean() == pytest.approx(made.track_depth, rel=0.1)
    assert made.map.depth.max() <= made.set_depth + 0.2e-3
    shares = [share for *_, share in punctures.by_layer(made)]
    assert sum(shares) == pytest.approx(1.0)


def test_the_version_shown_is_near_the_middle() -> None:
    made = forecast()
    member = punctures.middle_member(made, 0)
    for values in (made.fields["density"].values[0, 0], made.fields["track_depth"].values[0]):
        flat = values.reshape(-1)
        assert 0.25 < (flat < flat[member]).mean() < 0.75
    one, again = (punctures.of_forecast(made) for _ in range(2))
    assert np.array_equal(one.map.x, again.map.x)
    other = punctures.of_forecast(made, session=1)
    assert not np.array_equal(one.map.x[:50], other.map.x[:50])
    json.dumps(punctures.view(made), allow_nan=False)


@pytest.mark.parametrize("tool", sorted(SETTINGS))
def test_figures_have_labels_units_and_a_key(tool: str) -> None:
    data = described(tool)
    for figure in (
        needling.puncture_map(laid(tool), data),
        needling.coverage(data),
        needling.depths(data),
        needling.closure(data["closure"]),
    ):
        assert isinstance(figure, Figure)
        labels = [text for a in figure.axes for text in (a.get_xlabel(), a.get_ylabel()) if text]
        assert len(labels) >= len(figure.axes)
        assert any(unit in " ".join(labels) for unit in ("mm", "%", "hours"))
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=30)
        assert out.getvalue().startswith(b"\x89PNG")


def test_the_report_shows_the_punctures_and_stays_small() -> None:
    view = json.loads(FIXTURE.read_text("utf-8"))
    without = render(view)
    assert "punctures of one session" not in without
    for tool in SETTINGS:
        view["punctures"] = json.loads(json.dumps(described(tool)))
        page = render(view)
        assert len(page.encode()) - len(without.encode()) < 120_000
        section = page[page.index('<section id="punctures"') : page.index('<section id="range"')]
        assert section.count("<svg") == 5
        assert "<script" not in section
        assert "<img" not in section
        for words in ("per cm²", "largest gaps", "tracks end, on", "barrier"):
            assert words in section


def test_text_in_the_section_stays_text() -> None:
    data = {**described(), "zone": "<b>cheek</b>", "title": "<script>x</script>"}
    text = str(section.part({"punctures": data}))
    assert "<script" not in text
    assert "<b>" not in text


def test_main_effects_of_a_known_function() -> None:
    """Ishigami's function: S = 0.314, 0.442, 0 (Saltelli et al. 2008)."""
    x = np.random.default_rng(0).uniform(-np.pi, np.pi, (3, 60_000))
    y = np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
    inputs = {name: (name, "assumed", values) for name, values in zip("abc", x, strict=True)}
    found = {cause.name: cause.share for cause in sensitivity.rank(y, inputs)}
    assert found == pytest.approx({"a": 0.314, "b": 0.442, "c": 0.0}, abs=0.02)


def test_what_drives_the_injury() -> None:
    pen = sensitivity.study(devices.device("pen"), 1.5e-3, draws=2000)
    roller = sensitivity.study(devices.device("roller"), 1.5e-3, draws=2000)
    assert pen.causes("displaced at 0.3 mm")[0].name == "needling.new_track_share"
    assert roller.causes("displaced at 0.1 mm")[0].name == "courses.unreported_roller_passes"
    for study in (pen, roller):
        assert study.causes("dead at 0.3 mm")[0].name == "needling.dead_rim"
    figure = needling.sensitivity({"pen": {o: pen.causes(o) for o in pen.outputs}})
    assert len(figure.axes) == len(pen.outputs)


def test_a_pen_displaces_more_than_a_roller_and_the_ratio_is_wide() -> None:
    for ratio in sensitivity.pen_to_roller(draws=2000):
        low, middle, high = ratio.displaced
        assert 0.5 < low < 1.5 < middle < 5 < high < 15
        assert ratio.tracks[1] > 2
        assert ratio.causes[0].name == "needling.new_track_share"
        assert 0.3 < ratio.within_three < 0.8


def test_rows_of_the_hand_are_facts() -> None:
    for name, item in hand().items():
        assert all(row in registry().facts for row in item.rows), name


def test_a_device_is_drawn(tmp_path: Path) -> None:
    target = tmp_path / "pen.svg"
    done = CliRunner().invoke(app, ["devices", "pen", "--draw", str(target)])
    assert done.exit_code == 0, done.output
    assert target.read_text("utf-8").startswith("<svg")
    assert "14 needles, face on" in done.output
    for wrong in (["--draw", str(target)], ["pen", "--draw", str(tmp_path / "pen.png")]):
        assert CliRunner().invoke(app, ["devices", *wrong]).exit_code == 2
