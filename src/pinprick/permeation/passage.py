"""Passage: a solute's way from one lumped donor into the medium, for many members at once.

The medium's own faces and its factorised solver carry the tissue (a column, or a unit cell whose
rings belong to the member). What they do not know is the donor: one unknown, finite, which drives
at its concentration until it is saturated and at its solubility beyond, while its volume dries. In
each stage of a step the tissue's answer is a straight line in what the donor drives with, so the
donor's own equation, bent once at saturation, is solved exactly. Two stages, order two, damped at
any step (Alexander's L-stable pair); what enters, leaves and stays adds up to rounding.

State is amount per volume, reference the *total dissolved* drug. Shapes: (cells, rings, members).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

# isort: off
from pinprick.medium import engine  # noqa: F401  (sets flags before JAX starts)
import jax
import jax.numpy as jnp
from jax import lax

# isort: on
from pinprick.medium import transport
from pinprick.medium.checks import StepError
from pinprick.medium.reactions import Species

Array = np.ndarray[Any, np.dtype[np.float64]]
_GAMMA = 1.0 - 2.0**-0.5  # of the two stages: the smaller root of g² - 2g + 1/2
_DRUG = Species("drug", "kg/m3", 1.0, "the solute", diffusivity="spread", storage="storage")
_ABOVE_0 = ("width", "storage", "half_life", "channel")
_LEAST_0 = ("spread", "clearance", "share", "open_share")
_DONOR_ABOVE_0 = ("drying", "shunt_lag", "solubility")
_DONOR_LEAST_0 = ("amount", "volume", "residue", "drive", "shunt", "layer", "mouth", "film")


@dataclass(frozen=True, slots=True)
class Way:
    """Where the solute goes: mesh, tissue, channels and what it leaves by.

    ``width`` (cells, members) in metres; ``rings`` faces of the rings (rings + 1, members) in
    metres, or None in a column; ``spread`` D in m²/s, ``storage`` K and ``clearance`` in 1/s of the
    tissue, (cells, members); ``share`` the volume share of the channel when it is open,
    (cells, rings, members), with the diffusivity ``channel`` of what fills it, (members,);
    ``open_share`` and ``half_life`` in s, (members,): how much of it is open at first, and its
    closure; ``sink`` whether the bottom is held at nothing.
    """

    width: Array
    rings: Array | None
    spread: Array
    storage: Array
    clearance: Array
    share: Array
    channel: Array
    open_share: Array
    half_life: Array
    sink: bool = False

    @property
    def area(self) -> Array:
        """Share of the skin's area in each ring, shape (rings, members)."""
        if self.rings is None:
            return np.ones((1, self.width.shape[1]))
        return np.asarray(np.diff(self.rings**2, axis=0) / self.rings[-1] ** 2)


@dataclass(frozen=True, slots=True)
class Donor:
    """What lies on the skin, each of shape (members,).

    ``amount`` in kg/m²; ``volume`` per area in m and ``residue``, the share of it that does not
    dry; ``drying`` in s, half-life of the rest (infinite: it stays); ``solubility`` in kg/m³
    (infinite where it does not bind); ``drive``: share of the dissolved drug that the barrier sees,
    over that share in the tissue; ``shunt`` in m/s, past the barrier into the cell ``below`` it,
    which comes to flow with the time constant ``shunt_lag`` in s; ``layer`` in s/m, resistance of
    an unstirred vehicle, ``mouth`` in s/m that of its narrows above a channel, and ``film`` in s/m
    that of the film towards a mouth, while nothing of it has dried.
    """

    amount: Array
    volume: Array
    residue: Array
    drying: Array
    solubility: Array
    drive: Array
    shunt: Array
    shunt_lag: Array
    layer: Array
    mouth: Array
    film: Array
    below: int


@cache
def _lots() -> dict[str, int]:
    """Members stepped together, how many count as few, and the least number of steps of a grid.

    Grids are filled with steps of no length up to that, or twice, four times as many.
    """
    text = files("pinprick.permeation").joinpath("meshes.toml").read_text("utf-8")
    return dict(tomllib.loads(text)["lots"])


class Course(NamedTuple):
    """What a walk gives: at its start and after each step, (times, ...).

    ``profile`` is the mean amount per volume over the rings, (times, cells, members), in kg/m³;
    ``donor``, ``cleared`` and ``passed`` (through the bottom) in kg/m², (times, members).
    """

    time: Array
    profile: Array
    donor: Array
    cleared: Array
    passed: Array
    state: Array


class _Now(NamedTuple):
    """The linear operator at a time, with what couples it to the donor."""

    faces: transport.Faces
    loss: Any  # 1/s of the amount
    give: Any  # gain of a cell per driving concentration, 1/s
    take: Any  # its loss back, per activity
    volume: Any  # of the donor, m


