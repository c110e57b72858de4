"""Products: names, sources, labels, fitness for open channels, and products of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_solutes import unsourced

from pinprick import units
from pinprick.case import Case, example_path, examples
from pinprick.courses.steps import Apply, Needle, Numb
from pinprick.evidence import registry
from pinprick.faults import InputError
from pinprick.permeation.product import KINDS, always, caps, reasons
from pinprick.permeation.products import describe, known, listing, product, products
from pinprick.permeation.solutes import solutes

OWN = """\
name: my-serum
title: niacinamide serum of a pharmacy
kind: serum
solutes: {niacinamide: 5 %, Caffeine: 10 mg/mL}
ph: 6
layer: 20 um
stirred: yes
drying: 10 min
covered: no
sterile: no
"""


def write(folder: Path, **changes: Any) -> str:
    """A product's file with some lines changed; None takes a line out."""
    form = {**yaml.safe_load(OWN), **changes}
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in form.items() if v is not None}), "utf-8")
    return str(path)


# ---- names ----


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("lidocaine cream", "numbing cream"),
        ("lidocaine and tetracaine cream", "numbing cream"),
        ("EMLA", "numbing cream"),
        ("Lidocaine 5% cream", "numbing cream"),
        ("tranexamic acid solution", "solution"),
        ("sterile saline", "solution"),
        ("plain hydrogel", "hydrogel"),
        ("sterile hyaluronic acid gel", "hydrogel"),
        ("platelet-rich plasma", "plasma"),
        ("PRP", "plasma"),
        ("vitamin C serum", "serum"),
        ("niacinamide serum", "serum"),
        ("hyaluronic acid serum", "serum"),
        ("copper peptide serum", "serum"),
        ("growth factor serum", "serum"),
        ("calming mask", "mask"),
        ("moisturiser", "moisturiser"),
    ],
)
def test_a_product_is_found_by_its_usual_names(name: str, kind: str) -> None:
    assert product(name).kind == kind


def test_every_product_of_the_shipped_cases_is_known() -> None:
    for name in examples():
        for step in Case.load(example_path(name)).course.steps:
            said = [step.product] if isinstance(step, Numb | Apply) else []
            said += [step.glide_product] if isinstance(step, Needle) else []
            for word in said:
                assert word is None or word == "none" or known(word), f"{name}: {word}"


def test_no_name_stands_for_two_products() -> None:
    names = [n for item in products().values() for n in (item.name, *item.aliases)]
    assert len(names) == len(set(names))


def test_an_unknown_product_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean vitamin c serum"):
        product("vitamin c sreum")


# ---- figures ----


def test_every_figure_has_rows_or_says_that_it_is_assumed() -> None:
    parts = {f"{p.name}, {key}": f for p in products().values() for key, f in p.figures.items()}
    parts |= {f"cap of {name}": f for name, f in caps().items()}
    faults = [line for where, figure in parts.items() for line in unsourced(where, figure)]
    assert not faults, "\n".join(faults)


def test_every_reason_has_rows_or_says_that_it_is_assumed() -> None:
    for name, reason in {**reasons(), "always": always()}.items():
        assert reason.rows or reason.status == "assumed", name
        assert all(row in registry().facts for row in reason.rows), name
        assert reason.says.endswith(".") and "\n" not in reason.says


def test_every_solute_of_a_product_is_known_and_positive() -> None:
    for item in products().values():
        assert item.kind in KINDS
        assert set(item.strengths) <= set(solutes())
        assert set(item.uptakes) <= set(item.strengths)
        assert set(item.solubilities) <= set(item.strengths)
        for number in (*item.strengths.values(), item.layer, item.density):
            assert number > 0
        for regions in item.uptakes.values():
            assert set(regions) == {"face", "body"}
            assert 0 < regions["body"] <= regions["face"]
        assert item.diffusivity_share is None or 0 < item.diffusivity_share <= 1
        assert 1 <= item.ph <= 10


def test_the_eutectic_cream_is_what_its_rows_say() -> None:
    emla = product("EMLA")
    assert dict(emla.strengths) == pytest.approx({"lidocaine": 25, "prilocaine": 25})
    uptake = emla.uptakes["lidocaine"]
    assert units.from_si(uptake["face"], "ug/cm2/h") == pytest.approx(125)
    assert units.from_si(uptake["body"], "ug/cm2/h") == pytest.approx(62)
    # the row's own arithmetic: 5 % of 1500 mg over 400 cm2 in 3 h, 10 % of 250 mg over 100 in 2
    assert units.from_si(uptake["body"], "ug/cm2/h") == pytest.approx(0.05 * 1.5e6 / 400 / 3, 0.01)
    assert units.from_si(uptake["face"], "ug/cm2/h") == pytest.approx(0.1 * 0.25e6 / 100 / 2, 0.01)


def test_a_lidocaine_cream_takes_what_blood_levels_say_of_the_eutectic_one() -> None:
    cream, emla = product("lidocaine cream"), product("EMLA")
    for place in ("face", "body"):
        ratio = cream.uptakes["lidocaine"][place] / emla.uptakes["lidocaine"][place]
        assert ratio == pytest.approx(0.44 / 0.72, rel=0.02)


# ---- labels ----


