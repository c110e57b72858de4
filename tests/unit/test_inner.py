"""The report on numbness, products and heat: in words, with ranges, nothing left out."""

from __future__ import annotations

import copy
import html
import re
from typing import Any

import numpy as np
import pytest

from pinprick.exports.reports import inner
from pinprick.forecasting.schema import HEAT, NUMBING, PRODUCT
from pinprick.permeation.numb import poisoning

HOURS = [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 24.0]


def band(low: float, mid: float, high: float) -> dict[str, float]:
    return {"p05": low, "p50": mid, "p95": high}


def curve(last: float) -> dict[str, list[float]]:
    return {key: [last * part * hour / 24 for hour in HOURS]
            for key, part in (("p05", 0.5), ("p50", 1.0), ("p95", 2.0))}  # fmt: skip


NUMB = {
    "product": "emla", "title": "eutectic cream", "status": "derived", "dwell_min": 60.0,
    "wait_min": 10.0, "minutes": [0.0, 60.0, 120.0], "sources": ["safety:SAF113"],
    "zones": [{
        "zone": "cheeks", "at_needles_mm": band(2.1, 3.1, 4.4), "front_mm": band(0, 0.9, 2.0),
        "weak_share": 0.4, "absorbed_mg": band(2, 9, 38),
        "plasma_ug_per_ml": band(0.01, 0.03, 0.1), "share_of_danger": band(0.002, 0.007, 0.03),
        "depth_mm": {"p05": [1.2, 2, 2.5], "p50": [1.9, 3, 3.4], "p95": [2.5, 4, 5]},
        "warnings": ["emla, area: 900 cm2 is outside the label (at most 600 cm2)."],
    }],
}  # fmt: skip
SOLUTE = {
    "name": "vitamin", "title": "vitamin <C>", "permeability": "prior",
    "dose_ug_per_cm2": band(300, 300, 300), "hours": HOURS, "delivered_ug_per_cm2": curve(60),
    "added_ug_per_cm2": curve(50), "blood_ug_per_cm2": curve(30), "left_ug_per_cm2": curve(240),
    "layers": [{"layer": "stratum corneum", **curve(-1e-9)},
               {"layer": "papillary dermis", **curve(12)}],
    "ratio_to_intact": band(2, 6, 20), "window_hours": band(1, 3.4, 12),
    "held_by": {"dose": 0.7, "drying": 0.2, "channel": 0.1, "barrier": 0.0},
    "profile": {"depth_mm": [0.0, 1.0], "mg_per_ml": [[1.0, 0.1]] * len(HOURS)},
}  # fmt: skip
SERUM = {
    "name": "serum", "title": "serum of mine", "status": "assumed", "zone": "cheeks",
    "glide": False, "stays_hours": None, "covered": False, "open_channels": "avoid",
    "reasons": ["Lasting lumps were seen."], "said_of_all": "Devices are not cleared for it.",
    "solutes": [SOLUTE], "sources": ["transport:T-C1"],
}  # fmt: skip
WIDE = {"width_mm": band(0.2, 0.4, 0.5), "height_mm": band(0.1, 0.4, 0.6)}
NONE = {"width_mm": band(0, 0, 0.4), "height_mm": band(0, 0, 0)}
WARM = {
    "zone": "cheeks", "setting": {"energy_per_pin": "60 mJ", "pulse": "100 ms"},
    "sets": {"henriques": {"of": "cells", "status": "read", **WIDE},
             "pearce": {"of": "collagen", "status": "recalled", **NONE}},
    "cells_width_mm": band(0.3, 0.45, 0.6), "cells_height_mm": band(0.1, 0.5, 0.7),
    "peak_celsius": band(89, 98, 100), "energy_per_pin_mj": band(5, 19, 61),
    "impedance_ohm": band(120, 800, 1500), "chance_char": 0.875, "chance_burn": 0.0,
    "chance_fat": 0.004, "at_least": True,
    "by_depth": [{"depth_mm": 0.05, "dead": band(0, 0, 0), "denatured": band(0, 0, 0)},
                 {"depth_mm": 1.25, "dead": band(0, 0.1, 0.2), "denatured": band(0, 0.05, 0.1)}],
    "warnings": ["It chars (chance 88%)"],
}  # fmt: skip
LAYERS = [["viable epidermis", 0.0, 0.05], ["papillary dermis", 0.05, 0.2],
          ["reticular dermis", 0.2, 1.5], ["subcutis", 1.5, 6.0]]  # fmt: skip
INNER = {
    "numbing": {"zone": "cheeks", "title": "eutectic cream", "minutes": [0.0, 60.0, 120.0],
                "off_min": 60.0, "needles_min": 70.0, "set_mm": 1.5, "layers": LAYERS,
                "blocked_mm": [[0.1, [0, 1, 2]], [0.5, [0, 0.7, 1.5]], [0.9, [0, 0.3, 1]]]},
    "products": [{"name": "serum", "title": "serum of mine", "solutes": [
        {"name": "vitamin", "title": "vitamin <C>", "hours": [0.25, 1.0, 4.0, 24.0],
         "depth_mm": [0.0, 0.5, 2.0], "needled": [[1.0, 0.5, 0.0]] * 4,
         "intact": [[0.0, 0.0, 0.0]] * 4, "channel_mm": 0.08, "layers": LAYERS}]}],
    "heat": [{"zone": "cheeks", "wiring": "bipolar", "at_least": True, "peak_celsius": 98.0,
              "needle_mm": {"depth": 1.5, "diameter": 0.2, "bare": 0.3, "pitch": 1.4},
              "depth_mm": [0.0, 1.0, 1.4, 2.0], "layers": LAYERS,
              "celsius": [[50, [0, 0.1, 0.3, 0]], [60, [0, 0, 0.2, 0]], [80, [0, 0, 0.1, 0]],
                          [100, [0, 0, 0, 0]]],
              "sets": [{"name": "henriques", "title": "Henriques 1947", "of": "cells",
                        "status": "read", "half_width_mm": [0, 0, 0.2, 0]},
                       {"name": "mehta-wong", "title": "Mehta 1973, dermis", "of": "collagen",
                        "status": "read", "half_width_mm": [0, 0, 0.15, 0]},
                       {"name": "pearce", "title": "Pearce 1993", "of": "collagen",
                        "status": "recalled", "half_width_mm": [0, 0, 0, 0]}]}],
}  # fmt: skip


