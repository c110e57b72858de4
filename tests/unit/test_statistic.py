"""The statistic of a study in closed form, and the files of arms that ask for it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

from pinprick.appearance.trial import (
    Contrasts,
    Fit,
    Parts,
    Predictive,
    Row,
    calibration_rows,
    fit,
    links,
    model,
    predict,
)
from pinprick.appearance.trial.gaussian import softmax
from pinprick.appearance.trial.links import (
    LINKS,
    linear,
    nominal_cut,
    prior,
    reported,
    size,
    spread_of,
)
from pinprick.appearance.trial.model import trust
from pinprick.appearance.trial.predictive import classes, difference
from pinprick.evidence import registry
from pinprick.faults import InputError
from pinprick.validation.studies import arms, baselines

ROOT = Path(__file__).resolve().parents[2]


def row(study: str, scale: str, statistic: str, **more: Any) -> Row:
    settings: dict[str, Any] = {
        "cohort": study,
        "arm": "MN",
        "people": study,
        "concern": "acne scars",
        "modality": "none",
        "observer": "unblinded_investigator",
        "n": 30,
    }
    return Row(study, scale=scale, statistic=statistic, **{**settings, **more})


SMALL = (
    row("A", "goodman-baron-qualitative", "share", cut=1.0, value=0.8),
    row("A", "percent", "mean_change", value=0.4, standard_error=0.05),
    row("B", "percent", "mean_change", value=0.5),
)


@pytest.fixture(scope="module")
def whole() -> Fit:
    return fit([r for r in calibration_rows() if r.scale in LINKS], nodes=2)


# ---- closed form ----


def drawn(made: Fit, cell: int, count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The latents of the three small rows, drawn one effect at a time, (count, 3)."""
    of_study, habit, part, reading = made.cells[cell]
    chosen = np.random.Generator(np.random.Philox(key=3))

    def normal(sd: float, mean: float = 0.0) -> np.ndarray[Any, Any]:
        return mean + sd * chosen.standard_normal(count)

    common = normal(spread_of("level"), prior("level"))
    common = common + normal(spread_of("bias_investigator"), prior("bias_investigator"))
    cut = normal(prior("cut")) + normal(prior("cut_residual")) + nominal_cut(SMALL[0])
    offset = normal(prior("slope"))
    people = np.sqrt(prior("same_people") / 30)
    a, b = common + normal(prior("arm")), common + normal(prior("arm"))
    u_a, p_a = normal(of_study), normal(people)
    share = (a - cut) / reading + u_a + normal(habit) + p_a
    bend = 0.5 * reading**2
    mean_a = a + offset - bend + reading * (u_a + part * normal(habit) + p_a)
    mean_b = (
        b + offset - bend + reading * (normal(of_study) + part * normal(habit) + normal(people))
    )
    return np.stack([share, mean_a, mean_b], axis=1)


def test_the_joint_gaussian_is_that_of_the_effects_drawn_one_by_one() -> None:
    made = fit(SMALL, nodes=2)
    for cell in (0, 9):
        many = drawn(made, cell, 400_000)
        assert many.mean(axis=0) == pytest.approx(made.batch.mean[cell], abs=0.01)
        assert np.cov(many.T) == pytest.approx(made.batch.covariance[cell], rel=0.02, abs=0.01)


def test_conditioning_agrees_with_weighing_draws() -> None:
    made = fit(SMALL, nodes=2)
    cell = 9
    one = replace(made, batch=replace(made.batch, **{
        name: getattr(made.batch, name)[[cell]]
        for name in ("mean", "covariance", "noise", "log_weight")
    }))  # fmt: skip
    exact = one.given([0, 1], [2])
    many = drawn(made, cell, 400_000)
    off = many[:, :2] - made.data[:2]
    weight = softmax(-0.5 * (off**2 / np.diag(made.batch.noise[cell])[:2]).sum(axis=1))
    mean = weight @ many[:, 2]
    sd = np.sqrt(weight @ (many[:, 2] - mean) ** 2)
    assert mean == pytest.approx(exact.mean[0, 0], abs=0.02)
    assert sd == pytest.approx(np.sqrt(exact.covariance[0, 0, 0]), rel=0.03)


def test_leaving_out_is_conditioning_on_the_rest(whole: Fit) -> None:
    out = [i for i, r in enumerate(whole.rows) if r.study == "chawla-2014"]
    rest = [i for i in range(len(whole.rows)) if i not in out]
    quick, plain = whole.without(out), whole.given(rest, out)
    for one, other in zip(quick.moments(), plain.moments(), strict=True):
        assert one == pytest.approx(other, abs=1e-8)
    assert quick.weight == pytest.approx(plain.weight, abs=1e-8)


