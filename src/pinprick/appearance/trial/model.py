"""The model: what the statistics of studies have in common, as one joint Gaussian a grid cell.

On the linear scale a row of study *s*, instrument *k* and observer *o* is

    a · [level + modality + concern + λ·level·ln(E/E_ref) + bias_o - cut_k - cut_sk
         + w_arm + S·(u_s + r·v_sko + p_people)] + sampling

with ``a = 1`` for means (then the cut is the instrument's offset) and ``a = 1/S`` for shares, S the
spread of one reading, w what an arm has of its own, u the study's true effect, v the paper's habit,
r its part in means, and p what the same people share. All but S, r and the sizes of u and v is
Gaussian and worked out exactly; over these four goes a grid of equally likely values of their
priors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from scipy import special

from pinprick.appearance.trial import links
from pinprick.appearance.trial.gaussian import (
    Batch,
    Inverse,
    Mixture,
    condition,
    invert,
    leave_out,
    log_density,
    softmax,
)
from pinprick.appearance.trial.links import prior, spread_of
from pinprick.appearance.trial.rows import Contrasts, Row
from pinprick.evidence import registry
from pinprick.evidence.records import Parameter
from pinprick.faults import InputError, too_few

Array = np.ndarray[Any, np.dtype[np.float64]]

MODALITIES = {
    "prp": "prp",
    "peel or vitamin C": "peel",
    "radiofrequency": "radiofrequency",
    "melasma drug": "melasma_drug",
}
BIASES = {"unblinded_investigator": "bias_investigator", "patient_reported": "bias_patient"}
HOME = "acne scars"  # the concern that the level is of; others differ from it


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of the model are on; an ablation turns one off."""

    dose: bool = True
    observer: bool = True
    modality: bool = True
    concern: bool = True


@dataclass(frozen=True)
class Fit:
    """The model of some rows, those with a value being its data."""

    rows: tuple[Row, ...]
    batch: Batch
    data: Array
    cells: Array  # (cells, 4): spread of studies, of habits, part in means, spread of a reading
    parts: Parts = field(default_factory=Parts)

    @cached_property
    def _inverse(self) -> Inverse:
        return invert(self.batch, self.data)

    @property
    def has_data(self) -> Array:
        """Which rows have a value, shape (rows,)."""
        return np.isfinite(self.data)

    def without(self, out: Sequence[int]) -> Mixture:
        """Those rows, forecast from all others; every row must have a value."""
        return leave_out(self.batch, self.data, self._inverse, np.asarray(out))

    def given(self, known: Sequence[int], wanted: Sequence[int]) -> Mixture:
        """The wanted rows, forecast from the known ones."""
        return condition(self.batch, self.data, np.asarray(known, int), np.asarray(wanted, int))

    def forecast(self, wanted: Sequence[int]) -> Mixture:
        """The wanted rows, forecast from every other row that has a value."""
        chosen = set(wanted)
        known = [int(i) for i in np.flatnonzero(self.has_data) if i not in chosen]
        return self.given(known, wanted)


def fit(
    rows: Sequence[Row],
    contrasts: Contrasts | None = None,
    *,
    nodes: int,
    parts: Parts | None = None,
) -> Fit:
    """The joint model of all rows, on the linear scale, where all is a plain number.

    Priors are the parameters ``trial.*`` of the registry and ``appearance.dose_trust``.

    Args:
        rows: with their values; those to be forecast without.
        contrasts: what the chain says of the arms' courses; none moves nothing.
        nodes: values of each of the four quantities on the grid, 1 or more.
        parts: what is on; all by default.

    Returns:
        Gaussians of all rows, one for each of ``nodes ** 4`` cells.

    Raises:
        InputError: if the scale of a row cannot be forecast, or there are no nodes.

    An unseen study is expected nearer to what another one found:

    >>> from dataclasses import replace
    >>> seen = Row("A", "A", "MN", "A", "acne scars", "none", "blinded_rater", "gais", "share",
    ...            n=20, value=0.8, cut=1.0)
    >>> new = replace(seen, study="B", cohort="B", people="B", value=None)
    >>> low, high = (fit([replace(seen, value=v), new], nodes=2) for v in (0.2, 0.8))
    >>> low.batch.covariance.shape, low.has_data
    ((16, 2, 2), array([ True, False]))
    >>> [bool(made.forecast([1]).moments()[0][0] > 0.0) for made in (low, high)]
    [False, True]
    """
    if faults := too_few(nodes=nodes):
        raise InputError(faults)
    on, held = parts or Parts(), tuple(rows)
    cells = _grid(nodes)
    data, sampling = _data(held)
    mean, spread = _gains(held, contrasts or Contrasts(), on)
    share = np.array([row.is_share for row in held])
    bends = np.array([links.mean_of_many(row) for row in held])
    study = _same(held, lambda row: row.study)
    habit = _same(held, lambda row: f"{row.study}/{row.scale}/{row.observer}")
    study = study * np.outer(_treated(held), _treated(held))
    people, common = _people(held)
    means, covariances, noises = [], [], []
    for of_study, of_habit, part, reading in cells:
        a = np.where(share, 1.0 / reading, 1.0)
        part_of = np.where(share, 1.0, part)
        own = of_habit**2 * habit * np.outer(part_of, part_of)
        more = reading**2 * (people + of_study**2 * study + own)
        covariances.append(np.outer(a, a) * (spread + more))
        means.append(a * (mean - 0.5 * reading**2 * bends))
        plain = np.where(np.isnan(sampling), (a * reading) ** 2 * _per_person(held), sampling)
        noise = (1.0 - common) * _nested(held, plain)
        doubtful = np.array([1.0 / row.weight - 1.0 for row in held])
        extra = doubtful * (np.diag(noise) + (a * reading * of_habit * part_of) ** 2)
        noises.append(noise + np.diag(extra))
    batch = Batch(np.array(means), np.array(covariances), np.array(noises), np.zeros(len(cells)))
    return Fit(held, batch, data, cells, on)