def walk(way: Way, donor: Donor | None, state: Array, steps: Array, start: float = 0.0) -> Course:
    """Walk the given steps.

    Args:
        way: mesh and tissue.
        donor: what lies on the skin, or None if nothing does.
        state: amount per volume in kg/m³, shape (cells, rings, members).
        steps: their lengths in seconds; the first few should be short after a change.
        start: time since the channels were made (and the donor was put on), in seconds.

    Raises:
        StepError: if a value is not finite.
        ValueError: if an input is negative or not a number.
    """
    put = donor is not None
    donor = donor if donor is not None else nothing(state.shape[-1])
    _check(way, donor, state, steps)
    members = state.shape[-1]
    lots = _lots()
    chunk = lots["few"] if members <= lots["few"] else lots["members"]
    room = lots["steps"] * 2 ** int(np.ceil(np.log2(max(len(steps) / lots["steps"], 1.0))))
    padded = np.pad(np.asarray(steps, float), (0, room - len(steps)))
    parts = []
    with jax.enable_x64(True):
        for first in range(0, members, chunk):
            who = np.minimum(np.arange(first, first + chunk), members - 1)
            run = _compiled(way.rings is not None, way.sink, put, donor.below)
            some = (_of(way, who), _of(donor, who), state[..., who])
            answer = run(*some, jnp.asarray(padded), jnp.asarray(float(start)))
            keep = slice(0, min(chunk, members - first))
            parts.append([np.asarray(x)[..., keep] for x in answer])
    whole = [np.concatenate(part, axis=-1) for part in zip(*parts, strict=True)]
    profile, held, cleared, passed, last = whole
    if not all(np.all(np.isfinite(x)) for x in (profile, held, last)):
        raise StepError("uptake failed: a value is not finite; check the values set")
    count = len(steps) + 1
    time = start + np.concatenate([[0.0], np.cumsum(steps)])
    return Course(time, profile[:count], held[:count], cleared[:count], passed[:count], last)


def nothing(members: int) -> Donor:
    """A donor that is not there."""
    zero = np.zeros(members)
    never = np.full(members, np.inf)
    return Donor(zero, zero, zero + 1.0, never, never, zero, zero, zero + 1.0, zero, zero, zero, 0)


def _check(way: Way, donor: Donor, state: Array, steps: Array) -> None:
    above = {**_named(way, _ABOVE_0), **_named(donor, _DONOR_ABOVE_0)}
    least = {**_named(way, _LEAST_0), **_named(donor, _DONOR_LEAST_0)}
    faults = [f"{k}: must be positive" for k, v in above.items() if not np.all(v > 0)]
    faults += [f"{k}: must not be negative" for k, v in least.items() if not np.all(v >= 0)]
    if faults:
        raise ValueError("; ".join(faults))
    if not np.all(np.isfinite(state)) or np.any(np.asarray(steps) < 0):
        raise ValueError("state must be finite and steps not negative")


def _named(of: Any, names: tuple[str, ...]) -> dict[str, Array]:
    return {name: getattr(of, name) for name in names}


def _of(of: Any, who: Any) -> dict[str, Any]:
    """The arrays of a way or donor by name, for some of the members."""
    values = {f.name: getattr(of, f.name) for f in fields(of)}
    return {
        k: jnp.asarray(v[..., who]) if isinstance(v, np.ndarray) else None
        for k, v in values.items()
    }


@cache
def _compiled(rings: bool, sink: bool, put: bool, below: int) -> Callable[..., Any]:
    """One compiled walk for each kind of geometry; shapes do the rest."""

    def run(given: Any, lying: Any, state: Any, steps: Any, start: Any) -> Any:
        way, donor = SimpleNamespace(**given), SimpleNamespace(**lying)
        area = _areas(way.rings) if rings else jnp.ones((1, state.shape[-1]))
        size = way.width[:, None] * area

        def at(time: Any) -> _Now:
            return _operator(way, donor, time, time - start, sink, put, below)

        def note(carry: Any) -> Any:
            c, held, cleared, passed, _ = carry
            return (c * area).sum(axis=1), held, cleared, passed

        def step(carry: Any, h: Any) -> tuple[Any, Any]:
            new = lax.cond(h > 0, lambda c: _step(c, h, at, donor, size), lambda c: c, carry)
            return new, note(new)

        zero = jnp.zeros(state.shape[-1])
        first = (state, zero + donor.amount, zero, zero, start)
        last, notes = lax.scan(step, first, steps)
        notes = [jnp.concatenate([a[None], b]) for a, b in zip(note(first), notes, strict=True)]
        return (*notes, last[0])

    return jax.jit(run)


