"""The calibration: its sampler on known densities, its data, its bound, stopping and going on."""

from __future__ import annotations

import numpy as np
import pytest

from pinprick.evidence import registry
from pinprick.faults import InputError
from pinprick.healing.observation import INSTRUMENTS
from pinprick.learning import calibrate as tool
from pinprick.learning import diagnostics, posterior, sampler
from pinprick.learning import targets as data
from pinprick.learning.__main__ import main
from pinprick.learning.priors import MOST_RHO, priors, rho, values
from pinprick.learning.readings import READERS
from pinprick.learning.sampler import Settings
from pinprick.learning.targets import misfit, of_use, protocols, targets

SIZE = Settings(groups=4, chains=48, settle=96, steps=480, every=4)
TINY = Settings(groups=2, chains=4, starts=6, turns=2, settle=4, steps=6, every=2, search=2)


def normal_data(dims: int = 12, rows: int = 4):
    """Linear data with noise: the posterior is a known normal."""
    rng = np.random.default_rng(1)
    reads, data, noise = rng.standard_normal((rows, dims)), 2 * rng.standard_normal(rows), 0.3
    cover = np.linalg.inv(np.eye(dims) + reads.T @ reads / noise**2)
    mean = cover @ reads.T @ data / noise**2

    def density(x):
        said = x @ reads.T
        return (((said - data) / noise) ** 2).sum(axis=1), said

    return density, mean, cover


def run(density, dims, size):
    return sampler.run(sampler.start(density, dims, size), density, size)


def banana(x):
    """Bent: y lies near 2 - 2x²; the other coordinates keep their prior."""
    return ((x[:, 1] + 2 * (x[:, 0] ** 2 - 1)) / 0.2) ** 2, x[:, :2]


def test_the_sampler_recovers_a_normal() -> None:
    density, mean, cover = normal_data()
    kept = run(density, len(mean), SIZE).kept_x
    count = diagnostics.effective(kept)
    sd = np.sqrt(np.diag(cover))
    flat = kept.reshape(-1, len(mean))
    assert diagnostics.rhat(kept).max() < 1.05 and count.min() > 200
    assert np.all(np.abs(flat.mean(axis=0) - mean) < 4.5 * sd / np.sqrt(count))
    assert np.all(np.abs(flat.std(axis=0) / sd - 1) < 4.5 / np.sqrt(2 * count) + 0.02)


def test_the_sampler_recovers_a_banana() -> None:
    kept = run(banana, 4, SIZE).kept_x
    x, y = np.meshgrid(*[np.linspace(-6, 6, 1201)] * 2, indexing="ij")
    share = np.exp(-(x**2) / 2 - y**2 / 2 - ((y + 2 * (x**2 - 1)) / 0.2) ** 2 / 2)
    share /= share.sum()
    flat = kept.reshape(-1, 4)
    count = diagnostics.effective(kept)
    assert diagnostics.rhat(kept).max() < 1.05
    for i, one in enumerate((x, y)):
        mean = (share * one).sum()
        sd = np.sqrt((share * (one - mean) ** 2).sum())
        assert abs(flat[:, i].mean() - mean) < 4.5 * sd / np.sqrt(count[i])
        assert abs(flat[:, i].std() / sd - 1) < 0.1
    assert np.all(np.abs(flat[:, 2:].std(axis=0) - 1) < 0.1)


def test_what_is_ruled_out_is_never_kept() -> None:
    def density(x):
        return np.where(x[:, 0] > 0.5, np.inf, 0.0), x[:, :1]

    state = run(density, 3, Settings(groups=2, chains=16, settle=16, steps=64))
    assert state.kept_x[..., 0].max() <= 0.5 and state.barred > 0
    assert state.prior_allowed == pytest.approx(0.69, abs=0.1)


def test_a_seed_gives_the_same_chains_and_another_gives_others() -> None:
    density, mean, _ = normal_data()
    size = Settings(groups=2, chains=8, settle=16, steps=32)
    one, same, other = (
        run(density, len(mean), Settings(2, 8, settle=16, steps=32, seed=seed))
        for seed in (3, 3, 4)
    )
    assert size.seed == 0 and np.array_equal(one.kept_x, same.kept_x)
    assert not np.array_equal(one.kept_x, other.kept_x)