def trust() -> tuple[float, float]:
    """Mean and standard deviation of ``dose_trust``, cut to its valid range."""
    return _moments(registry().parameter("appearance.dose_trust"))


def _moments(parameter: Parameter) -> tuple[float, float]:
    """Mean and standard deviation of a normal spread cut to the parameter's valid range."""
    sd = parameter.spread.sd
    if not sd:
        return parameter.value, 0.0
    low, high = ((end - parameter.value) / sd for end in (parameter.low, parameter.high))
    inside = special.ndtr(high) - special.ndtr(low)
    d_low, d_high = links.density(low), links.density(high)
    shift = (d_low - d_high) / inside
    squared = 1.0 + (low * d_low - high * d_high) / inside - shift**2
    return parameter.value + sd * float(shift), sd * float(np.sqrt(squared))


def _grid(nodes: int) -> Array:
    """Equally likely values of study, habit, its part in means, and reading; (cells, 4)."""
    places = (np.arange(nodes) + 0.5) / nodes
    names = ("study", "habit", "habit_of_means", "reading")
    axes = [_quantiles(registry().parameter(f"trial.{name}"), places) for name in names]
    return np.array(list(product(*axes)))


def _quantiles(parameter: Parameter, places: Array) -> Array:
    spread = parameter.spread
    if spread.kind == "halfnormal":
        return np.asarray(parameter.value + spread.sd * special.ndtri((1.0 + places) / 2.0))
    if spread.kind == "uniform":
        return np.asarray(spread.low + places * (spread.high - spread.low))
    if spread.kind == "lognormal":
        return np.asarray(parameter.value * np.exp(np.log(spread.gsd) * special.ndtri(places)))
    return np.full(len(places), parameter.value)


def _data(rows: Sequence[Row]) -> tuple[Array, Array]:
    """Values on the linear scale and variances of sampling (NaN: the model's own), (rows,) each."""
    none = float("nan"), float("nan")
    pairs = [links.linear(row) if row.value is not None else none for row in rows]
    data, variance = np.array(pairs).reshape(-1, 2).T
    return data, variance


@dataclass(frozen=True, slots=True)
class Effect:
    """What adds in y: its load on each row (rows,), and its prior."""

    name: str
    load: Array
    mean: float
    sd: float


def _effects(rows: Sequence[Row], contrasts: Contrasts, on: Parts) -> list[Effect]:
    """Level, drift, observers, modalities, concerns and dose, as far as they are on."""
    treated = _treated(rows)
    found = [
        Effect("level", treated, prior("level"), spread_of("level")),
        Effect("drift", 1.0 - treated, prior("untreated_drift"), spread_of("untreated_drift")),
    ]
    if on.observer:
        share = treated + (1.0 - treated) * prior("bias_untreated_share")
        for who, name in BIASES.items():
            seen = share * np.array([row.observer == who for row in rows])
            found.append(Effect(name, seen, prior(name), spread_of(name)))
    if on.modality:
        for what, name in MODALITIES.items():
            load = np.array([float(row.modality == what) for row in rows])
            found.append(Effect(name, load, prior(name), spread_of(name)))
    if on.concern:
        load = treated * np.array([row.subtype == "ice pick" for row in rows])
        found.append(Effect("ice_pick", load, prior("ice_pick"), spread_of("ice_pick")))
        for concern in sorted({row.concern for row in rows} - {HOME}):
            load = treated * np.array([row.concern == concern for row in rows])
            found.append(Effect(concern, load, 0.0, prior("concern")))
    if on.dose:
        moved = prior("level") * contrasts.of(rows)[0]
        found.append(Effect("dose_trust", moved, *trust()))
    return found


def _gains(rows: Sequence[Row], contrasts: Contrasts, on: Parts) -> tuple[Array, Array]:
    """Mean (rows,) and covariance (rows, rows) of what adds in y, at a = 1."""
    mean, spread = _cuts(rows)
    mean, treated = -mean, _treated(rows)
    for one in _effects(rows, contrasts, on):
        mean = mean + one.mean * one.load
        spread = spread + one.sd**2 * np.outer(one.load, one.load)
    arm = _same(rows, lambda row: f"{row.study}/{row.arm}")
    spread = spread + prior("arm") ** 2 * arm * np.outer(treated, treated)
    if on.dose:
        spread = spread + _dose_spread(rows, contrasts)
    return mean, spread


