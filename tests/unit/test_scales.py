"""Scales: every range end and every grade against its definition, and what one reading tells."""

from __future__ import annotations

from dataclasses import replace
from math import isclose, sqrt

import pytest

from pinprick.evidence import listing, registry, scoring
from pinprick.evidence.detectable import ONE_SIDED_95, detectable, reading_sd
from pinprick.evidence.scales import Reading, Scale, scale, scales, scales_for
from pinprick.faults import InputError
from pinprick.people import CONCERNS

ALL = list(scales().values())
SCORED = [s for s in ALL if s.definition.parts]
GRADED = [s for s in ALL if s.grades]
WANTED = {
    "goodman-baron-quantitative": (0, 84),
    "goodman-baron-qualitative": (1, 4),
    "ecca": (0, 540),
    "lemperle": (0, 5),
    "glogau": (1, 4),
    "alexiades-laxity": (0, 4),
    "gais": (1, 5),
    "posas-observer": (6, 60),
    "posas-patient": (6, 60),
    "vancouver": (0, 13),
    "masi": (0, 48),
    "mmasi": (0, 24),
    "hair-count": (0, 1000),
    "vas-100mm": (0, 100),
    "dlqi": (0, 30),
}


def named(found: Scale) -> str:
    return found.name


# ---- the data ----


def test_every_scale_is_there_with_its_range() -> None:
    assert {s.name: (s.low, s.high) for s in ALL} == WANTED


@pytest.mark.parametrize("found", ALL, ids=named)
def test_a_scale_is_whole(found: Scale) -> None:
    assert found.low < found.high and found.step > 0
    assert found.rows and all(row in registry().facts for row in found.rows)
    assert set(found.concerns) <= set(CONCERNS)
    assert found.definition.says.endswith(".") and found.definition.source
    assert found.definition.status in ("read", "recalled")
    assert found.definition.address.startswith("http")


@pytest.mark.parametrize("found", ALL, ids=named)
def test_the_range_is_that_of_its_row(found: Scale) -> None:
    """A row that states a range states this one; the score's parts have their own test."""
    stated = [registry().fact(row) for row in found.rows]
    ranges = [(f.low, f.high) for f in stated if "range" in f.quantity or "maximum" in f.quantity]
    own = {"posas-observer", "posas-patient", "mmasi"}  # the row says these in words
    if ranges and found.name not in own:
        assert (found.low, found.high) in ranges
    elif found.name in own:
        assert f"{found.low:g}-{found.high:g}" in " ".join(
            [stated[0].note, *stated[0].original.values()]
        )


def test_what_was_only_recalled_says_so() -> None:
    recalled = {s.name for s in ALL if s.definition.status == "recalled"}
    assert recalled == {"goodman-baron-quantitative", "ecca"}
    assert {registry().fact(s.rows[0]).status for s in ALL if s.name in recalled} == {"recalled"}


@pytest.mark.parametrize("concern", CONCERNS)
def test_every_concern_has_a_scale(concern: str) -> None:
    assert {"gais", "dlqi"} <= {s.name for s in scales_for(concern)}


# ---- sums ----


@pytest.mark.parametrize("found", SCORED, ids=named)
def test_the_parts_of_a_score_reach_both_ends(found: Scale) -> None:
    parts = found.definition.parts
    assert isclose(sum(part.weight * part.low for part in parts), found.low)
    assert isclose(sum(part.weight * part.high for part in parts), found.high)


def test_goodman_baron_points_at_both_ends_and_every_band() -> None:
    parts = scale("goodman-baron-quantitative").definition.parts
    assert scoring.goodman_baron_points({}) == 0
    assert scoring.goodman_baron_points({part.name: 1000 for part in parts}) == 84
    for part in parts[:-1]:
        got = [scoring.goodman_baron_points({part.name: n}) for n in (0, 1, 10, 11, 20, 21)]
        assert got == [part.weight * band for band in (0, 1, 1, 2, 2, 3)]
    thick = parts[-1].name
    got = [scoring.goodman_baron_points({thick: area}) for area in (0, 0.1, 4.9, 5, 20, 20.1)]
    assert got == [0, 6, 6, 12, 12, 18]


def test_goodman_baron_points_go_by_severity() -> None:
    weights = {p.name: p.weight for p in scale("goodman-baron-quantitative").definition.parts}
    assert sorted(weights.values()) == [1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 6]


