"""A sampler for posteriors whose prior is a standard normal in many dimensions.

Several independent groups of chains start from the prior and are led to the posterior through
rising powers of the likelihood (each time resampled, then moved); the moves adapt while the chains
settle, and are then frozen, so that what is kept comes from a plain Metropolis-Hastings chain with
a fixed kernel. The target at power b is

    exp(-|x|²/2 - b·misfit(x)/2)

Four moves (:mod:`pinprick.learning.moves`) take turns, each exact: ``fit``, an autoregressive step
towards a normal fitted to the group; ``difference`` and ``snooker``, along differences of the
group's earlier states (ter Braak and Vrugt 2008); ``prior``, which redraws some coordinates from
the prior and so frees those that the data leave alone.

Chance is a function of seed, step and group alone: a run that was stopped goes on as if it had not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from pinprick.faults import Fault, InputError, too_few
from pinprick.learning.moves import PROPOSE, Group

Array = np.ndarray[Any, np.dtype[np.float64]]
# Misfit of each row of x, (n,), inf where it is ruled out; and what else is known of it, (n, p).
Density = Callable[[Array], tuple[Array, Array]]

MOVES = ("fit", "difference", "fit", "prior", "fit", "snooker", "difference", "prior")
FEWEST = 4  # chains of a group
_HALVINGS = 50
_RIDGE = 1e-3  # of a covariance, against a group that has collapsed in a direction


@dataclass(frozen=True, slots=True)
class Settings:
    """Size of a run.

    ``groups`` of ``chains`` each; ``starts`` prior draws a chain; ``turns`` moves at each power,
    ``settle`` moves while the kernel adapts, ``steps`` moves from which every ``every``-th is kept;
    ``search`` moves towards the best fit afterwards.
    """

    groups: int = 4
    chains: int = 192
    starts: int = 4
    turns: int = 16
    settle: int = 208
    steps: int = 800
    every: int = 16
    search: int = 160
    seed: int = 0

    def __post_init__(self) -> None:
        counts = asdict(self)
        del counts["seed"]
        faults = too_few(**counts)
        if 1 <= self.chains < FEWEST:
            allowed = f"{FEWEST} or more, for moves need others of the group"
            faults.append(Fault("chains", str(self.chains), allowed))
        if 1 <= self.steps < self.every:
            faults.append(Fault("steps", str(self.steps), f"{self.every} or more: one is kept"))
        if faults:
            raise InputError(faults)


@dataclass(frozen=True)
class State:
    """Where a run is; all that is needed to go on.

    ``x`` (groups, chains, dims), ``misfit`` (groups, chains), ``said`` (groups, chains, outputs)
    and ``power`` (groups,) are the chains; ``past`` (groups, states, dims), ``mean`` and ``root``
    (the covariance's Cholesky factor) what the moves know of the group; ``kept_x``, ``kept_misfit``
    and ``kept_said`` what was kept, steps first. ``tried`` and ``taken`` count proposals by move,
    ``barred`` those that were ruled out (all three anew for sampling), ``drawn`` evaluations;
    ``prior_allowed`` is the share of prior draws that were not ruled out.
    """

    phase: str  # temper, settle, sample, done
    step: int
    x: Array
    misfit: Array
    said: Array
    power: Array
    past: Array
    mean: Array
    root: Array
    kept_x: Array
    kept_misfit: Array
    kept_said: Array
    tried: Array
    taken: Array
    barred: int
    drawn: int
    prior_allowed: float


def start(density: Density, dims: int, settings: Settings) -> State:
    """Chains at draws from the prior that are not ruled out: power 0.

    Raises:
        InputError: if fewer draws of a group are allowed than it has chains.
    """
    groups, chains = settings.groups, settings.chains
    rows = [
        _random(settings.seed, "start", 0, g).standard_normal((settings.starts * chains, dims))
        for g in range(groups)
    ]
    misfit, said = density(np.concatenate(rows))
    allowed = np.isfinite(misfit).reshape(groups, -1)
    misfit, said = misfit.reshape(groups, -1), said.reshape(groups, settings.starts * chains, -1)
    if allowed.sum(axis=1).min() < chains:
        allowed_by = f"more: of a group's draws only {allowed.sum(axis=1).min()} are not ruled out"
        raise InputError([Fault("starts", str(settings.starts), allowed_by)])
    pick = [np.flatnonzero(a)[:chains] for a in allowed]
    x = np.stack([row[p] for row, p in zip(rows, pick, strict=True)])
    return State(
        phase="temper",
        step=0,
        x=x,
        misfit=np.stack([m[p] for m, p in zip(misfit, pick, strict=True)]),
        said=np.stack([s[p] for s, p in zip(said, pick, strict=True)]),
        power=np.zeros(groups),
        past=x.copy(),
        mean=np.zeros((groups, dims)),
        root=np.broadcast_to(np.eye(dims), (groups, dims, dims)).copy(),
        kept_x=np.zeros((0, groups, chains, dims)),
        kept_misfit=np.zeros((0, groups, chains)),
        kept_said=np.zeros((0, groups, chains, said.shape[-1])),
        tried=np.zeros(len(MOVES)),
        taken=np.zeros(len(MOVES)),
        barred=0,
        drawn=len(rows[0]) * groups,
        prior_allowed=float(allowed.mean()),
    )


def advance(state: State, density: Density, settings: Settings) -> State:
    """One move of every chain, with what comes before it: a higher power, a better kernel."""
    if state.phase == "temper" and state.step % settings.turns == 0:
        state = _raise(state, settings)
    elif state.phase == "settle" and state.step % settings.turns == 0:
        state = _learn(state, settings)
    state = _move(state, density, settings)
    state = replace(state, step=state.step + 1)
    if state.phase == "temper":
        over = state.step % settings.turns == 0 and bool(np.all(state.power >= 1))
        return replace(state, phase="settle", step=0, past=state.x.copy()) if over else state
    if state.phase == "settle":
        if state.step == settings.settle:
            state = _learn(state, settings)
            nothing = np.zeros(len(MOVES))
            return replace(state, phase="sample", step=0, tried=nothing, taken=nothing, barred=0)
        return state
    if state.step % settings.every == 0:
        state = replace(
            state,
            kept_x=np.concatenate([state.kept_x, state.x[None]]),
            kept_misfit=np.concatenate([state.kept_misfit, state.misfit[None]]),
            kept_said=np.concatenate([state.kept_said, state.said[None]]),
        )
    return replace(state, phase="done") if state.step == settings.steps else state


def run(
    state: State,
    density: Density,
    settings: Settings,
    *,
    most: int | None = None,
    after: Callable[[State], None] | None = None,
) -> State:
    """A run from a state to its end, or for at most so many moves; ``after`` is told of each.

    >>> def flat(x):
    ...     return 0 * x[:, 0], x[:, :1]
    >>> size = Settings(2, 16, settle=16, steps=32)
    >>> run(start(flat, 2, size), flat, size).kept_x.shape
    (2, 2, 16, 2)
    """
    taken = 0
    while state.phase != "done" and taken != most:
        state = advance(state, density, settings)
        taken += 1
        if after:
            after(state)
    return state


def anneal(state: State, density: Density, settings: Settings, power: float) -> State:
    """One move at a power of the caller's choice, about the chains as they are: a search."""
    here = replace(state, power=np.full(len(state.x), power), past=state.x)
    return replace(_move(_fitted(here), density, settings), step=state.step + 1)


def _random(seed: int, what: str, step: int, group: int) -> np.random.Generator:
    words = hashlib.sha256(f"{seed}/{what}/{step}/{group}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=np.frombuffer(words[:16], dtype="<u8").copy()))


def _raise(state: State, settings: Settings) -> State:
    """Each group to the power at which half of its sample is left, and resampled."""
    x, misfit, said = state.x.copy(), state.misfit.copy(), state.said.copy()
    power = state.power.copy()
    for g in range(settings.groups):
        if power[g] < 1:
            new = _next_power(misfit[g], power[g])
            weight = np.exp(-0.5 * (new - power[g]) * (misfit[g] - misfit[g].min()))
            place = _random(settings.seed, "resample", state.step, g).random()
            share = np.cumsum(weight) / weight.sum()
            count = settings.chains
            pick = np.searchsorted(share, (np.arange(count) + place) / count)
            pick = np.minimum(pick, count - 1)
            x[g], misfit[g], said[g], power[g] = x[g, pick], misfit[g, pick], said[g, pick], new
    state = replace(state, x=x, misfit=misfit, said=said, power=power, past=x.copy())
    return _fitted(state)


def _next_power(misfit: Array, power: float) -> float:
    """The highest power at which the effective sample is half of the chains, 1 at most."""

    def effective(new: float) -> float:
        weight = np.exp(-0.5 * (new - power) * (misfit - misfit.min()))
        return float(weight.sum() ** 2 / (weight**2).sum())

    if effective(1.0) >= len(misfit) / 2:
        return 1.0
    low, high = power, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= len(misfit) / 2 else (low, middle)
    return high


def _learn(state: State, settings: Settings) -> State:
    """The group's states so far, the newest half of them, as what the moves know."""
    past = np.concatenate([state.past, state.x], axis=1)
    room = max(4 * settings.chains, past.shape[1] // 2)
    return _fitted(replace(state, past=past[:, -room:]))


def _fitted(state: State) -> State:
    """Normal fitted to each group's past; few states are drawn towards the prior's covariance."""
    means, roots = [], []
    for past in state.past:
        count, dims = past.shape
        mean = past.mean(axis=0)
        off = past - mean
        trust = count / (count + dims)
        cover = trust * (off.T @ off) / count + (1 - trust) * np.eye(dims)
        means.append(mean)
        roots.append(np.linalg.cholesky(cover + _RIDGE * np.eye(dims)))
    return replace(state, mean=np.stack(means), root=np.stack(roots))


def _move(state: State, density: Density, settings: Settings) -> State:
    """One Metropolis-Hastings move of every chain."""
    which = state.step % len(MOVES)
    name = f"{state.phase}/{settings.seed}"
    proposals, corrections, coins = [], [], []
    for g in range(settings.groups):
        rng = _random(settings.seed, name, state.step, g)
        group = Group(state.x[g], state.past[g], state.mean[g], state.root[g])
        new, correction = PROPOSE[MOVES[which]](rng, group)
        proposals.append(new)
        corrections.append(correction)
        coins.append(np.log(rng.random(settings.chains)))
    new = np.stack(proposals)
    misfit, said = density(new.reshape(-1, new.shape[-1]))
    misfit, said = misfit.reshape(state.misfit.shape), said.reshape(state.said.shape)
    there = np.isfinite(misfit)
    gain = 0.5 * state.power[:, None] * (state.misfit - np.where(there, misfit, 0.0))
    take = there & (np.stack(coins) < gain + np.stack(corrections))
    tried, taken = state.tried.copy(), state.taken.copy()
    tried[which] += take.size
    taken[which] += take.sum()
    return replace(
        state,
        x=np.where(take[..., None], new, state.x),
        misfit=np.where(take, misfit, state.misfit),
        said=np.where(take[..., None], said, state.said),
        tried=tried,
        taken=taken,
        barred=state.barred + int((~there).sum()),
        drawn=state.drawn + take.size,
    )
