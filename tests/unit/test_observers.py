"""Observers and what they see by day: averaging, bias, drift, the ridge, additions, clocks."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest

from pinprick.appearance import OBSERVERS, Outcome, Rater, observers, outcome, spread, structure
from pinprick.appearance.additions import contrast, counted
from pinprick.case import Case, example_path
from pinprick.evidence import Lanes, registry
from pinprick.evidence.instruments import Instrument, instruments
from pinprick.evidence.interventions import interventions
from pinprick.evidence.scales import scale
from pinprick.faults import InputError
from pinprick.forecasting import outcomes
from pinprick.forecasting.body import interventions_of
from pinprick.forecasting.figures.observers import ridge
from pinprick.forecasting.plan import Plan
from pinprick.medium.schedule import COHORT

MEMBERS = 200
DAYS = np.array([0.0, 1.0, 30.0, 90.0, 180.0])
GROWN = np.array([0.0, 0.0, 0.02, 0.06, 0.10])
PLASMA, PEEL, VITAMIN = "platelet-rich plasma", "chemical peel", "ascorbic acid"
TOOLS = tuple(instruments().values())


def lanes(**settings: str) -> Lanes:
    known = registry().with_values({f"appearance.{key}": text for key, text in settings.items()})
    return Lanes(known, 0, range(MEMBERS))


def seen(
    tool: Instrument | str = "acne-scars-points",
    who: Any = "blinded_rater",
    at: Lanes | None = None,
    **given: Any,
) -> Outcome:
    """A course whose matrix is that of the reference course."""
    at = at or lanes()
    tool = instruments()[tool] if isinstance(tool, str) else tool
    grown = GROWN[:, None] * np.ones(len(at))
    return outcome(tool, who, DAYS, grown, grown[-1], grown[-1], at, **given)


def gain(side: Any) -> np.ndarray[Any, Any]:
    """Change with better upwards."""
    return np.asarray(side.true) * (-1.0 if side.scale.better == "lower" else 1.0)


# ---- averaging ----


def test_more_raters_and_more_readings_lower_the_noise_of_a_reading() -> None:
    at, one = lanes(), np.ones(MEMBERS)
    noise = [observers.averaged(one, Rater("blinded_rater", n), at) for n in (1, 2, 4, 100)]
    assert all(np.all(more < few) for few, more in itertools.pairwise(noise))
    again = [observers.averaged(one, Rater("blinded_rater", 1, n), at) for n in (1, 2, 4)]
    assert all(np.all(more < few) for few, more in itertools.pairwise(again))
    both = observers.averaged(one, Rater("blinded_rater", 4, 4), at)
    assert np.all(both < noise[2]) and np.all(both < again[2])


def test_raters_of_one_photograph_share_its_light_and_those_who_look_live_do_not() -> None:
    at, one = lanes(), np.ones(MEMBERS)
    picture = at["appearance.picture_share"]
    many = observers.averaged(one, Rater("blinded_rater", 10**9), at)
    assert np.allclose(many, np.sqrt(picture))
    live = observers.averaged(one, Rater("blinded_rater", 100, rated="live"), at)
    assert np.allclose(live, 0.1)


def test_one_rater_who_looks_again_keeps_their_own_view() -> None:
    at, one = lanes(picture_share="0", rater_share="0.5"), np.ones(MEMBERS)
    assert np.allclose(observers.averaged(one, Rater("blinded_rater", 1, 10**9), at), np.sqrt(0.5))
    assert np.allclose(observers.averaged(one, Rater("blinded_rater", 4), at), 0.5)


def test_averaging_lowers_rater_noise_and_leaves_people_as_they_are() -> None:
    for tool in TOOLS:
        one = seen(tool, "blinded_rater", group=20)
        many = seen(tool, Rater("blinded_rater", raters=5, readings=3), group=20)
        assert np.all(many.reading_sd < one.reading_sd)
        assert one.people_sd is not None and many.people_sd is not None
        assert np.array_equal(one.people_sd, many.people_sd)
        assert np.array_equal(one.treated.true, many.treated.true)
        assert np.all(np.abs(many.treated.noise) <= np.abs(one.treated.noise))


def test_more_people_narrow_the_mean_of_a_group() -> None:
    few, many = seen(group=10), seen(group=1000)
    assert np.allclose(few.treated.noise, 10 * many.treated.noise)
    assert np.all(few.treated.noise[0] == 0), "before the first session nothing has changed"


def test_a_group_of_nobody_is_refused() -> None:
    with pytest.raises(InputError, match="group: found 0; allowed: 1 or more"):
        seen(group=0)


def test_the_mean_of_a_group_is_the_mean_of_its_people() -> None:
    at = Lanes(registry().with_values({"appearance.response_cv": "0.4"}), 0, [0] * 4000)
    grown = GROWN[:, None] * np.ones(len(at))
    rng = np.random.default_rng(1)
    tool = instruments()["acne-scars-points"]
    whole = outcome(tool, "blinded_rater", DAYS, grown, grown[-1], grown[-1], at, group=9)
    cv = whole.ridge.cv[0]
    sd = np.sqrt(np.log1p(cv**2))
    each = np.exp(sd * rng.standard_normal(200_000) - sd**2 / 2)
    level = at[f"appearance.{tool.level}"][0]
    y = level * each + at["appearance.drift"][0]
    before = whole.baseline[0]
    change = -before * -np.expm1(-y)
    assert whole.people_sd is not None
    assert whole.treated.true[-1, 0] == pytest.approx(change.mean(), rel=0.01)
    assert whole.people_sd[-1, 0] == pytest.approx(change.std(), rel=0.02)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"who": "a passer-by"}, "who"),
        ({"who": "blinded_rater", "raters": 0}, "raters"),
        ({"who": "blinded_rater", "readings": 0}, "readings"),
        ({"who": "patient_reported", "raters": 2}, "own skin"),
        ({"who": "blinded_rater", "rated": "by ear"}, "rated"),
    ],
)
def test_a_rater_that_cannot_be_is_refused(given: dict[str, Any], word: str) -> None:
    with pytest.raises(InputError, match=word):
        Rater(**given)


# ---- bias and drift ----


def test_a_blinded_rater_has_no_bias() -> None:
    assert np.all(observers.bias(Rater("blinded_rater"), lanes()) == 0)
    at = lanes(bias_investigator="0.5", bias_patient="0.6")
    assert np.array_equal(seen(at=at).treated.true, seen().treated.true)


def test_the_bias_of_open_raters_may_be_none() -> None:
    for who in ("unblinded_investigator", "patient_reported"):
        bias = observers.bias(Rater(who), Lanes(registry(), 0, range(0, 4000, 4)))
        assert bias.min() < 0 < bias.mean()


def test_what_untreated_skin_gains_is_the_observers() -> None:
    """No matrix enters the untreated side; without drift a blinded rater sees nothing there."""
    still = lanes(drift="0")
    assert np.all(seen(at=still).untreated.true == 0)
    drifts = lanes(drift="0.05")
    for tool in TOOLS:
        blind = seen(tool, at=drifts)
        assert np.all(gain(blind.untreated)[-1] > 0)
        none = np.zeros((len(DAYS), MEMBERS))
        bare = outcome(tool, "blinded_rater", DAYS, none, none[-1], none[-1] + 0.1, drifts)
        assert np.allclose(bare.treated.true, bare.untreated.true), "a course that leaves nothing"


def test_an_open_rater_sees_a_part_of_the_bias_on_untreated_skin() -> None:
    at = lanes(drift="0", bias_patient="0.3", bias_untreated_share="0.5")
    assert np.allclose(observers.untreated(Rater("patient_reported"), at), 0.15)
    assert np.allclose(observers.treated(Rater("patient_reported"), at), 0.3)


def test_bias_and_drift_come_with_the_visits_and_have_no_clock() -> None:
    at = lanes(drift="0.05")
    early = outcome(
        instruments()["acne-scars-points"], "patient_reported", np.array([0.0, 70.0, 400.0]),
        np.zeros((3, MEMBERS)), np.zeros(MEMBERS), np.ones(MEMBERS), at,
        visits=np.array([0.0, 28.0, 56.0]),
    )  # fmt: skip
    assert np.all(early.treated.true[0] == 0)
    assert np.array_equal(early.treated.true[1], early.treated.true[2])


# ---- the ridge ----


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_total_is_constant_along_the_ridge(tool: Instrument) -> None:
    totals, raters = [], []
    for cv in ("0.2", "0.5", "0.8"):
        split = seen(tool, at=lanes(response_cv=cv)).ridge
        assert np.allclose(split.people**2 + split.readings * split.reading**2, split.whole**2)
        totals.append(split.whole)
        raters.append(split.reading)
    assert np.array_equal(totals[0], totals[1]) and np.array_equal(totals[0], totals[2])
    assert np.all(raters[2] <= raters[0]) and np.any(raters[2] < raters[0])


def test_two_readings_are_never_free_of_noise() -> None:
    split = spread.ridge(np.ones(3), np.full(3, 10.0), np.array([0.01, 0.5, 0.8]), 2)
    assert np.all(split.people**2 <= 0.5 + 1e-12)
    assert np.all(split.cv <= [0.01, 0.5, 0.8])


def test_a_change_that_is_rated_itself_holds_one_reading() -> None:
    for tool in TOOLS:
        wanted = 1 if scale(tool.scale).of == "change" else 2
        assert seen(tool).ridge.readings == wanted


def test_the_spread_between_people_is_what_its_prior_says() -> None:
    cv = Lanes(registry(), 0, range(0, 4000, 4))["appearance.response_cv"]
    assert cv.min() >= 0.2 and cv.max() <= 0.8
    alike = Lanes(registry(), 0, range(40_000))
    assert spread.response(np.full(40_000, 0.4), alike).std() == pytest.approx(0.4, abs=0.03)
    assert spread.response(np.full(40_000, 0.4), alike).mean() == pytest.approx(1.0, abs=0.01)


def test_the_ridge_is_drawn() -> None:
    figure = ridge(draws=40)
    assert len(figure.axes) == 6
    points = figure.axes[-1].collections[0].get_offsets()
    assert np.allclose((np.asarray(points) ** 2).sum(axis=1), 1.0)


# ---- subtypes, water, doses ----


def test_ice_pick_scars_respond_least_and_the_others_alike() -> None:
    at = lanes(drift="0")
    least = gain(seen(at=at, subtype="ice pick").treated)[-1]
    for subtype in ("", "rolling", "boxcar", "deep boxcar", "mixed", "rolling and ice pick"):
        other = gain(seen(at=at, subtype=subtype).treated)[-1]
        assert np.all(least < other)
        assert np.array_equal(other, gain(seen(at=at).treated)[-1])


def test_water_lends_lines_a_gain_for_a_while_and_scars_none() -> None:
    water = np.array([0.0, 0.1, 0.05, 0.0, 0.0])[:, None] * np.ones(MEMBERS)
    lines, dry = seen("wrinkles-lemperle", water=water), seen("wrinkles-lemperle")
    more = gain(lines.treated) - gain(dry.treated)
    assert np.all(more[1:3] >= 0) and np.all(more[1].max() > 0) and np.all(more[3:] == 0)
    assert np.array_equal(lines.untreated.true, dry.untreated.true)
    scars = seen(water=water)
    assert np.array_equal(scars.treated.true, seen().treated.true)


def test_structure_follows_the_matrix_and_has_no_clock_of_its_own() -> None:
    shape = structure.shape(GROWN[:, None] * np.ones(3), np.full(3, GROWN[-1]))
    assert np.allclose(shape[:, 0], GROWN / GROWN[-1])
    at, half = lanes(drift="0"), 0.5
    stretched = gain(seen(at=at).treated)
    assert np.all(stretched[0] == 0) and np.all(np.diff(stretched, axis=0) >= 0)
    trust = lanes(dose_trust="0")
    assert np.all(structure.size(np.full(MEMBERS, half), np.ones(MEMBERS), trust) == 1)


def test_a_scale_of_change_begins_at_no_change_whatever_is_given() -> None:
    assert np.all(seen("wrinkles-gais", baseline=2.0).baseline == 4.0)
    assert np.all(seen("acne-scars-points", baseline=20.0).baseline == 20.0)


# ---- what is done beside ----


def test_only_published_pairs_of_addition_and_concern_count() -> None:
    pairs = {(one.name, concern) for one in interventions().values() for concern in one.adds}
    assert pairs == {(PLASMA, "acne scars"), (PEEL, "acne scars"), (VITAMIN, "acne scars")}
    at = lanes()
    for concern in ("wrinkles", "melasma"):
        assert np.all(contrast([PLASMA, PEEL], concern, at) == 0)
    assert np.all(contrast([], "acne scars", at) == 0)
    assert counted(["topical retinoid"], "acne scars") == ()


def test_additions_do_not_add_up() -> None:
    at = lanes()
    both = contrast([PEEL, PLASMA, VITAMIN], "acne scars", at, heated=True)
    assert np.array_equal(both, contrast([PLASMA], "acne scars", at))
    assert np.array_equal(contrast([], "acne scars", at, heated=True),
                          at["appearance.plus_radiofrequency"])  # fmt: skip


def test_a_contrast_adds_to_treated_skin_alone_and_only_where_needling_left_something() -> None:
    at = lanes(drift="0")
    plain, more = seen(at=at, group=30), seen(at=at, group=30, added=0.26)
    assert np.all(gain(more.treated)[1:] >= gain(plain.treated)[1:])
    assert np.array_equal(more.untreated.true, plain.untreated.true)
    none = np.zeros((len(DAYS), MEMBERS))
    bare = outcome(
        instruments()["acne-scars-points"], "blinded_rater", DAYS, none, none[-1],
        none[-1] + 0.1, at, added=0.26,
    )  # fmt: skip
    assert np.all(bare.treated.true == 0)


@cache
def plasma() -> tuple[Plan, Plan]:
    """A case with plasma, and the same without."""
    case = Case.load(example_path("acne-scars-prp"))
    bare = case.dump().replace("platelet-rich plasma", "sterile saline")
    return Plan(case), Plan(Case.loads(bare))


def read(plan: Plan, at: Lanes) -> np.ndarray[Any, Any]:
    target = plan.targets[0]
    own = outcomes.healed(plan, target.zone, at, plan.days, beside=interventions_of(plan.case))
    done = outcomes.seen_tissue(plan, target, {target.zone: own}, at, COHORT)
    at_reference = outcomes.reference(target.instrument, at)
    one = outcomes.read(plan, target, "blinded_rater", done, at_reference, at)
    return np.asarray(one.treated.true)


def test_plasma_is_not_counted_twice() -> None:
    """Without its contrast it adds nothing to what is seen, however strong the wound it stands for;
    with it, it adds the same whatever that wound."""
    few = range(16)
    with_plasma, without = plasma()
    known = registry()
    assert interventions_of(with_plasma.case) == (PLASMA,)
    none = known.with_values({"appearance.plus_plasma": "0", "healing.prp_wound": "5 1"})
    assert np.array_equal(
        read(with_plasma, Lanes(none, 0, few)), read(without, Lanes(none, 0, few))
    )
    weak, strong = (
        read(with_plasma, Lanes(known.with_values({"healing.prp_wound": f"{k} 1"}), 0, few))
        for k in (1, 5)
    )
    assert np.array_equal(weak, strong)
    plain = read(without, Lanes(known, 0, few))
    assert np.all(weak[-1] <= plain[-1]) and np.mean(weak[-1] - plain[-1]) < -0.1


def test_the_tissue_itself_still_shows_the_wound_that_stands_for_plasma() -> None:
    plan, _ = plasma()
    at = Lanes(registry().with_values({"healing.prp_wound": "2 1"}), 0, range(8))
    zone = plan.targets[0].zone
    own, _ = outcomes.healed(plan, zone, at, plan.days, beside=[PLASMA])
    bare, _ = outcomes.healed(plan, zone, at, plan.days)
    assert not np.array_equal(own.profile, bare.profile)


# ---- no parameter is dead ----


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_parameter_of_an_instrument_moves_its_outcome(tool: Instrument) -> None:
    """Cuts are read where shares are asked for (the validation table), and not here."""
    read_elsewhere = {f"appearance.{tool.responder}"}
    fixed = {name for name in tool.parameters if registry().parameter(name).spread.kind == "fixed"}
    for name in set(tool.parameters) - read_elsewhere - fixed:
        one = Lanes(registry(), 0, [3, 3], {name: (1, 1.25)})
        grown = GROWN[:, None] * np.ones(2)
        made = outcome(tool, "patient_reported", DAYS, grown, grown[-1], grown[-1], one, group=9)
        values = np.stack([made.treated.true[-1], made.reading_sd])
        assert np.any(np.abs(values[:, 1] - values[:, 0]) > 1e-6 * np.abs(values[:, 0])), name


def test_every_observer_reads_every_instrument_within_its_scale() -> None:
    for tool in TOOLS:
        named = scale(tool.scale)
        for who in OBSERVERS:
            for group in (None, 15):
                made = seen(tool, who, group=group)
                for side in (made.treated, made.untreated):
                    after = made.baseline + side.read
                    assert after.min() >= named.low - 1e-9 and after.max() <= named.high + 1e-9
