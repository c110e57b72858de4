"""Only published changes on a scale are drawn on its curve."""

from __future__ import annotations

import pytest

from pinprick.case import Case, example_path
from pinprick.evidence.scales import scale
from pinprick.forecasting.plan import Plan
from pinprick.forecasting.view import published

EXAMPLES = ("acne-scars", "lines-after-menopause", "skinpen-neck", "ice-pick-and-lines")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_published_point_fits_on_its_scale(name: str) -> None:
    points = published(Plan(Case.load(example_path(name))))
    for point in points:
        known = scale(point["scale"])
        assert abs(point["value"]) <= known.high - known.low, point


def test_a_share_of_people_is_no_change() -> None:
    points = published(Plan(Case.load(example_path("lines-after-menopause"))))
    assert [p["value"] for p in points if p["scale"] == "lemperle"] == [-0.86]