def _areas(rings: Any) -> Any:
    squares = rings**2
    return (squares[1:] - squares[:-1]) / squares[-1]


def _operator(
    way: Any, donor: Any, time: Any, since: Any, sink: bool, put: bool, below: int
) -> _Now:
    """Coefficients at a time: channels that close are blended in by volume share.

    What is left of a drying film is thin, and feeds a mouth from the side only so fast.
    """
    open_now = way.open_share * jnp.exp2(-time / way.half_life)
    share = way.share * open_now
    tissue = (way.spread * way.storage)[:, None]
    storage = way.storage[:, None] * (1.0 - share) + share
    passing = tissue * (1.0 - share) + way.channel * share
    here = SimpleNamespace(width=way.width[:, None], spread=passing / storage, storage=storage)
    if sink:
        here.bottom = {_DRUG.name: (0.0, 0.0)}
    made = transport.faces([_DRUG], here, passing)
    if way.rings is not None:
        lateral, area = _across(way.rings, passing)
        made = made._replace(lateral=lateral[None], area=area)
    loss = way.clearance[:, None] * (1.0 - share)
    give = take = jnp.zeros_like(passing)
    wet = donor.residue + (1.0 - donor.residue) * jnp.exp2(-since / donor.drying)
    if put:
        half = way.width[0] / 2.0
        barrier = tissue[0] / half * (1.0 - share[0])
        thin = donor.film / jnp.maximum(wet, np.finfo(np.float64).tiny)
        mouth = share[0] / (half / way.channel + donor.mouth + thin)
        give = give.at[0].add((barrier * donor.drive + mouth) / way.width[0])
        take = take.at[0].add((barrier + mouth) / way.width[0])
        flows = donor.shunt * -jnp.expm1(-since / donor.shunt_lag)
        past = flows * (1.0 - share[0]) / way.width[below]
        give, take = give.at[below].add(past), take.at[below].add(past)
    return _Now(made, loss, give, take, wet * donor.volume)


def _across(rings: Any, passing: Any) -> tuple[Any, Any]:
    """The medium's conductances between rings, for rings that differ between members."""
    middle = (rings[1:] + rings[:-1]) / 2.0
    inner, outer = jnp.log(rings[1:-1] / middle[:-1]), jnp.log(middle[1:] / rings[1:-1])
    resistance = inner / passing[:, :-1] + outer / passing[:, 1:]
    return 2.0 * jnp.pi / resistance, jnp.pi * (rings[1:] ** 2 - rings[:-1] ** 2)


def _step(carry: Any, h: Any, at: Callable[[Any], _Now], donor: Any, size: Any) -> Any:
    """One step of two stages; the second starts from what the first moved."""
    state, held, cleared, passed, time = carry
    on = (1.0 - _GAMMA) / _GAMMA
    hg = h * _GAMMA
    one = _stage(state, held, hg, at(time + hg), donor, size)
    base = state + on * (one[0] - state)
    before = held + on * (one[1] - held)
    two = _stage(base, before, hg, at(time + h), donor, size)
    cleared = cleared + h * ((1.0 - _GAMMA) * one[2] + _GAMMA * two[2])
    passed = passed + h * ((1.0 - _GAMMA) * one[3] + _GAMMA * two[3])
    return two[0], two[1], cleared, passed, time + h


def _stage(state: Any, held: Any, hg: Any, now: _Now, donor: Any, size: Any) -> Any:
    """Tissue and donor after an implicit stage, and the rates of clearance and of the bottom."""
    storage = now.faces.storage[0]
    free = 1.0 / (1.0 + hg * (now.loss + now.take / storage))
    factors = transport.factorise(now.faces._replace(free=free[None]), hg)
    both = transport.solve(jnp.stack([free * state, free * now.give]), factors)
    still, answer = both[0], hg * both[1]
    # What leaves the donor is a line in what it drives with: slope * drive - back.
    slope = (size * (now.give - now.take * answer / storage)).sum(axis=(0, 1))
    back = (size * now.take * still / storage).sum(axis=(0, 1))
    slope, back = (x / (1.0 + slope * donor.layer) for x in (slope, back))
    room = now.volume + hg * slope
    drive = jnp.where(room > 0, (held + hg * back) / jnp.where(room > 0, room, 1.0), 0.0)
    drive = jnp.minimum(drive, donor.solubility)
    leaves = slope * drive - back
    surface = drive - donor.layer * leaves
    new = still + answer * surface
    clears = (size * now.loss * new).sum(axis=(0, 1))
    out = (now.faces.bottom[0] * new[-1] / storage[-1] * size[-1] / now.faces.width[-1]).sum(axis=0)
    return new, held - hg * leaves, clears, out