def test_groups_that_disagree_show() -> None:
    rng = np.random.default_rng(0)
    kept = rng.standard_normal((10, 4, 32, 2))
    kept[:, 0, :, 1] += 2.0
    assert diagnostics.rhat(kept)[0] < 1.02 and diagnostics.rhat(kept)[1] > 1.2
    stuck = np.broadcast_to(rng.standard_normal((1, 4, 32, 1)), (10, 4, 32, 1))
    assert diagnostics.effective(stuck)[0] < 1.2 * 4 * 32
    assert diagnostics.effective(kept)[0] > 800


def test_draws_are_taken_from_every_group_and_no_chain_twice() -> None:
    rows = diagnostics.pick(np.zeros((6, 4, 8, 1)), 40, 0)
    assert len({tuple(row) for row in rows}) == 40
    assert len({tuple(row[1:]) for row in rows[:32]}) == 32
    assert np.all(np.bincount(rows[:, 1]) == 10)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"groups": 0}, "groups: found 0; allowed: 1 or more"),
        ({"chains": 3}, "chains: found 3; allowed: 4 or more"),
        ({"steps": 0}, "steps: found 0; allowed: 1 or more"),
        ({"steps": 8}, "steps: found 8; allowed: 16 or more"),
    ],
)
def test_sizes_that_cannot_be_are_refused(wrong, said) -> None:
    with pytest.raises(InputError, match=said):
        Settings(**wrong)


def test_faults_of_a_run_are_told_before_it_starts(tmp_path, capsys, monkeypatch) -> None:
    with pytest.raises(InputError, match="draws: found 0"):
        tool.calibrate(tmp_path / "none", TINY, print, draws=0)
    assert not (tmp_path / "none").exists()
    monkeypatch.setattr("sys.argv", ["learning", "--chains", "2", "--groups", "0"])
    assert main() == 2
    said = capsys.readouterr().err
    assert "chains: found 2" in said and "groups: found 0" in said


def test_too_few_allowed_starts_are_refused() -> None:
    def density(x):
        return np.where(x[:, 0] > -1.0, np.inf, 0.0), x[:, :1]

    with pytest.raises(InputError, match="starts: found 4"):
        sampler.start(density, 3, Settings(groups=2, chains=16))


# ---- the data ----


@pytest.mark.parametrize("target", targets(), ids=lambda t: t.name)
def test_a_target_quotes_its_row(target) -> None:
    assert target.protocol in protocols() and target.instrument in {*INSTRUMENTS, *READERS}
    if target.use in ("fit", "test"):
        fact = registry().fact(target.row)
        assert fact.value is not None and target.why
        if target.sign is not None:
            assert fact.kind == "sign" and fact.value == target.sign
        elif target.over:
            over = registry().fact(target.over).value
            assert round(100 * (fact.value / over - 1), 1) == target.value
            assert round(100 * fact.sd / over, 1) == target.sigma
        else:
            assert fact.value == target.value and fact.unit == "%"
    else:
        assert not target.row


def test_a_use_or_a_kind_that_is_none_is_refused(monkeypatch) -> None:
    body = {"name": "x", "protocol": "lotfi", "instrument": "y", "day": 1.0, "use": "tset"}
    monkeypatch.setattr(data, "_data", lambda: {"target": [{**body, "kind": "abvoe"}]})
    with pytest.raises(InputError, match=r"did you mean test\?") as error:
        data.targets.__wrapped__()
    assert len(error.value.faults) == 2


def test_at_least_three_measurements_are_left_out() -> None:
    rows = {use: {targets()[i].row for i in of_use(use)} for use in ("fit", "test")}
    assert len(rows["test"]) >= 3 and not rows["fit"] & rows["test"]
    named = " ".join(t.row for t in targets())
    for never in ("MN053", "MN054", "MN016", "MN026", "MN030", "MN033", "MN037", "LS0"):
        assert never not in named