def test_ecca_at_both_ends_and_every_extent() -> None:
    parts = scale("ecca").definition.parts
    assert [part.weight for part in parts] == [15, 20, 25, 30, 40, 50]
    assert scoring.ecca({}) == 0
    assert scoring.ecca({part.name: 21 for part in parts}) == 540
    first = parts[0].name
    assert [scoring.ecca({first: n}) for n in (0, 1, 4, 5, 20, 21)] == [0, 15, 15, 30, 30, 45]


@pytest.mark.parametrize("count", [scoring.goodman_baron_points, scoring.ecca])
@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_a_count_that_cannot_be_is_refused(count: object, wrong: float) -> None:
    kind = "papular" if count is scoring.goodman_baron_points else "superficial elastolysis"
    with pytest.raises(InputError, match="0 or more"):
        count({kind: wrong})  # type: ignore[operator]
    with pytest.raises(InputError, match="did you mean"):
        count({kind[:-1]: 3})  # type: ignore[operator]


@pytest.mark.parametrize("name", ["vancouver", "posas-observer", "posas-patient", "dlqi"])
def test_a_sum_of_items_reaches_both_ends_and_refuses_what_lies_outside(name: str) -> None:
    parts, found = scale(name).definition.parts, scale(name)
    lowest = {part.name: part.low for part in parts}
    highest = {part.name: part.high for part in parts}
    assert scoring.total(name, lowest) == found.low
    assert scoring.total(name, highest) == found.high
    with pytest.raises(InputError) as caught:
        scoring.total(name, {part: rating + 1 for part, rating in highest.items()})
    assert len(caught.value.faults) == len(parts)
    with pytest.raises(InputError, match="nothing"):
        scoring.total(name, dict(list(lowest.items())[1:]))
    with pytest.raises(InputError, match="did you mean"):
        scoring.total(name, {**lowest, parts[0].name + "x": 1})


def test_the_items_of_the_vancouver_scale_have_their_own_ends() -> None:
    assert {p.name: p.high for p in scale("vancouver").definition.parts} == {
        "vascularity": 3, "pigmentation": 2, "pliability": 5, "height": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("share", "rating"),
    [(0, 0), (0.01, 1), (0.099, 1), (0.10, 2), (0.299, 2), (0.30, 3), (0.499, 3), (0.50, 4),
     (0.699, 4), (0.70, 5), (0.899, 5), (0.90, 6), (1.0, 6)],
)  # fmt: skip
def test_the_area_of_melasma_is_rated_in_bands(share: float, rating: int) -> None:
    assert scoring.area_rating(share) == rating
    assert scoring.area_rating(share, "mmasi") == rating


def test_masi_weighs_its_regions() -> None:
    for region, weight in {"forehead": 0.3, "left malar": 0.3, "chin": 0.1}.items():
        assert scoring.masi({region: (1.0, 4, 4)}) == pytest.approx(weight * 48)
        assert scoring.mmasi({region: (1.0, 4)}) == pytest.approx(weight * 24)
    whole = ("forehead", "right malar", "left malar", "chin")
    assert scoring.masi(dict.fromkeys(whole, (1.0, 4, 4))) == 48
    assert scoring.mmasi(dict.fromkeys(whole, (1.0, 4))) == 24
    assert scoring.masi({}) == scoring.masi(dict.fromkeys(whole, (0.0, 4, 4))) == 0


def test_masi_of_a_mixed_face_is_the_sum_by_hand() -> None:
    face = {"forehead": (0.2, 2, 1), "right malar": (0.6, 3, 3), "chin": (0.05, 1, 1)}
    assert scoring.masi(face) == pytest.approx(0.3 * 2 * 3 + 0.3 * 4 * 6 + 0.1 * 1 * 2)


def test_masi_refuses_what_it_does_not_have() -> None:
    with pytest.raises(InputError, match="did you mean chin"):
        scoring.masi({"chn": (0.5, 1, 1)})
    with pytest.raises(InputError, match="0 to 4"):
        scoring.masi({"chin": (0.5, 5, 1)})
    with pytest.raises(InputError, match="a share"):
        scoring.masi({"chin": (1.5, 1, 1)})


# ---- grades ----


@pytest.mark.parametrize("found", GRADED, ids=named)
def test_every_grade_has_words_of_its_own(found: Scale) -> None:
    steps = [
        found.low + n * found.step for n in range(1 + round((found.high - found.low) / found.step))
    ]
    unused = {0.5} if found.name == "alexiades-laxity" else set()
    assert set(found.grades) == set(steps) - unused
    assert len(set(found.grades.values())) == len(found.grades)
    for step, said in found.grades.items():
        assert scoring.grade_text(found.name, step) == said
    with pytest.raises(InputError):
        scoring.grade_text(found.name, found.high + 1)
    with pytest.raises(InputError):
        scoring.grade_text(found.name, found.low - 1)