def test_conditioning_is_the_joint_formula_and_narrows(whole: Fit) -> None:
    wanted = [i for i, r in enumerate(whole.rows) if r.study == "asif-2016" and r.arm == "MN+PRP"]
    own = [i for i, r in enumerate(whole.rows) if r.study == "asif-2016" and r.arm == "MN"]
    rest = [i for i in range(len(whole.rows)) if i not in (*wanted, *own)]
    before, after = whole.given(rest, wanted), whole.given([*rest, *own], wanted)
    assert np.all(np.diag(after.moments()[1]) < np.diag(before.moments()[1]))
    joint = whole.batch.covariance[0] + whole.batch.noise[0]
    k = np.array([*rest, *own])
    gain = joint[np.ix_(wanted, k)] @ np.linalg.inv(joint[np.ix_(k, k)])
    mean = whole.batch.mean[0][wanted] + gain @ (whole.data[k] - whole.batch.mean[0][k])
    assert after.mean[0] == pytest.approx(mean, abs=1e-8)


def test_ranges_hold_nine_in_ten_of_data_drawn_from_the_model(whole: Fit) -> None:
    """Simulation-based calibration: every study of every simulated world is left out in turn."""
    chosen = np.random.Generator(np.random.Philox(key=11))
    groups: dict[str, list[int]] = {}
    for place, one in enumerate(whole.rows):
        groups.setdefault(one.cohort, []).append(place)
    levels = []
    for world in range(16):
        batch = whole.batch
        cell = chosen.integers(len(whole.cells))
        lower = np.linalg.cholesky(batch.covariance[cell] + batch.noise[cell])
        data = batch.mean[cell] + lower @ chosen.standard_normal(len(whole.rows))
        simulated = replace(whole, data=data)
        for out in groups.values():
            made = simulated.without(out)
            noise = batch.noise[:, out, out]
            spread = np.sqrt(np.diagonal(made.covariance, axis1=1, axis2=2) + noise)
            below = made.weight @ special.ndtr((data[out] - made.mean) / spread)
            levels += [np.mean((below > 0.05) & (below < 0.95))]
        assert world >= 0
    assert np.mean(levels) == pytest.approx(0.9, abs=0.035)


def test_a_contrast_moves_an_arm_as_far_as_it_is_trusted() -> None:
    told = Contrasts(("more",), np.array([1.0]), np.array([[0.04]]))
    rows = [replace(SMALL[2], value=None, course="more")]
    moved, still = fit(rows, told, nodes=1), fit(rows, nodes=1)
    trusted, sd = trust()
    level = prior("level")
    assert 0.5 < trusted < 0.65 and 0.25 < sd < 0.4  # cut at 0 and 1.5
    assert (moved.batch.mean - still.batch.mean)[0, 0] == pytest.approx(trusted * level)
    more = (moved.batch.covariance - still.batch.covariance)[0, 0, 0]
    assert more == pytest.approx(level**2 * (sd**2 + 0.04 * (trusted**2 + sd**2)))
    off = fit(rows, told, nodes=1, parts=Parts(dose=False))
    assert off.batch.mean == pytest.approx(still.batch.mean)


def test_an_untreated_arm_has_neither_level_nor_study_effect() -> None:
    both = [replace(SMALL[2], modality="untreated", arm="none"), SMALL[2]]
    made = fit(both, nodes=1)
    assert made.batch.mean[0, 0] < made.batch.mean[0, 1] - 0.3
    assert made.batch.covariance[0, 0, 0] < made.batch.covariance[0, 1, 1]


def test_shares_above_nested_cuts_are_one_multinomial() -> None:
    cuts = [
        row("A", "label-classes", "share", cut=c, value=v) for c, v in ((50.0, 0.6), (75.0, 0.2))
    ]
    noise = fit(cuts, nodes=1).batch.noise[0]
    chosen = np.random.Generator(np.random.Philox(key=5))
    seen = np.cumsum(chosen.multinomial(30, [0.2, 0.4, 0.4], size=200_000), axis=1)[:, :2] / 30
    expected = np.corrcoef(seen.T)[0, 1]
    found = noise[0, 1] / np.sqrt(noise[0, 0] * noise[1, 1])
    assert found == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("scale", sorted(LINKS))