def test_the_label_of_the_eutectic_cream() -> None:
    emla = product("EMLA")
    assert emla.over_label(area=0.06, mass=0.06, time=3600.0) == ()
    said = [str(fault) for fault in emla.over_label(area=0.04, mass=0.1, time=6 * 3600.0)]
    assert [line.partition(":")[0].rpartition(", ")[2] for line in said] == [
        "amount",
        "amount on the area",
        "time",
    ]
    (early,) = emla.over_label(time=600.0)
    assert "at least 60 min" in str(early)
    assert "assumed" not in str(early)


def test_an_assumed_limit_says_so() -> None:
    (fault,) = product("lidocaine cream").over_label(area=0.1)
    assert "assumed: no label says so" in str(fault)


def test_nothing_known_is_no_fault() -> None:
    assert product("EMLA").over_label() == ()
    assert product("plain hydrogel").over_label(area=1.0, mass=1.0, time=1e6) == ()


def test_what_is_stronger_than_a_shop_sells_is_told() -> None:
    strong = {p.name for p in products().values() if p.above_shop_strength()}
    assert strong == {
        "lidocaine cream 5 %",
        "lidocaine cream 10 %",
        "lidocaine and tetracaine cream",
        "lidocaine 23 % and tetracaine 7 % cream",
    }


# ---- open channels ----


def test_what_open_channels_are_spared_says_why() -> None:
    for item in products().values():
        assert item.reasons, item.name
        if item.open_use == "usual":
            assert item.sterile, item.name
    vitamin = product("vitamin C serum")
    assert vitamin.open_use == "avoid"
    assert {"safety:SAF030", "safety:SAF031"} <= {r for x in vitamin.reasons for r in x.rows}
    assert all(p.open_use == "avoid" for p in products().values() if p.numbs)
    assert always().rows == ("safety:SAF035",)


def test_only_plain_sterile_products_are_usual() -> None:
    usual = {p.name for p in products().values() if p.open_use == "usual"}
    assert usual == {
        "plain hydrogel",
        "platelet-rich plasma",
        "sterile hyaluronic acid gel",
        "sterile mask",
        "sterile saline",
    }


def test_the_tables_are_text() -> None:
    assert len(listing()) == len(products())
    assert all(isinstance(cell, str) for row in listing() for cell in row)
    for item in products().values():
        assert all(row[0] and row[3] for row in describe(item))


# ---- a product of one's own ----


def test_a_product_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(OWN, "utf-8")
    mine = product(str(path))
    assert dict(mine.strengths) == pytest.approx({"niacinamide": 50, "caffeine": 10})
    assert mine.layer == pytest.approx(20e-6)
    assert mine.drying == 600.0
    assert mine.diffusivity_share is None
    assert mine.open_use == "avoid"
    assert mine.status == "assumed"
    assert {f.status for key, f in mine.figures.items() if key != "density"} == {"stated"}


def test_a_thick_product_of_ones_own_stands_in_its_own_way(tmp_path: Path) -> None:
    mine = product(write(tmp_path, stirred=False, kind="hydrogel", drying="none", sterile=True))
    assert mine.diffusivity_share == product("plain hydrogel").diffusivity_share
    assert mine.drying is None
    assert mine.open_use == "no evidence"


def test_a_product_of_ones_own_with_vitamin_c_is_for_intact_skin(tmp_path: Path) -> None:
    mine = product(write(tmp_path, solutes={"vitamin C": "10 %"}, sterile=True))
    assert mine.open_use == "avoid"
    assert any("granuloma" in reason.says for reason in mine.reasons)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"solutes": {"niacinamid": "5 %"}}, "did you mean niacinamide"),
        ({"solutes": {"niacinamide": 5}}, "with its unit"),
        ({"solutes": {"niacinamide": "5 mm"}}, "with its unit"),
        ({"solutes": {"niacinamide": "500 %"}}, "up to 100 %"),
        ({"solutes": {"niacinamide": "-5 %"}}, "up to 100 %"),
        ({"solutes": {"niacinamide": "5 %", "vitamin b3": "2 %"}}, "each solute once"),
        ({"solutes": None}, "`solute: strength` lines"),
        ({"solutes": {}}, "`solute: strength` lines"),
        ({"solutes": ["niacinamide"]}, "`solute: strength` lines"),
        ({"kind": "serm"}, "did you mean serum"),
        ({"ph": 14}, "a number from 1 to 10"),
        ({"layer": 20}, 'such as "20 um"'),
        ({"drying": "soon"}, "or `none`"),
        ({"colour": "blue"}, "an unknown key"),
        ({"sterile": "perhaps"}, "yes or no"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    changes: dict[str, Any], told: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        product(write(tmp_path, **changes))
    assert len(caught.value.faults) == 1
    assert told in str(caught.value)


def test_all_faults_of_a_product_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        product(write(tmp_path, ph=None, layer="1 km", solutes={"unobtainium": "1 %"}))
    assert len(caught.value.faults) == 3


def test_a_file_that_is_no_product_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    for text in ("- a\n- b\n", "name: [", "just words"):
        path.write_text(text, "utf-8")
        with pytest.raises(InputError):
            product(str(path))
    with pytest.raises(InputError, match=re.escape("nowhere.yaml")):
        product(str(tmp_path / "nowhere.yaml"))
