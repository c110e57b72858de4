"""Who is treated: how it is written, drawn where it is not, and that each factor enters once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from pinprick.case import Case, example_path
from pinprick.evidence import Lanes, registry
from pinprick.faults import InputError
from pinprick.fields import build
from pinprick.forecasting.body import body_of
from pinprick.healing import ageing
from pinprick.healing.body import Body
from pinprick.healing.tissue import at_one_place
from pinprick.medium.column import dermis
from pinprick.people import SUN_DAMAGE, Person, skin_at

MANY = 2000
CASE = Case.load(example_path("acne-scars"))
STUDY = Case.load(example_path("alam-2014"))
FACTORS: dict[str, Callable[[Body, Lanes], Any]] = {
    "intact": ageing.intact_factor,
    "loss": ageing.yearly_loss,
    "output": ageing.output_factor,
    "proteases": ageing.protease_factor,
    "pigment": ageing.pigment_tendency,
}
# What of a body moves which factor: each once, and nothing else.
MOVES = {
    "age": {"intact", "loss", "output"},
    "smoker": {"output", "proteases"},
    "diabetes": {"output"},
    "sun": {"intact"},
    "menopause": {"intact", "loss"},
    "phototype": {"pigment"},
}


def lanes(members: int = MANY) -> Lanes:
    return Lanes(registry(), 0, range(members))


def body(**said: float) -> Body:
    """A young healthy body, or of ``from_age``, with some parts changed."""
    made = Body.healthy(MANY, age=said.pop("from_age", 30.0))
    return replace(made, **{name: np.full(MANY, value) for name, value in said.items()})


def person(**said: Any) -> Person:
    made: Person = build(Person, {"age": 60, "sex": "female", "phototype": "III", **said})
    return made


# ---- how it is written ----


@pytest.mark.parametrize(
    ("given", "kept", "written"),
    [(6, 6.0, 6), ("2.5", 2.5, 2.5), (False, 0.0, False), ("No", 0.0, False)],
)
def test_menopause_is_years_or_no(given: Any, kept: float, written: Any) -> None:
    one = person(menopause=given)
    assert one.menopause == kept
    assert one.model_dump(mode="json")["menopause"] == written


@pytest.mark.parametrize("given", [0, -1, 81, True, "yes", "long ago", "nan", []])
def test_other_menopauses_are_refused(given: Any) -> None:
    with pytest.raises(InputError, match=r"above 0 and up to 80, or `no`, or `not reported`"):
        person(menopause=given)


def test_a_menopause_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="up to the age of 60"):
        person(menopause=61)
    with pytest.raises(InputError, match="`no` for a man"):
        person(sex="male", menopause=5)
    assert person(sex="male", menopause="no").menopause == 0


def test_what_is_not_reported_stays_so() -> None:
    assert person().menopause is None and person().sun_damage is None
    one = person(menopause="not reported", sun_damage="not reported")
    assert (one.menopause, one.sun_damage) == (None, None)
    changed = CASE.with_(sun_damage="Severe", menopause=False)
    assert changed.person is not None
    assert (changed.person.sun_damage, changed.person.menopause) == ("severe", 0.0)
    assert Case.loads(changed.dump()) == changed


# ---- from a case to bodies ----


def test_what_is_reported_is_taken() -> None:
    case = CASE.with_(age=70, sun_damage="moderate", menopause=12, smoker=True)
    made = body_of(case, lanes(8))
    for name, value in {
        "age": 70, "smoker": 1, "diabetes": 0, "sun": 2 / 3, "menopause": 12, "phototype": 4
    }.items():  # fmt: skip
        assert np.all(getattr(made, name) == value), name
    assert [body_of(CASE.with_(sun_damage=word), lanes(1)).sun[0] for word in SUN_DAMAGE] == [
        0, 1 / 3, 2 / 3, 1
    ]  # fmt: skip


def test_what_is_not_reported_is_drawn() -> None:
    unsaid = dict.fromkeys(("smoker", "diabetes", "phototype", "sun_damage", "menopause"))
    made = body_of(CASE.with_(age=56, **unsaid), lanes())
    k = lanes().stage("healing")
    assert np.mean(made.smoker) == pytest.approx(k.unreported_smokers[0], abs=0.03)
    assert np.mean(made.diabetes) == pytest.approx(k.unreported_diabetics[0], abs=0.02)
    assert set(made.phototype) == {1, 2, 3, 4, 5, 6}
    assert 0 < made.sun.min() < 0.05 and 0.85 < made.sun.max() <= 1
    assert np.mean(made.menopause > 0) == pytest.approx(0.89, abs=0.05)  # 56 is 1.25 sd past 51
    assert set(body_of(CASE.with_(age=30, menopause=None), lanes()).menopause) == {0}
    assert set(body_of(CASE.with_(sex="male", age=70, menopause=None), lanes()).menopause) == {0}


def test_a_group_is_drawn_from_what_it_reports() -> None:
    made = body_of(STUDY, lanes())
    assert STUDY.population is not None and STUDY.population.age is not None
    low, high = STUDY.population.age
    assert low <= made.age.min() < made.age.max() <= high
    assert set(made.smoker) == {0, 1} and made.menopause.max() > 0
    if STUDY.population.phototype is not None:
        assert set(made.phototype) == set(STUDY.population.phototype)


def test_a_person_is_the_same_in_any_ensemble_and_course() -> None:
    case = CASE.with_(smoker=None, sun_damage=None)
    few, many = body_of(case, lanes(8)), body_of(case.with_(sessions=2), lanes(64))
    for field in fields(Body):
        assert np.array_equal(getattr(few, field.name), getattr(many, field.name)[:8])


# ---- factors ----


def test_each_part_of_a_body_moves_what_it_should_and_nothing_else() -> None:
    assert set(MOVES) == {field.name for field in fields(Body)}
    usual = {"age": 70.0, "smoker": 1.0, "diabetes": 1.0, "sun": 1.0, "menopause": 10.0}
    for name, moved in MOVES.items():
        start = body(from_age=20.0 if name == "age" else 61.0)
        other = replace(start, **{name: np.full(MANY, usual.get(name, 6.0))})
        found = {
            key
            for key, factor in FACTORS.items()
            if not np.array_equal(factor(start, lanes()), factor(other, lanes()))
        }
        assert found == moved, name


def test_together_they_are_the_product_of_each_alone() -> None:
    at = lanes()
    parts = {"age": 75.0, "smoker": 1.0, "diabetes": 1.0, "sun": 1.0, "phototype": 5.0}
    for key, factor in FACTORS.items():
        young = factor(body(), at)
        if key == "loss":
            continue  # a rate, not a factor
        alone = [factor(body(**{name: value}), at) / young for name, value in parts.items()]
        whole = factor(body(**parts), at) / young
        assert np.allclose(whole, np.prod(alone, axis=0), rtol=1e-12), key


def test_the_biology_meets_each_factor_once() -> None:
    at = lanes()
    column = dermis(skin_at("cheek", None, at))
    plain, _ = at_one_place([], column, body(), at)
    treated = body(age=72.0, smoker=1.0, diabetes=1.0, sun=1.0, menopause=20.0, phototype=6.0)
    values, _ = at_one_place([], column, treated, at)
    moved = {name: values[name] / plain[name] for name in values if values[name] != plain[name]}
    expected = {
        "collagen_output": ageing.output_factor,
        "protease_on_new": ageing.protease_factor,
        "collagen": ageing.intact_factor,
        "pigment_tendency": ageing.pigment_tendency,
    }
    assert set(moved) == set(expected)
    for name, factor in expected.items():
        ratio = factor(treated, at)[0] / factor(body(), at)[0]
        assert moved[name] == pytest.approx(ratio, rel=1e-12), name


def test_years_after_menopause_stand_in_place_of_ordinary_years() -> None:
    at, k = lanes(), lanes().stage("healing")
    ordinary = np.maximum(k.yearly_area_loss - k.yearly_thinning, 0)
    faster = k.menopause_area_loss - k.yearly_thinning
    before = ageing.intact_factor(body(age=65.0), at)
    after = ageing.intact_factor(body(age=65.0, menopause=10.0), at)
    assert np.allclose(after / before, np.exp(-10 * (faster - ordinary)))
    # after fifteen years the ordinary loss goes on
    late = ageing.intact_factor(body(age=75.0, menopause=20.0), at)
    later = ageing.intact_factor(body(age=80.0, menopause=25.0), at)
    assert np.allclose(later / late, np.exp(-5 * ordinary))
    assert np.array_equal(
        ageing.yearly_loss(body(age=80.0, menopause=25.0), at),
        ageing.yearly_loss(body(age=80.0), at),
    )


def test_sizes_are_those_of_the_sources() -> None:
    at = lanes()
    intact = np.median(ageing.intact_factor(body(age=75.0), at))
    assert 0.7 < intact < 0.9  # 0.4 % a year for half a century
    menopausal = np.median(ageing.intact_factor(body(age=66.0, menopause=15.0), at))
    assert 0.65 < menopausal < 0.8
    assert np.median(ageing.yearly_loss(body(age=55.0), at)) == pytest.approx(0.004, abs=0.002)
    assert np.all(ageing.yearly_loss(body(age=20.0), at) == 0)
    assert np.median(ageing.protease_factor(body(smoker=1.0), at)) == pytest.approx(1.5, abs=0.1)


def test_pigment_rises_with_phototype_and_is_one_in_the_third() -> None:
    at = lanes()
    by_type = [ageing.pigment_tendency(body(phototype=float(each)), at) for each in range(1, 7)]
    assert np.all(np.diff(by_type, axis=0) >= 0)
    assert np.array_equal(by_type[2], at.stage("healing").pigment_tendency)