def test_the_lemperle_grades_are_those_of_its_row() -> None:
    note = " ".join(registry().fact("clinical:CL268").original.values())
    for said in scale("lemperle").grades.values():
        assert said.removeprefix("no wrinkles") in note or "none" in note


@pytest.mark.parametrize(
    ("seen", "grade"),
    [
        ((False, False, True, True), 1),
        ((False, True, False, False), 1),
        ((True, False, False, False), 2),
        ((True, True, True, False), 2),
        ((True, True, False, True), 3),
        ((True, True, False, False), 4),
    ],
)
def test_the_goodman_baron_grade_follows_its_three_questions(
    seen: tuple[bool, bool, bool, bool], grade: int
) -> None:
    contour, shows, covered, flat = seen
    got = scoring.goodman_baron_grade(
        contour=contour, shows_at_50_cm=shows, covered=covered, flat_when_stretched=flat
    )
    assert got == grade


def test_gais_is_a_change_and_better_when_lower() -> None:
    assert scale("gais").of == "change" and scale("gais").better == "lower"


def test_only_a_hair_count_is_better_when_higher() -> None:
    assert {s.name for s in ALL if s.better == "higher"} == {"hair-count"}
    assert {s.name for s in ALL if s.open} == {"hair-count"}


# ---- what counts, what matters, what can be told ----


@pytest.mark.parametrize("found", [s for s in ALL if s.matters], ids=named)
def test_what_matters_is_what_the_row_says(found: Scale) -> None:
    assert found.matters is not None
    fact = registry().fact(found.matters.rows[0])
    assert fact.value is not None and abs(fact.value) == found.matters.change


def test_where_nothing_is_published_nothing_is_said() -> None:
    silent = {s.name for s in ALL if s.matters is None}
    assert {"goodman-baron-quantitative", "ecca", "masi", "lemperle", "hair-count"} <= silent
    assert {s.name for s in ALL if s.matters} == {"posas-patient", "vas-100mm", "dlqi"}


def test_a_reading_tells_1645_root_2_of_its_deviation() -> None:
    for found in ALL:
        sd, told = reading_sd(found), detectable(found)
        assert (sd is None) == (told is None)
        if sd is not None and told is not None:
            readings = 1 if found.of == "change" else 2
            assert told.change == pytest.approx(ONE_SIDED_95 * sqrt(readings) * sd)
            assert told.in_steps >= told.change - 1e-9
            assert told.in_steps - told.change < found.step


def test_a_reading_of_ecca_and_of_gais_rests_on_its_rows() -> None:
    ecca, gais = detectable(scale("ecca")), detectable(scale("gais"))
    row = registry().fact("clinical:CL203")
    assert ecca is not None and row.sd is not None and ecca.change == pytest.approx(1.645 * row.sd)
    assert gais is not None and 1.645 * 0.72 <= gais.change <= 1.645 * 0.84
    assert ecca.at_most and gais.at_most


def test_two_readings_tell_more_than_the_rule_of_points_asks() -> None:
    """A fall of four points may be noise of a single reading: the rule is no proof in one face."""
    found = scale("goodman-baron-quantitative")
    told = detectable(found)
    assert told is not None and found.smallest_change is not None
    assert told.change > found.smallest_change.change


def test_a_deviation_of_one_reading_is_doubled_in_variance() -> None:
    found = scale("lemperle")
    assert found.reading is not None
    other = replace(found, reading=replace(found.reading, of="reading"))
    one, two = detectable(found), detectable(other)
    assert one is not None and two is not None
    assert two.change == pytest.approx(sqrt(2) * one.change)


def test_a_reading_may_rest_on_a_row() -> None:
    found = replace(scale("gais"), reading=Reading(of="reading", row="clinical:CL173"))
    told = detectable(found)
    assert told is not None and told.change == pytest.approx(1.645 * 0.72)
    assert reading_sd(replace(found, reading=Reading(of="reading", row="clinical:CL001"))) is None


def test_a_scale_without_a_row_of_noise_is_not_known() -> None:
    assert detectable(scale("glogau")) is None
    assert listing.told(scale("glogau")) == "not known"


def test_the_listing_has_every_scale() -> None:
    columns, rows = listing.scales(registry())
    assert [row[0] for row in rows] == list(WANTED)
    assert all(len(row) == len(columns) and all(row[:8]) for row in rows)
