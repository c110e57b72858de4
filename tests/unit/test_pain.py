"""Pain and how numb the skin is: a difference from the reference cream, no forecast without it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from pinprick import devices, forecast
from pinprick.case import Case, example_path
from pinprick.devices import Device
from pinprick.evidence import Lanes, registry
from pinprick.fields import build
from pinprick.medium.layers import Numbness
from pinprick.needling.pain import numbed_share, pain_under_cream
from pinprick.people import skin_at
from pinprick.permeation.numb import numb, reference, until
from pinprick.permeation.products import product

MEMBERS = 64
PEN = devices.device("pen")
HEATED = replace(PEN, kind="radiofrequency")
DEEP = np.full(MEMBERS, 1.5e-3)


@cache
def lanes() -> Lanes:
    return Lanes(registry(), 0, range(MEMBERS))


@cache
def usual() -> Numbness:
    return reference(lanes())


@cache
def under(minutes: float) -> Numbness:
    skin = skin_at("cheek", None, lanes())
    return until(numb(product("EMLA"), skin, "cheek", minutes * 60.0, 0.0, lanes()))


def score(depth: np.ndarray = DEEP, device: Device = PEN, **how: object) -> np.ndarray:
    return pain_under_cream(device, depth, lanes(), **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("mm", [0.25, 1.0, 2.5])
def test_under_the_reference_cream_scores_stay_as_published(mm: float) -> None:
    deep = np.full(MEMBERS, mm * 1e-3)
    assert np.allclose(score(deep, numbness=usual(), reference=usual()), score(deep))
    assert np.allclose(score(deep, numbness=under(60.0), reference=usual()), score(deep))


@pytest.mark.parametrize("mm", [0.5, 1.5, 2.5])
def test_cream_twice_as_long_never_hurts_more(mm: float) -> None:
    deep = np.full(MEMBERS, mm * 1e-3)
    for minutes in (10.0, 20.0, 45.0, 60.0, 120.0):
        once, twice = (
            score(deep, numbness=under(m), reference=usual()) for m in (minutes, 2 * minutes)
        )
        assert (twice <= once + 1e-9).all()


def test_less_numb_hurts_more_and_the_coefficient_is_what_it_costs() -> None:
    none, all_ = (
        Numbness(np.array([1e-3]), np.zeros(1), np.full((1, 1, MEMBERS), x)) for x in (0.0, 1.0)
    )
    most, least = (score(numbness=n, reference=usual()) for n in (none, all_))
    logits = np.log(most / (10 - most)) - np.log(least / (10 - least))
    assert logits == pytest.approx(lanes().stage("needling").pain_numbness)
    assert (most > score()).all()
    assert (least < score()).all()


def test_the_coefficient_explains_cream_that_was_driven_in() -> None:
    """-0.89 logits, where driving in numbs the rest of a 1.5 mm track (T-A18, T-A19)."""
    many = Lanes(registry(), 0, range(1024))
    share = numbed_share(reference(many), np.full(1024, 1.5e-3)).mean()
    assert share == pytest.approx(0.65, abs=0.03)
    value = registry().parameter("needling.pain_numbness").value
    assert -value * (1 - share) == pytest.approx(-0.89, abs=0.09)


def test_driven_in_lowers_and_radiofrequency_has_no_sign() -> None:
    plain, driven, heated = score(), score(driven=True), score(device=HEATED)
    assert (driven < plain).all()
    assert 0.2 < np.mean(heated > plain) < 0.8


def test_not_numbed_is_not_forecast() -> None:
    form = Case.load(example_path("acne-scars")).model_dump(mode="json")
    bare = [step for step in form["course"]["steps"] if "numb" not in step]
    form["course"] = {**form["course"], "steps": bare}
    assert "pain" not in forecast(build(Case, form), members=4).data


def test_numbness_without_its_reference_is_refused() -> None:
    with pytest.raises(ValueError, match="reference"):
        pain_under_cream(PEN, DEEP, lanes(), numbness=usual())


def test_the_numbed_share_is_the_mean_along_the_track() -> None:
    depth = np.array([0.2e-3, 0.6e-3, 1.0e-3])
    block = np.array([[1.0], [0.5], [0.0]])
    made = Numbness(depth, np.zeros(2), np.stack([0 * block, block]))
    for deep, share in ((0.1e-3, 1.0), (1.0e-3, 0.6), (2.0e-3, 0.3)):
        assert float(numbed_share(made, np.array([deep]))[0]) == pytest.approx(share)