def test_a_mean_survives_the_way_to_the_linear_scale_and_back(scale: str) -> None:
    if scale in ("label-classes", "questionnaire", "any-improvement"):
        return
    for value in (0.1, 0.45):
        one = row("A", scale, "mean_change", value=value, standard_error=0.01)
        assert reported(one, np.array([linear(one)[0]]))[0] == pytest.approx(value)


ASKED = (
    row("C", "masi", "mean_change"),
    row("C", "masi", "share", cut=5.0, concern="melasma", modality="melasma drug"),
    row("C", "goodman-baron-quantitative", "mean_change", modality="untreated"),
    row("C", "gais", "share", cut=2.0, observer="patient_reported"),
    row("C", "percent", "mean_change", subtype="ice pick"),
)


def fingerprint() -> np.ndarray[Any, np.dtype[np.float64]]:
    """All that a forecast is made of: the joint Gaussians, links and one distribution."""
    rows = [*(r for r in calibration_rows() if r.scale in LINKS), *ASKED]
    made = fit(rows, nodes=2)
    found = predict(ASKED[0], made.forecast([len(rows) - len(ASKED)]), 0, made.cells, nodes=8)
    batch = made.batch
    told = [
        batch.mean,
        batch.covariance,
        batch.noise,
        made.data[: -len(ASKED)],
        found.values,
        found.chances,
    ]
    sizes = np.array([size(one) for one in rows])
    return np.concatenate([part.ravel() for part in (*told, sizes)])


def test_every_parameter_of_the_model_moves_a_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry's guard against dead parameters looks at forecasts of cases, not of studies."""
    known, plain = registry(), fingerprint()
    dead = []
    for parameter in known.stage("trial"):
        value = parameter.value * 1.1 if parameter.value else 0.1
        spread = parameter.spread
        if spread.kind == "uniform":
            spread = replace(spread, low=spread.low * 1.1)
        moved = {**known.parameters, parameter.name: replace(parameter, value=value, spread=spread)}
        for module in (links, model):
            monkeypatch.setattr(module, "registry", lambda m=moved: replace(known, parameters=m))
        if np.allclose(fingerprint(), plain, rtol=1e-6, atol=1e-9):
            dead.append(parameter.name)
    assert not dead


# ---- predictive distributions ----


def test_a_share_is_a_count(whole: Fit) -> None:
    out = [i for i, r in enumerate(whole.rows) if r.study == "majid-2009"]
    found = predict(whole.rows[out[0]], whole.without(out), 0, whole.cells, nodes=32)
    assert len(found.values) == 37
    assert found.chances.sum() == pytest.approx(1.0)
    assert found.quantile(0.05) <= found.mean <= found.quantile(0.95)


def test_scores_agree_with_their_definition() -> None:
    chosen = np.random.Generator(np.random.Philox(key=2))
    values = np.sort(chosen.normal(0.3, 0.2, 4000))
    drawn_ = Predictive(values, np.full(4000, 1 / 4000))
    other = values[::8]
    for measured in (-0.4, 0.31, 1.5):
        pairs = np.abs(other[:, None] - other[None, :]).mean() / 2
        assert drawn_.crps(measured) == pytest.approx(
            np.abs(values - measured).mean() - pairs, abs=3e-3
        )
        closed = baselines.Normal(float(values.mean()), float(values.std()), 2, True)
        assert closed.crps(measured) == pytest.approx(drawn_.crps(measured), abs=6e-3)


def test_the_first_baseline_is_mean_and_spread_of_other_studies() -> None:
    others = [
        row(s, "percent", "mean_change", value=v)
        for s, v in zip("BCD", (0.2, 0.4, 0.6), strict=True)
    ]
    made = baselines.plain(SMALL[1], others)
    assert made.mean == pytest.approx(0.4) and made.same and made.studies == 3
    assert made.sd == pytest.approx(0.2 * np.sqrt(4 / 3))
    twice = baselines.plain(SMALL[1], [*others, others[2]])
    assert twice.mean == pytest.approx(0.4), "rows of one study are averaged first"


@pytest.mark.parametrize("wrong", [0, -3])
def test_no_nodes_and_no_draws_are_refused(wrong: int) -> None:
    made = fit(SMALL, nodes=1)
    known = made.given([0], [1, 2])
    for ask in (
        lambda: fit(SMALL, nodes=wrong),
        lambda: predict(SMALL[1], known, 0, made.cells, nodes=wrong),
        lambda: classes(SMALL[:1], known, [0], 1, draws=wrong),
        lambda: difference(SMALL[1:], known, made.cells, 1, draws=wrong),
    ):
        with pytest.raises(InputError, match=f"found {wrong}; allowed: 1 or more"):
            ask()


