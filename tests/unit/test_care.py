"""What is done beside needling: how it is recognised, what it moves, and what is said of it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from pinprick.case import Case, example_path
from pinprick.evidence import Lanes, registry
from pinprick.evidence.interventions import intervention, interventions, named_in
from pinprick.faults import InputError
from pinprick.forecasting.body import interventions_of, without_effect
from pinprick.healing.care import ACTS_ON, Care, care_of

CASE = Case.load(example_path("acne-scars"))
PLASMA, RETINOID, TRANEXAMIC = "platelet-rich plasma", "topical retinoid", "tranexamic acid"


def lanes() -> Lanes:
    return Lanes(registry(), 0, range(400))


# ---- how it is recognised ----


@pytest.mark.parametrize(
    ("text", "where", "names"),
    [
        ("Platelet-rich plasma", "course", (PLASMA,)),
        ("autologous PRP, 4 mL", "course", (PLASMA,)),
        ("platelet\u2011rich plasma", "course", (PLASMA,)),
        ("PRP with tranexamic acid 4 mg/mL", "course", (PLASMA, TRANEXAMIC)),
        ("Tretinoin 0.05 % at night", "medicines", (RETINOID,)),
        ("Retin-A", "medicines", (RETINOID,)),
        ("adapalene gel and metformin", "medicines", (RETINOID,)),
        ("isotretinoin 20 mg", "medicines", ()),
        ("oral retinoid", "medicines", ()),
        ("no tretinoin", "medicines", ()),
        ("tretinoin, stopped in May", "medicines", (RETINOID,)),
        ("tretinoin stopped in May", "medicines", ()),
        ("allergic to adapalene", "medicines", ()),
        ("tranexamic acid tablets", "medicines", ()),
        ("tretinoin", "course", ()),
        ("vitamin C serum", "course", ("ascorbic acid",)),
        ("peptide serum", "course", ()),
        ("prporridge", "course", ()),
        ("", "course", ()),
    ],
)
def test_words_of_a_case_name_interventions(text: str, where: str, names: tuple[str, ...]) -> None:
    assert named_in(text, where) == names  # type: ignore[arg-type]


def test_a_case_names_its_interventions_and_what_changes_nothing() -> None:
    assert interventions_of(CASE) == () and without_effect(CASE) == ()
    text = CASE.dump().replace("plain hydrogel", "platelet-rich plasma")
    case = Case.loads(text).with_(medicines=["tretinoin", "Retin-A"], glide_product="Zorb")
    assert interventions_of(case) == (PLASMA, RETINOID)
    assert without_effect(case) == ("Zorb",)
    assert interventions_of(Case.load(example_path("acne-scars-prp"))) == (PLASMA,)
    lined = Case.load(example_path("lines-after-menopause"))
    assert set(interventions_of(lined)) == {TRANEXAMIC, RETINOID}
    assert interventions_of(Case.load(example_path("alam-2014"))) == ()


def test_an_unknown_intervention_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean tranexamic acid"):
        intervention("tranexamic acids")
    with pytest.raises(InputError):
        care_of(["vitamin C"], lanes())


# ---- what it moves ----


def test_nothing_is_one() -> None:
    made, none = care_of([], lanes()), Care.none(400)
    for name in ACTS_ON:
        assert np.array_equal(getattr(made, name), getattr(none, name))


def test_each_intervention_moves_what_it_names_and_nothing_else() -> None:
    at = lanes()
    for one in interventions().values():
        made = care_of([one.name], at)
        for name in ACTS_ON:
            factor = at[one.acts[name]] if name in one.acts else np.ones(400)
            assert np.array_equal(getattr(made, name), factor), (one.name, name)


def test_one_named_twice_counts_once_and_the_order_does_not_matter() -> None:
    twice = care_of([PLASMA, RETINOID, PLASMA], lanes())
    once = care_of([RETINOID, PLASMA], lanes())
    for name in ACTS_ON:
        assert np.array_equal(getattr(twice, name), getattr(once, name))


def test_signs() -> None:
    made = care_of(interventions(), lanes())
    assert np.all(made.wound >= 1) and np.all(made.output >= 1)
    assert np.all(made.proteases < 1) and np.all(made.pigment <= 1)


# ---- what stands behind it and what is said ----


def test_each_intervention_has_words_evidence_and_parameters() -> None:
    for one in interventions().values():
        assert set(one.acts) <= set(ACTS_ON) and (one.acts or one.adds)
        assert all(registry().parameter(name) for name in one.adds.values())
        for parameter in one.acts.values():
            assert registry().parameter(parameter).basis == "assumed"
        for row in one.rows:
            registry().fact(row)
        assert one.rows or one.grade == "mechanism"
        assert all(word == word.casefold() for word in one.words)
        assert all(
            named_in(word, where) == (one.name,) for word in one.words for where in one.where
        )


def test_nobody_is_told_to_begin_or_stop_a_medicine() -> None:
    order = re.compile(r"\b(stop|begin|start|take|use|avoid|discontinue|should|must)\b", re.I)
    assert [one.name for one in interventions().values() if order.search(one.says)] == []


def test_no_size_is_promised_where_there_is_only_a_mechanism() -> None:
    for one in interventions().values():
        if one.grade == "mechanism":
            assert re.search(r"no study|mechanism, not a finding", one.says)