@pytest.fixture
def view() -> dict[str, Any]:
    record = {"numbing": NUMB, "products": [SERUM], "heat": [WARM]}
    return copy.deepcopy({"forecast": record, "inner": INNER})


def words(view: dict[str, Any]) -> str:
    text = re.sub(r"<[^>]+>", " ", str(inner.part(view)))
    return " ".join(html.unescape(text).split())


def test_the_made_up_record_is_of_the_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for form, data in ((NUMBING, NUMB), (PRODUCT, SERUM), (HEAT, WARM)):
        jsonschema.validate(data, form)


def test_numbing_says_depth_blood_label_and_that_skin_must_be_whole(view: dict[str, Any]) -> None:
    said = words(view)
    for text in ("about 3.1 mm (2.1 to 4.4); without cream about 1.9 mm (1.2 to 2.5)",
                 "60 min on the skin; the needles go in 10 min after it is off", "40 of 100 people",
                 "about 9 mg (2 to 38)", "about 0.7 % (0.2 to 3)", "outside the label",
                 "Only for unbroken skin", "wiped off", "still getting deeper"):  # fmt: skip
        assert text in said
    assert "Nothing that was reported is outside" not in said


def test_a_dose_that_may_poison_is_warned_of() -> None:
    many = np.array([0.1] * 19 + [1.2])
    said = poisoning(many, np.full(20, 5e-3))
    assert "In about 50 of 1000 people" in said[0]
    assert "poisoning begins (about 5 ug/mL): use less" in said[0]
    assert poisoning(many[:19], np.full(19, 5e-3)) == ()


def test_a_product_says_amount_ratio_window_limit_and_fitness(view: dict[str, Any]) -> None:
    said = words(view)
    for text in ("Devices are not cleared for it.", "Not for open channels",
                 "Lasting lumps were seen.", "60 (30 to 120) µg/cm², 20 % of it",
                 "50 (25 to 100) µg/cm²", "about 6 (2 to 20) times as much",
                 "stand in, good to a factor of five to ten", "about 3.4 hours (1 to 12)",
                 "the dose: most of what was put on", "drying in 20 %",
                 "not taken off within the day",
                 "next to nothing", "channels end", "Vitamin <C>"):  # fmt: skip
        assert text in said, text
    rows = said[said.index("where it is, by time") :]
    assert "Stratum corneum <0.001 <0.001" in rows  # a rounding below 0 is not printed
    assert "Papillary dermis 0.12 (0.062 to 0.25)" in rows


def test_no_ratio_is_printed_where_intact_skin_takes_nothing(view: dict[str, Any]) -> None:
    solute = view["forecast"]["products"][0]["solutes"][0]
    solute["ratio_to_intact"] = None
    assert "no ratio: intact skin takes next to nothing" in words(view)
    solute.update(ratio_to_intact=band(2, 6, 20), permeability="measured")
    assert "was measured" in words(view)


def test_channels_that_add_nothing_are_said_to(view: dict[str, Any]) -> None:
    view["forecast"]["products"][0]["solutes"][0]["window_hours"] = band(0, 0, 0)
    assert "they add nothing" in words(view)


def test_heat_says_zones_by_set_energy_and_chances(view: dict[str, Any]) -> None:
    said = words(view)
    for text in ("Cheeks: 60 mJ a pin, for 100 ms", "It chars (chance 88%)",
                 "about 19 (5 to 61) mJ; less than set", "about 800 (120 to 1500) Ω",
                 "at least 0.4 mm (0.2 to 0.5)", "none in most versions, up to 0.4 mm",
                 "recalled: still to be checked", "in 88 of 100 versions",
                 "in none of the versions", "in under 1 of 100 versions", "1.25 mm 10 % (0 to 20)",
                 "collagen, Pearce 1993: nowhere", "0.5 mm"):  # fmt: skip
        assert text in said, text
    assert "0.05 mm" not in said[said.index("by depth, after one session") :]


def test_bare_needles_are_drawn_bare(view: dict[str, Any]) -> None:
    assert "needle, insulated" in words(view)
    view["inner"]["heat"][0]["needle_mm"]["bare"] = None
    said = words(view)
    assert "needle, insulated" not in said
    assert "bare over their whole length" in said


def test_without_drawings_the_words_stand(view: dict[str, Any]) -> None:
    del view["inner"]
    page = str(inner.part(view))
    assert "<svg" not in page
    assert "Numbing" in page
    assert "Hottest place" in page


def test_what_is_not_there_takes_no_room(view: dict[str, Any]) -> None:
    view["forecast"] = {"numbing": None, "products": [], "heat": []}
    assert inner.part(view) == ""
    view["forecast"]["products"] = [{**SERUM, "solutes": [], "open_channels": "usual"}]
    said = words(view)
    assert "Nothing in it is followed into the skin" in said
    assert "Heat" not in said


def test_every_picture_has_a_name_and_text_is_escaped(view: dict[str, Any]) -> None:
    page = str(inner.part(view))
    assert page.count("<svg") == page.count('role="img"') + 1  # the section has one inside
    assert page.count("aria-label") >= 3
    assert "<C>" not in page
