"""What goes on inside the skin, drawn: middle versions, outlines, figures that say their units."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

import pinprick as pp
from pinprick.case import example_path
from pinprick.forecasting import inner_view
from pinprick.forecasting.figures import heat as heat_figure
from pinprick.forecasting.figures import uptake as uptake_figure

SWAPS = {"product: lidocaine cream": "product: EMLA", "glide_product: none":
         "glide_product: sterile hyaluronic acid gel"}  # fmt: skip


@pytest.fixture(scope="module")
def forecast(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A small forecast with cream, current and products."""
    text = example_path("rf-laxity").read_text("utf-8")
    for old, new in SWAPS.items():
        assert old in text
        text = text.replace(old, new)
    path = tmp_path_factory.mktemp("cases") / "case.yaml"
    path.write_text(text, "utf-8")
    return pp.forecast(pp.Case.load(path), members=16)


@pytest.fixture(scope="module")
def inner(forecast: Any) -> dict[str, Any]:
    return dict(forecast.view["inner"])


def texts(figure: Figure) -> str:
    said = [text for axes in figure.axes
            for text in (axes.get_title(loc="left"), axes.get_title(), axes.get_xlabel(),
                         axes.get_ylabel())]  # fmt: skip
    said += [text.get_text() for axes in figure.axes for text in axes.texts]
    said += [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return " ".join(said)


@pytest.mark.parametrize("name", ["numbing", "products", "heat"])
def test_every_figure_is_drawn_with_units_and_without_a_window(forecast: Any, name: str) -> None:
    figure = getattr(forecast.plot, name)()
    assert all(axes.get_xlabel() for axes in figure.axes)
    assert "(mm)" in texts(figure)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=40)
    assert out.getvalue().startswith(b"\x89PNG")


def test_layers_times_and_sets_are_named(forecast: Any) -> None:
    products, numbing = texts(forecast.plot.products()), texts(forecast.plot.numbing())
    heat = texts(forecast.plot.heat())
    for word in ("needled skin", "intact skin", "15 min", "1 day", "papillary dermis", "mg/mL",
                 "channels end"):  # fmt: skip
        assert word in products
    for word in ("wiped off, first needle", "needles, as set", "50 % of feeling", "EMLA"):
        assert word in numbing
    for word in ("bipolar", "0.5 mm", "over 60 °C", "Henriques", "Mehta and Wong", "recalled",
                 "insulated", "reticular dermis"):  # fmt: skip
        assert word in heat


def test_numbness_deepens_under_the_cream_and_shares_are_nested(inner: dict[str, Any]) -> None:
    numbing = inner["numbing"]
    by_share = dict(numbing["blocked_mm"])
    off = numbing["minutes"].index(numbing["off_min"])
    for low, high in ((0.1, 0.5), (0.5, 0.9)):
        assert all(a >= b for a, b in zip(by_share[low], by_share[high], strict=True))
    assert by_share[0.5][0] == 0
    assert by_share[0.1][off] > 0
    assert by_share[0.1][-1] > by_share[0.1][off]  # the horny layer goes on giving


def test_needled_skin_holds_more_than_intact_skin_early_on(inner: dict[str, Any]) -> None:
    solute = inner["products"][0]["solutes"][0]
    first = solute["needled"][0], solute["intact"][0]
    assert max(first[0]) > max(first[1])
    assert len(solute["needled"]) == len(solute["hours"])
    assert 0 < solute["channel_mm"] < 0.5


def test_hotter_outlines_lie_inside_and_zones_at_the_bare_end(inner: dict[str, Any]) -> None:
    heat = inner["heat"][0]
    reach = [np.array(widths) for _, widths in heat["celsius"]]
    for outer, within in pairwise(reach):
        assert np.all(outer >= within)
    depth, needle = np.array(heat["depth_mm"]), heat["needle_mm"]
    cells = next(row for row in heat["sets"] if row["name"] == "henriques")["half_width_mm"]
    assert max(cells) > needle["diameter"] / 2
    middle = depth[int(np.argmax(cells))]
    assert needle["depth"] - needle["bare"] - 0.1 < middle < needle["depth"] + 0.1
    assert cells[0] == 0  # the surface stays whole under insulation


def test_the_middle_version_is_near_the_median(forecast: Any) -> None:
    widths = forecast.data["heat.cheeks.cells_width"].values.reshape(-1)
    chosen = inner_view._heated_member(forecast, "cheeks")
    low, high = np.quantile(widths, [0.05, 0.95])
    assert low <= widths[chosen] <= high


def test_half_widths_find_the_outermost_place() -> None:
    field = np.array([[2.0, 2.0, 0.0], [0.0, 0.0, 0.0], [4.0, 2.0, 1.5]])
    radius, depth = np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 2.0])
    found = inner_view.half_widths(field, 1.0, radius, depth, depth)
    assert found.tolist() == [1.5, 0.0, 2.0]


def test_outlines_split_into_pieces_and_stop_half_way_to_the_neighbour() -> None:
    data = {"depth_mm": [0, 1, 2, 3, 4], "needle_mm": {"pitch": 2.0}}
    pieces = heat_figure.polygon(data, [0.5, 0, 0, 3.0, 0])
    assert len(pieces) == 2
    assert max(x for piece in pieces for x, _ in piece) == 1.0


def test_nothing_to_draw_is_said() -> None:
    none: dict[str, Any] = {"numbing": None, "products": [], "heat": []}
    figures = (uptake_figure.products(none), uptake_figure.numbing(none, None),
               heat_figure.heat(none))  # fmt: skip
    for figure in figures:
        assert figure.texts
        assert not figure.axes
