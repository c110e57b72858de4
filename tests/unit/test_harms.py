"""Harms: each row of the table, each statement of each example, and the words for them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinprick.case import Case, example_path, examples
from pinprick.evidence import registry
from pinprick.learning import pih_fit
from pinprick.safety import risks as sheet
from pinprick.safety.bounds import exact, zero_bound
from pinprick.safety.effects import side_effects
from pinprick.safety.harms import KINDS, Harm, Seen, harms, statements
from pinprick.safety.pih import LEVELS, draws, pih, provenance, single
from pinprick.safety.saying import beside, left_open, out_of, per_of, say, whole
from pinprick.safety.texts import blanks, texts

HOURS = {"duration_hours": {"p05": 4.4, "p50": 45.0, "p95": 126.0},
         "chance_longer_than_hours": {"24": 0.6}}  # fmt: skip
HARMS = list(harms().values())
COUNTS = [seen for harm in HARMS for seen in (*harm.seen, *harm.beside)]
# Every harm that issue and trial name, by the key under which it stands.
NAMED = {
    "redness", "swelling", "bleeding", "crusts", "dryness", "pain", "dark_patches", "tram_tracks",
    "mesh_marks", "lasting", "stopped", "serious", "rf_burn", "cold_sores", "infection", "bruise",
    "spots", "granuloma", "keloid", "metal", "cream", "glands", "irritation", "milia",
    "any_sign", "days_off",
}  # fmt: skip


def case(**changes: Any) -> Case:
    return Case.load(example_path("acne-scars")).with_(**changes)


def heated() -> Case:
    """The example with needles that heat."""
    settings = "{energy_per_pin: 60 mJ, pulse: 100 ms}"
    told = f"device: rf-49-insulated\n        radiofrequency: {settings}"
    return Case.loads(
        case().dump().replace("device: pen", told).replace("seconds_per_cm2: 2", "passes: 2")
    )


def of(found: Case, key: str) -> dict[str, Any]:
    (made,) = (each for each in side_effects(found, HOURS) if each["key"] == key)
    return made


# ---- the table ----


def test_every_harm_that_was_asked_for_has_a_row() -> None:
    assert set(harms()) == NAMED


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.id)
def test_a_row_has_what_its_kind_needs(harm: Harm) -> None:
    assert harm.kind in KINDS
    assert len(harm.definition.split()) > 1
    assert bool(harm.seen) == (harm.kind in ("rate", "bound"))
    assert (harm.model in ("pih", "one_study")) == (harm.kind == "rate")
    assert bool(harm.asked) == (harm.kind == "bound")
    for share in harm.asked:
        assert 0 < share <= 1
    if harm.kind == "bound":
        assert all(seen.events == 0 and seen.people[0] > 0 for seen in harm.seen)
    for duration in harm.durations:
        assert 0 <= duration.hours[0] <= duration.hours[1] and duration.body_site and duration.rows


def test_every_row_that_is_named_is_evidence() -> None:
    rows = {row for seen in COUNTS for row in seen.rows}
    rows |= {row for harm in HARMS for each in harm.durations for row in each.rows}
    rows |= {harm.highest.row for harm in HARMS if harm.highest}
    rows |= {row for key, words in texts().items() if key.startswith("risk.") for row in words.rows}
    assert rows <= set(registry().facts)


@pytest.mark.parametrize("seen", COUNTS, ids=lambda seen: f"{seen.rows[0]} {seen.events}")
def test_a_count_is_that_of_its_row(seen: Seen) -> None:
    """People stand in the row unless said to be assumed; events too, or as its percentage."""
    fact = registry().fact(seen.rows[0])
    cells = " ".join([*map(str, fact.original.values()), fact.note])
    numbers = {float(n) for n in re.findall(r"\d+(?:\.\d+)?", cells)}
    assert 0 < seen.people[0] <= seen.people[-1]
    assert 0 <= seen.events < seen.people[0]
    others = [registry().fact(row) for row in seen.rows[1:]]
    numbers |= {float(n) for f in others for n in re.findall(r"\d+(?:\.\d+)?", f.note)}
    for people in seen.people:
        assert people in numbers or "people" in seen.assumed or seen.note, seen
    share = 100 * seen.events / seen.people[0]
    no_event = seen.events == 0 and re.search(r"\b(0|no|nobody)\b", cells)
    assert seen.events in numbers or no_event or any(abs(share - n) < 0.1 for n in numbers), seen


def test_shares_of_a_mix_add_up_and_only_known_groups_are_named() -> None:
    for seen in COUNTS:
        assert set(seen.mix) | set(seen.own) <= set(LEVELS)
        assert not seen.fitted or not seen.mix or sum(seen.mix.values()) == pytest.approx(1)
        assert "mix" in seen.assumed or len(seen.mix) <= 1
        assert not seen.own or sum(seen.own.values()) <= seen.people[0]


def test_a_highest_share_is_that_of_its_row() -> None:
    for harm in HARMS:
        if harm.highest:
            row = registry().fact(harm.highest.row).original
            assert str(harm.highest.percent).removesuffix(".0") in (row["high"], row["value"])


def test_what_was_computed_from_a_row_follows_from_it() -> None:
    """SD from standard error, and days in hours."""
    (belly,) = harms()["any_sign"].durations
    assert belly.sd_hours == pytest.approx(24 * 0.37 * 20**0.5, abs=0.1)
    downtime = harms()["days_off"].durations[0]
    assert (downtime.hours[0], downtime.sd_hours) == pytest.approx((24 * 6.96, 24 * 3.27), abs=0.1)


# ---- every example ----


@pytest.mark.parametrize("name", examples())
@pytest.mark.parametrize("hours", [None, HOURS])
def test_only_what_was_counted_has_a_probability(name: str, hours: Any) -> None:
    found = side_effects(Case.load(example_path(name)), hours)
    assert found[0]["name"] == "redness", "redness is read as the first"
    assert len({each["name"] for each in found}) == len(found)
    for each in found:
        rate, bound = each["kind"] == "rate", each["kind"] == "bound"
        assert each["kind"] in KINDS and each["text"].endswith(".") and each["definition"]
        for key in ("mean", "probability", "worst_plausible", "prior_share", "worst_text"):
            assert (each[key] is not None) == rate, (each["name"], key)
        assert (each["bound_95"] is not None) == bound, each["name"]
        if rate:
            p = each["probability"]
            assert each["seen"] and each["rows_fitted"]
            assert 0 < p["p05"] < p["p50"] < each["mean"] < p["p95"] == each["worst_plausible"] < 1
        if bound:
            people = [seen["people"] for seen in each["seen"]]
            assert people and all(isinstance(n, int) and n > 0 for n in people)
            assert 0 < each["bound_95"] <= each["bound_95_if_few_were_asked"] < 1
        drawn = {"rate": "filled", "bound": "hollow", "unknown": "hatched"}
        assert each["icons"]["drawn"] == drawn.get(each["kind"])
        assert (each["icons"]["of"] is not None) == (rate or bound)


def test_hours_of_the_forecast_reach_redness_and_nothing_else() -> None:
    for each in side_effects(case(), HOURS):
        assert (each["duration_hours"] is not None) == (each["key"] == "redness")
    assert of(case(), "redness")["chance_longer_than_hours"] == {"24": 0.6}
    assert "not tested" in of(case(), "redness")["text"]
    assert of(case(), "days_off")["stands_in"] == "redness"


def test_at_home_nothing_is_counted() -> None:
    home = Case.load(example_path("home-roller"))
    assert {each["kind"] for each in side_effects(home)} == {"expected", "unknown", "not_forecast"}
    assert {each.kind for each in statements(case(operator="self"))}.isdisjoint(("rate", "bound"))


def test_nobody_expects_blood_of_the_shortest_needles() -> None:
    home = Case.load(example_path("home-roller"))
    for name in ("bleeding", "crusts"):
        assert of(home, name)["kind"] == "unknown"
        assert of(case(depth="0.5 mm"), name)["kind"] == "expected"


def test_tram_tracks_have_a_rate_only_where_they_were_counted() -> None:
    rolled = {"device": "roller-192", "dose": {"passes": 4}}
    assert of(case(), "tram_tracks")["kind"] == "unknown"
    assert of(case(**rolled), "tram_tracks")["kind"] == "rate"
    assert of(case(**rolled, phototype=2), "tram_tracks")["kind"] == "unknown"
    assert "2 of 30 to 36" in of(case(**rolled), "tram_tracks")["text"]


def test_radiofrequency_has_harms_of_its_own() -> None:
    hot = {each["key"]: each for each in side_effects(heated())}
    assert {"mesh_marks", "rf_burn"} <= set(hot)
    assert not {"mesh_marks", "rf_burn"} & {each["key"] for each in side_effects(case())}
    assert hot["lasting"]["kind"] == "unknown", "counted after a pen"
    assert hot["serious"]["kind"] == "bound", "counted over both"
    assert {seen["device"] for seen in hot["dark_patches"]["seen"]} == {"radiofrequency"}
    assert hot["dark_patches"]["mean"] != of(case(), "dark_patches")["mean"]
    assert "3 of 40" in hot["mesh_marks"]["text"]


def test_lasers_stand_beside_and_are_never_added() -> None:
    made = of(case(), "dark_patches")
    said = " ".join(each["text"] for each in made["beside"])
    assert "Fractional CO2 laser: 9 of 30" in said and "21 of 120 sessions" in said
    assert "laser" not in {seen["device"] for seen in made["seen"]}
    assert made["untreated"] is None


# ---- numbers ----


def test_bounds_are_exact() -> None:
    assert zero_bound(60) == pytest.approx(exact(0, 60)[1])
    assert [round(100 * zero_bound(n), 1) for n in (24, 36, 39, 60)] == [11.7, 8.0, 7.4, 4.9]
    for people, share in ((0, 1.0), (10, 0.0), (10, 1.1)):
        with pytest.raises(ValueError):
            zero_bound(people, share)


@pytest.mark.parametrize(
    ("events", "people", "low", "high"),
    [(5, 30, 6.8, 31.9), (5, 36, 5.6, 27.0), (9, 30, 16.6, 46.5), (3, 22, 3.8, 31.6),
     (3, 40, 2.1, 18.3), (1, 60, 0.1, 7.7)],
)  # fmt: skip
def test_exact_limits_are_those_of_the_binomial(
    events: int, people: int, low: float, high: float
) -> None:
    assert [100 * end for end in exact(events, people)] == pytest.approx([low, high], abs=0.06)


def test_rates_of_dark_patches_rise_with_phototype_and_sessions() -> None:
    means = [float(pih(kind, sessions=4).mean()) for kind in (2, 3, 4, 5, 6)]
    assert means == sorted(means)
    assert means == pytest.approx([0.019, 0.029, 0.046, 0.072, 0.104], rel=0.15)
    assert pih(1, sessions=4).mean() == pih(2, sessions=4).mean()
    assert pih(4, sessions=1).mean() < pih(4, sessions=4).mean()
    assert means[0] < pih(None, sessions=4).mean() < means[-1]
    assert pih(4, "fractional CO2 laser", 4).mean() > 3 * means[2]


def test_the_draws_are_those_of_the_shipped_arms_and_prior() -> None:
    assert provenance()["data"] == pih_fit.digest(), "fit anew: python -m pinprick.learning.pih_fit"
    assert len(draws()["clinic"]) == provenance()["draws"] >= 2000
    assert provenance()["effective"] > 10_000
    rows = np.column_stack(list(draws().values()))
    assert np.isfinite(rows).all() and len(np.unique(rows, axis=0)) > 0.99 * len(rows)


def test_levels_never_fall_with_phototype() -> None:
    levels = np.array([draws()[column] for column in LEVELS.values()])
    assert (np.diff(levels, axis=0) >= 0).all()


def test_a_short_fit_says_what_the_shipped_draws_say() -> None:
    found = pih_fit.fit(8_000, 3)
    made = pih_fit.posterior(found, 2000, 3)
    for kind in (2, 4, 6):
        again, shipped = pih(kind, sessions=4, draws=made).mean(), pih(kind, sessions=4).mean()
        assert again == pytest.approx(shipped, rel=0.25)
    assert single("tram_tracks", made).mean() == pytest.approx(
        single("tram_tracks").mean(), rel=0.25
    )
    assert found.weights().sum() == pytest.approx(1)
    assert pih_fit.scores(found)["dogra-2014 needling"] == pytest.approx(-4.0, abs=0.3)


def test_left_out_beats_one_pooled_rate_and_phototype_tells_nothing() -> None:
    plain = provenance()["plain"]
    assert plain["score"] > plain["score_pooled"] + 5
    assert abs(plain["score"] - plain["score_one_level"]) < 0.5


# ---- words ----


def test_every_text_of_a_harm_is_used_and_its_blanks_are_filled() -> None:
    keys = {key for key in texts() if key.startswith("risk.")}
    counted = {h.id for h in HARMS if h.kind in ("rate", "bound") and h.id != "mesh_marks"}
    changing = counted | {h.id for h in HARMS if h.counted_when}
    wanted = {f"risk.{h.id}" for h in HARMS} | {f"risk.{name}_unknown" for name in changing}
    assert keys == wanted
    for found in (case(), heated(), Case.load(example_path("home-roller"))):
        for each in statements(found):
            assert not blanks(say(each, "a day", per=100, forecast=True))


def test_rate_unknown_is_said_where_it_is() -> None:
    for found in (case(), heated(), Case.load(example_path("home-roller"))):
        for each in side_effects(found, HOURS):
            unknown = "rate unknown" in each["text"].lower()
            assert unknown == (each["kind"] == "unknown"), each["name"]


def test_guesses_and_pooled_figures_are_never_printed() -> None:
    text = " ".join(w.text for key, w in texts().items() if key.startswith("risk."))
    assert not re.search(r"\b0\.02\b|7 of (225|261)|(?<![\d.])[235] of 100\b|%", text)
    made = " ".join(str(each) for name in examples() for each in _of_example(name))
    assert not re.search(r"SAF21[45]|SAF257|SAF129|SAF206|7/225|\b0 ?%", made)


def _of_example(name: str) -> list[dict[str, Any]]:
    return side_effects(Case.load(example_path(name)), HOURS)


def test_numbers_written_in_words_are_those_of_the_table() -> None:
    sores = of(case(), "cold_sores")["text"]
    assert "0 of 84 (up to 4 of 100 not ruled out) and 0 of 120 (up to 2 of 100" in sores
    assert round(harms()["any_sign"].durations[0].hours[0] / 24) == 3
    assert round(harms()["days_off"].durations[0].hours[0] / 24) == 7
    assert [hours / 24 for hours in harms()["crusts"].durations[0].hours] == [3, 7]


def test_a_zero_is_never_said_without_what_it_leaves_open() -> None:
    for seen in COUNTS:
        if seen.events == 0 and seen.procedure:
            assert "not ruled out" in beside(seen, 100)
    assert "leaves up to 11 of 100 open" in of(case(), "dark_patches")["text"]
    assert "about 20 people" in of(case(phototype=6), "dark_patches")["text"]
    assert "mixed groups only" in of(case(phototype=5), "dark_patches")["text"]
    assert of(case(phototype=5), "dark_patches")["people_like_this"] is None


def test_frequencies_are_natural() -> None:
    assert (whole(0.046, 100), whole(0.004, 1000), whole(0.0001, 1000)) == (
        "5", "4", "fewer than 1",
    )  # fmt: skip
    assert (out_of(0.01, 100), out_of(0.01, 1000)) == ("1 of 100", "10 of 1,000")
    assert left_open(zero_bound(1845, 1 / 3), 100) == "1 in 200"
    assert (left_open(0.0099, 100), left_open(0.01, 100)) == ("1 in 100", "1 of 100")


@pytest.mark.parametrize("name", ["acne-scars", "home-roller", "rf-laxity"])
@pytest.mark.parametrize("changes", [{}, {"phototype": 1, "sessions": 1}, {"phototype": 6}])
def test_all_that_is_said_of_a_case_is_out_of_one_number(name: str, changes: Any) -> None:
    """Words, icons and sheet; a count of a study keeps the people it counted."""
    found = Case.load(example_path(name)).with_(**changes)
    per = per_of(statements(found))
    made = side_effects(found, HOURS)
    assert {each["icons"]["of"] for each in made} <= {per, None}
    said = [each["text"] for each in made] + [each["worst_text"] or "" for each in made]
    said += [each["text"] for row in made for each in row["beside"]]
    said += [risk.text for risk in sheet.risks(found)]
    shares = re.findall(r"(?:about|to|leaves) [\d,]+ of ([\d,]+)", " ".join(said), re.IGNORECASE)
    told = {int(each.replace(",", "")) for each in shares}
    people = {n for seen in COUNTS for n in seen.people}
    assert told - people <= {per}, told


def test_the_worst_plausible_is_told_with_its_people() -> None:
    assert "27 people" in of(case(phototype=4), "dark_patches")["worst_text"]
    assert "no group of this skin type alone" in of(case(phototype=5), "dark_patches")["worst_text"]


def test_the_sheet_says_what_the_report_says() -> None:
    report = {each["key"]: each["text"] for each in side_effects(case())}
    told = {risk.id: risk.text for risk in sheet.risks(case())}
    assert told == report
    for risk in sheet.risks(case()):
        assert risk.kind in sheet.KINDS
        assert bool(risk.counts) == (risk.kind in ("counted", "bound")), risk.id


def test_the_fit_runs_as_a_module(tmp_path: Path) -> None:
    """Its folder and files only: a small run, so that no minute is spent."""
    program = (
        "import sys; from pathlib import Path; from pinprick.learning import pih_fit as fit;"
        "fit.settings()['run'].update(prior_draws=4000, draws=50, left_out_draws=50);"
        "fit.main(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    assert {path.name for path in tmp_path.iterdir()} == {
        "pih_draws.csv", "pih_draws.toml", "pih_left_out.csv",
    }  # fmt: skip