def effects_given(made: Fit, contrasts: Contrasts) -> list[tuple[Effect, float, float]]:
    """Every effect with its mean and standard deviation once the rows with a value are known.

    Args:
        made: the model of the rows.
        contrasts: those that it was fitted with.

    Returns:
        each :class:`Effect`, whose own ``mean`` and ``sd`` are its prior, in y.

    A study in which nine of ten got better raises the level, and leaves it less in doubt:

    >>> row = Row("A", "A", "MN", "A", "acne scars", "none", "blinded_rater", "gais", "share",
    ...           n=200, value=0.9, cut=1.0)
    >>> [(level, mean, sd)] = [found for found in effects_given(fit([row], nodes=2), Contrasts())
    ...                        if found[0].name == "level"]
    >>> mean > level.mean, sd < level.sd
    (True, True)
    """
    known = np.flatnonzero(made.has_data)
    batch = made.batch
    whole = (batch.covariance + batch.noise)[:, known[:, None], known]
    off = made.data[known] - batch.mean[:, known]
    weight = softmax(batch.log_weight + log_density(off, whole))
    share = np.array([made.rows[i].is_share for i in known])
    a = np.where(share, 1.0 / made.cells[:, -1:], 1.0)
    found = []
    for one in _effects(made.rows, contrasts, made.parts):
        across = one.sd**2 * a * one.load[known]
        gain = np.linalg.solve(whole, across[..., None])[..., 0]
        mean = one.mean + (gain * off).sum(axis=1)
        variance = one.sd**2 - (gain * across).sum(axis=1)
        total = float(weight @ mean)
        spread = float(np.sqrt(weight @ (variance + (mean - total) ** 2)))
        found.append((one, total, spread))
    return found


def _dose_spread(rows: Sequence[Row], contrasts: Contrasts) -> Array:
    """What is not known of the contrasts themselves, as far as they are trusted."""
    size, sd = trust()
    return np.asarray(prior("level") ** 2 * (size**2 + sd**2) * contrasts.of(rows)[1])


def _cuts(rows: Sequence[Row]) -> tuple[Array, Array]:
    """Cuts of shares and offsets of means in y: mean (rows,) and covariance (rows, rows)."""
    share = np.array([row.is_share for row in rows])
    label = np.array([float(row.scale == "label-classes" and row.is_share) for row in rows])
    mean = np.array([links.nominal_cut(row) if row.is_share else 0.0 for row in rows])
    mean = mean + label * prior("label_shift")
    treated = _treated(rows)
    own = np.where(share, prior("cut"), prior("slope") * treated)  # no gain, nothing to stretch
    spread = _same(rows, lambda row: str(row.kind)) * np.outer(own, own)
    spread = spread + spread_of("label_shift") ** 2 * np.outer(label, label)
    paper = _same(rows, lambda row: f"{row.study}/{row.observer}/{row.kind}")
    spread = spread + prior("cut_residual") ** 2 * paper * np.outer(share, share)
    before = treated * np.array([links.baseline_spread(row) for row in rows])
    same = _same(rows, lambda row: f"{row.study}/{row.scale}")
    return mean, spread + same * np.outer(before, before)


def _same(rows: Sequence[Row], key: Callable[[Row], str]) -> Array:
    """1 where two rows have the same key, shape (rows, rows)."""
    keys = np.array([key(row) for row in rows])
    return np.asarray(keys[:, None] == keys[None, :], dtype=np.float64)


def _treated(rows: Sequence[Row]) -> Array:
    return np.array([float(row.modality != "untreated") for row in rows])


def _per_person(rows: Sequence[Row]) -> Array:
    return np.array([1.0 / row.n for row in rows])


def _people(rows: Sequence[Row]) -> tuple[Array, float]:
    """What groups of the same people have in common over S²: (rows, rows), and that share."""
    common = prior("same_people")
    few = np.sqrt(_per_person(rows))
    return common * _same(rows, lambda row: row.people) * np.outer(few, few), common


def _nested(rows: Sequence[Row], variance: Array) -> Array:
    """Sampling covariance: shares above nested cuts of one reading are one multinomial."""
    covariance = np.diag(variance)
    for i, one in enumerate(rows):
        for j, other in enumerate(rows[:i]):
            nested = one.is_share and other.is_share and _reading(one) == _reading(other)
            if nested and one.value is not None and other.value is not None:
                low, high = sorted((_share(one), _share(other)))
                shared = np.sqrt(low * (1.0 - high) / (high * (1.0 - low)))
                between = shared * np.sqrt(variance[i] * variance[j])
                covariance[i, j] = covariance[j, i] = between
    return covariance


def _reading(row: Row) -> tuple[str, ...]:
    return row.study, row.arm, row.time, row.observer, row.scale


def _share(row: Row) -> float:
    return ((row.value or 0.0) * row.n + 0.5) / (row.n + 1.0)