# ---- the calibration table ----


def test_the_table_holds_calibration_rows_only_and_agrees_with_them() -> None:
    for one in calibration_rows():
        assert one.sources
        for name in one.sources:
            fact = registry().fact(name)
            assert fact.note.startswith("[CAL]"), name
            assert fact.tag == "CAL"
        fact = registry().fact(one.sources[0])
        if fact.value is not None and one.is_share and len(one.sources) == 1 and not one.note:
            shares = {abs(fact.value) / 100, 1 - abs(fact.value) / 100}
            assert min(abs(one.value - s) for s in shares) < 0.011 or "CL094" in fact.id


def test_doubtful_rows_weigh_half_and_say_why() -> None:
    doubtful = [one for one in calibration_rows() if one.weight < 1]
    assert len(doubtful) >= 9
    assert all(one.weight == 0.5 and one.note for one in doubtful)
    assert {"clinical:CL276", "clinical:CL277"} <= {s for one in doubtful for s in one.sources}


# ---- files of arms ----

GOOD = """\
study: {cohort: x, design: split face, n_analysed: 30}
arm: {name: MN, device: roller, sessions: [3, 4], interval: 4 weeks, depth: not reported}
population: {concern: acne scars, phototype: [IV, V]}
endpoint: {scale: goodman-baron-qualitative, statistic: share, cut: 1, cut_rule: ">="}
observer: {who: blinded rater, raters: 2}
time: {after: 2 months}
"""


def test_an_arm_is_read() -> None:
    [arm] = arms.loads(GOOD)
    assert arm.arm.sessions == 3.5 and arm.arm.depth is None
    assert arm.endpoint.cut == 1.0 and arm.observer.who == "blinded_rater"
    assert len(arms.loads("- " + GOOD.strip().replace("\n", "\n  "))) == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("time:", "result: 0.8\ntime:", "arms:6 result: found 0.8; allowed: no result"),
        ("cut: 1", "value: 0.8, cut: 1", "endpoint.value: found 0.8; allowed: no result"),
        ("cut: 1, ", "", "endpoint.cut: found nothing"),
        (', cut_rule: ">="', "", "endpoint.cut_rule: found nothing"),
        ("roller", "rollr", "did you mean roller"),
        ("acne scars", "acne scras", "did you mean acne scars"),
        ("goodman-baron-qualitative", "goodman", "arms:4 endpoint.scale"),
        ("blinded rater", "somebody", "observer.who"),
        ("2 months", "2", "time.after"),
        ("n_analysed: 30", "n_analysed: 0", "study.n_analysed"),
        ("depth:", "deep:", "did you mean depth"),
        ("statistic: share", "statistic: count", "count on the scale hair-count"),
        ("time:", "known: [{value: 80}]\ntime:", "known[0].value: found 80; allowed: `24 of 30`"),
    ],
)
def test_a_fault_is_named_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        arms.loads(GOOD.replace(old, new, 1))
    assert said in str(error.value)


@pytest.mark.parametrize(("text", "value"), [("24 of 30", 0.8), ("45 %", 0.45), ("4.1", 4.1)])
def test_known_figures_are_read(text: str, value: float) -> None:
    known = f"known: [{{value: {text}, arm: {{name: PRP, adjunct: prp}}}}]\n"
    points = GOOD.replace('share, cut: 1, cut_rule: ">="', "mean_change")
    [arm] = arms.loads((points if value > 1 else GOOD) + known)
    assert arm.known[0].value == pytest.approx(value)


def test_the_examples_are_read_and_fit_the_schema() -> None:
    import jsonschema
    import yaml

    found = sorted((ROOT / "examples" / "arms").glob("*.yaml"))
    assert len(found) >= 3
    for path in found:
        assert arms.load(path)
        jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), arms.schema())


def test_cuts_stand_in_their_order() -> None:
    cuts = [nominal_cut(row("A", "label-classes", "share", cut=c)) for c in (25.0, 50.0, 75.0)]
    grades = [
        nominal_cut(row("A", "goodman-baron-qualitative", "share", cut=c)) for c in (1.0, 2.0, 3.0)
    ]
    assert all(one < two for series in (cuts, grades) for one, two in pairwise(series))
