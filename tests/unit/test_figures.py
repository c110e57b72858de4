"""Figures: made without a window, with labels and units, from the same view as the report."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from pinprick.case import Case, example_path
from pinprick.faults import InputError
from pinprick.forecasting import Forecast, forecast
from pinprick.forecasting.figures import outlines, result

FIXTURE = Path(__file__).parents[1] / "fixtures" / "view.json"


@pytest.fixture
def view() -> dict[str, Any]:
    return json.loads(FIXTURE.read_text("utf-8"))  # type: ignore[no-any-return]


def _key(figure: Figure) -> list[str]:
    (key,) = figure.legends
    return [text.get_text() for text in key.get_texts()]


def _labels(figure: Figure) -> list[str]:
    return [text for axes in figure.axes for text in (axes.get_xlabel(), axes.get_ylabel()) if text]


@pytest.fixture(scope="module")
def made() -> Forecast:
    return forecast(Case.load(example_path("ice-pick-and-lines")), members=4)


@pytest.mark.parametrize("name", ["outcomes", "tissue", "section", "redness"])
def test_every_axis_is_labelled(view: dict[str, Any], name: str) -> None:
    figure = getattr(result, name)(view)
    assert isinstance(figure, Figure)
    assert all(axes.get_ylabel() for axes in figure.axes)
    assert any(word in " ".join(_labels(figure)) for word in ("days", "mm", "time"))
    assert figure.dpi == 150
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=40)
    assert out.getvalue().startswith(b"\x89PNG")


def test_outcomes_show_both_arms_and_the_published_points(view: dict[str, Any]) -> None:
    figure = result.outcomes(view)
    assert "points" in figure.axes[0].get_ylabel()
    texts = " ".join(_key(figure))
    for word in ("treated", "untreated", "session", "Alam 2014", "agreement here is no proof"):
        assert word in texts


@pytest.mark.parametrize("observer", ["blinded_rater", "patient_reported"])
def test_faces_count_a_hundred_each(view: dict[str, Any], observer: str) -> None:
    from matplotlib.patches import Circle

    figure = result.faces(view, observer)
    for axes, arm in zip(figure.axes, ("treated", "untreated"), strict=True):
        assert sum(isinstance(patch, Circle) for patch in axes.patches) == 100
        assert str(view["faces"][observer][arm]["better"]) in axes.get_title()


@pytest.mark.parametrize("day", [0, 12.5, 180])
def test_skin_is_drawn_to_one_scale(view: dict[str, Any], day: float) -> None:
    axes = result.section(view, day).axes[0]
    assert axes.get_aspect() == 1.0
    named = " ".join(text.get_text() for text in axes.texts)
    for thing in ("needle", "track", "pore", "stratum corneum", "deep plexus"):
        assert thing in named


def test_no_global_state_of_pyplot_is_touched(view: dict[str, Any]) -> None:
    loaded = "matplotlib.pyplot" in sys.modules
    result.redness(view)
    assert ("matplotlib.pyplot" in sys.modules) is loaded


def test_empty_forecast_still_gives_figures(view: dict[str, Any]) -> None:
    view["forecast"]["outcomes"], view["forecast"]["tissue"], view["faces"] = [], [], {}
    for name in ("outcomes", "tissue", "faces"):
        figure = getattr(result, name)(view)
        assert not figure.axes and len(figure.texts) == 1


def test_every_layer_of_every_zone_has_a_line_of_its_own(made: Forecast) -> None:
    figure = made.plot.tissue()
    zones = {row["zone"] for row in made.record["tissue"]}
    layers = {row["layer"] for row in made.record["tissue"]} - {None}
    assert len(zones) == 2 and len(layers) == 3
    lines = figure.axes[0].lines
    looks = {(line.get_color(), str(line.get_linestyle())) for line in lines}
    assert len(lines) == len({str(line.get_label()) for line in lines}) == 6
    assert len(looks) == 6 and len(_key(figure)) == 8


def test_what_a_forecast_does_not_know_is_refused_in_one_line(made: Forecast) -> None:
    for name, wrong, words in (
        ("map", {"zone": "nose"}, "zone: found nose; allowed: .*forehead"),
        ("coverage", {"session": 3}, "session: found 3; allowed: a whole number from 0 to 2"),
        ("depths", {"session": -1}, "session: found -1"),
        ("faces", {"observer": "blinded"}, "observer: found blinded; .*did you mean blinded_rater"),
        ("section", {"day": 181}, "day: found 181; allowed: 0 to 180"),
        ("section", {"day": "180"}, "day"),
        ("skin", {"day": float("nan")}, "day: found nan"),
    ):
        with pytest.raises(InputError, match=words) as raised:
            getattr(made.plot, name)(**wrong)
        assert len(raised.value.faults) == 1
    for write in (made.write_csv, made.write_netcdf):
        with pytest.raises(InputError, match="there is no folder"):
            write("nowhere/out")


def test_published_points_turn_with_their_scale(view: dict[str, Any]) -> None:
    row = view["forecast"]["outcomes"][0]
    points = outlines.published_for(view, row)
    assert [point["value"] for point in points] == [2.4, 3.4, 1.0, 0.4]
    assert all(point["low"] < point["value"] < point["high"] for point in points)


def test_needle_is_as_wide_as_its_cone_says(view: dict[str, Any]) -> None:
    needle = view["section"]["needles"][0]
    outline = outlines.needle_outline(needle, 1.5, 0.2)
    assert max(x for x, _ in outline) == pytest.approx(needle["shaft_mm"] / 2)
    assert max(z for _, z in outline) == 1.5
    shallow = outlines.track_outline(needle, 0.2)
    assert max(x for x, _ in shallow) < needle["shaft_mm"] / 2