@pytest.mark.parametrize("protocol", protocols().values(), ids=lambda p: p.name)
def test_a_protocol_names_rows_that_exist(protocol) -> None:
    for row in protocol.rows:
        registry().fact(row)
    gaps = np.diff(protocol.sessions)
    intervals = {"lotfi": "SE004", "skinpen": "SE005"}
    if protocol.name in intervals:
        fact = registry().fact(f"healing:HEAL-{intervals[protocol.name]}")
        assert np.all(gaps == fact.value)
    assert protocol.wound == (not protocol.density)


@pytest.mark.parametrize("prior", priors(), ids=lambda p: p.name)
def test_a_prior_is_a_range_of_a_known_number(prior) -> None:
    known = registry().parameters.get(f"healing.{prior.name}")
    assert known or prior.title
    if known:
        assert known.low <= prior.low < prior.high <= known.high
    for row in prior.rows:
        registry().fact(row)
    x = np.array([-9.0, -1.0, 0.0, 1.0, 9.0])
    value = prior.value(x)
    assert np.all(np.diff(value) > 0) and value[0] >= prior.low and value[-1] <= prior.high
    from scipy.special import ndtr

    assert np.allclose(prior.place(value), ndtr(x))


def test_the_table_has_a_column_for_every_joint_parameter() -> None:
    columns = {prior.column for prior in priors()} | {"DT"}
    assert len(columns) == len(priors()) + 1
    joint = [p for p in registry().stage("healing") if p.spread.table == posterior.TABLE]
    assert joint and not [p.name for p in joint if p.spread.column not in columns]


def test_one_sided_targets_count_what_is_short_only() -> None:
    one = next(t for t in targets() if t.kind == "above")
    assert np.array_equal(
        one.residual(np.array([one.value - one.sigma, one.value, one.value + 99])), [-1, 0, 0]
    )
    said = np.array([[t.value for t in targets()]])
    assert misfit(said) == 0
    moved = said.copy()
    for i in of_use("test", "shown"):
        moved[0, i] += 50.0
    assert misfit(moved) == 0  # what is left out of the fit is no part of it


# ---- the run ----


def test_the_rule_on_rho_is_never_broken() -> None:
    x = np.random.default_rng(2).standard_normal((24, len(priors())))
    out, said = tool.Fit()(x)
    broken = rho(values(x)) > MOST_RHO
    assert broken.any() and np.array_equal(np.isinf(out), broken)
    assert np.array_equal(said[~broken], tool.Fit(np.inf)(x)[1][~broken])


def test_a_stopped_run_ends_as_one_that_was_not(tmp_path) -> None:
    said: list[str] = []
    whole = tool.calibrate(tmp_path / "whole", TINY, said.append, draws=6)
    for stop in (1, 2, None):
        parts = tool.calibrate(tmp_path / "parts", TINY, said.append, draws=6, most_steps=stop)
    assert whole is not None and parts is not None
    assert whole.read_bytes() == parts.read_bytes()
    report = [path.with_suffix(".toml").read_bytes() for path in (whole, parts)]
    assert report[0] == report[1] and any("R-hat" in line for line in said)
    table = np.genfromtxt(whole, delimiter=",", names=True)
    assert len(table) == 6 and table["rho"].max() <= MOST_RHO
    assert np.allclose(table["DT"], table["reach"] ** 2 * table["kT"], rtol=1e-4)
    with pytest.raises(InputError, match="seed"):
        tool.calibrate(tmp_path / "parts", Settings(seed=1), said.append)


def test_what_the_data_leave_alone_is_told_from_what_they_narrow() -> None:
    x = np.random.default_rng(0).standard_normal((400, len(priors())))
    x[:, 0] = 1.5 + 0.1 * x[:, 0]
    value = values(x)
    found = posterior.learned({p.column: value[p.name] for p in priors()})
    assert found[0].prior.name == priors()[0].name and not found[0].silent
    assert all(one.silent for one in found[1:])
    assert len(posterior.table(found)) == len(priors())
    assert posterior.figure(found).axes
