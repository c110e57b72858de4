"""Bio-heat about one needle while current flows and after: Pennes, with water that boils.

``dH/dt = div(k grad T) + joule - perfusion (T - T_blood)`` with the heat content
``H = C T + latent f(T)``, where f rises from 0 to 1 over the boiling range; steam that condenses
gives its heat back. Steps are two-stage, second order and L-stable (SDIRK2); where nothing boils a
step is linear and its matrix stays, elsewhere Newton's method finds it. What comes in and goes out
is added up with the weights of the method, so that the balance closes to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from math import sqrt
from typing import Any

import numpy as np

from pinprick.evidence.lanes import Lanes
from pinprick.heat.banded import Factors, Links, halves
from pinprick.heat.boiling import aim_of, conductivity_factor, share_to_cut, steam
from pinprick.heat.cell import Cell, Mesh, Tissue
from pinprick.heat.damage import Rate, Tally
from pinprick.heat.field import Field, electric_field, series_resistance
from pinprick.heat.source import Pins, Pulse
from pinprick.heat.steps import Step, steps_of

Array = np.ndarray[Any, np.dtype[np.float64]]
GAMMA = 1 - sqrt(1 / 2)  # of SDIRK2: makes it second order and L-stable


@dataclass
class Budget:
    """Joules a pin, (members,): ``joule`` in, ``perfused`` and ``out`` away, ``stored`` in tissue.

    ``latent`` is the part of ``stored`` that holds water as steam.
    """

    joule: Array
    perfused: Array
    out: Array
    stored: Array
    latent: Array

    @property
    def imbalance(self) -> Array:
        """What does not add up, as a share of all that moved, (members,)."""
        rest = self.joule - self.perfused - self.out - self.stored
        moved = abs(self.joule) + abs(self.perfused) + abs(self.out) + abs(self.stored)
        return np.asarray(abs(rest) / np.maximum(moved, np.finfo(float).tiny))


@dataclass
class Warmed:
    """What a pulse leaves in the cell of a needle.

    ``temperature`` at the end and ``peak`` in K, and ``damage`` (by name, integrals of the rates
    asked for), each (members, cells, rings). ``resistance`` (members, 2) in ohm at the start and
    the lowest while heating, from pin to wall or bottom; ``cut`` (members,) truths: the source was
    cut; ``volts`` the highest voltage from pin to wall or bottom.
    """

    cell: Cell
    temperature: Array
    peak: Array
    damage: dict[str, Array]
    budget: Budget
    resistance: Array
    cut: Any
    volts: Array


@dataclass
class _State:
    """The walk of one pulse through its steps."""

    cell: Cell
    tissue: Tissue
    pins: Pins
    pulse: Pulse
    mesh: Mesh
    links: Links
    outside: Array  # what the outside gives per second, with the tissue at 0 K
    power: Array | None  # watts a pin
    series: Array  # ohms beyond the cell
    heat: dict[str, Array]  # parameters, each with two axes more
    temperature: Array
    content: Array  # heat in each cell beyond the start
    alive: Array
    on: Any
    budget: Budget
    factors: dict[float, Factors] = field(default_factory=dict)

    @property
    def boiling(self) -> Any:
        """In which members water boils somewhere, truths (members,)."""
        return np.any(self.temperature > self.heat["boil_start"], axis=(1, 2))

    def ahead(self, change: Array) -> Array:
        """The temperature half a stride ahead, but not into the boil: there the line bends."""
        most = np.maximum(self.temperature, self.heat["boil_start"])
        return np.asarray(np.minimum(self.temperature + change, most))

    def held(self, temperature: Array) -> Array:
        """Heat in each cell beyond the start, in joules."""
        h, t = self.heat, self.tissue
        warm = t.capacity * (temperature - h["start_temperature"])
        boiled = steam(temperature, h["boil_start"], h["boil_end"])
        return np.asarray(self.cell.volume * (warm + t.latent * boiled))

    def conductivity(self, temperature: Array) -> tuple[Array, Array]:
        """Electric conductivity at a temperature, along the layers and across them."""
        factor = conductivity_factor(temperature, self.heat)
        return self.tissue.conductivity[0] * factor, self.tissue.conductivity[1] * factor


def warm(
    cell: Cell,
    tissue: Tissue,
    pins: Pins,
    pulse: Pulse,
    lanes: Lanes,
    mesh: Mesh,
    rates: dict[str, Rate],
    *,
    killed: Callable[[dict[str, Array]], Array] | None = None,
    after: float | None = None,
    source: Array | None = None,
) -> Warmed:
    """Run a pulse and what follows.

    Args:
        cell, tissue: mesh and tissue of the members.
        pins, pulse: what heats.
        lanes: parameters of the members.
        mesh: how many steps.
        rates: logarithms of the rates (1/s) to integrate, as functions of the temperature.
        killed: the integral that kills, out of all: where it has, blood no longer flows.
        after: seconds to follow after the last pulse; the parameter's where None.
        source: watts in each cell while the current flows, (members, cells, rings), in place of
            the field's.

    Raises:
        FloatingPointError: if a balance cannot be solved; nothing is returned then.
    """
    s = _begin(cell, tissue, pins, pulse, lanes, mesh)
    current = _Current.of(s) if source is None else None
    tally = Tally.of(rates, s.temperature)
    follow = float(lanes.stage("heat").after_time[0]) if after is None else after
    for step in steps_of(pulse, mesh, follow):
        before = s.temperature
        if not step.on:
            _advance(s, step.seconds, np.zeros(cell.shape))
        elif current is not None:
            _heat_until_cut(s, step, current.joule(s, step))
        else:
            _heat_until_cut(s, step, np.asarray(source))
        if current is not None:
            current.trend = (s.temperature - before) / step.seconds
        tally.add(s.temperature, step.seconds)
        if killed is not None:
            s.alive = np.exp(-killed(tally.damage))
    boiled = steam(s.temperature, s.heat["boil_start"], s.heat["boil_end"])
    s.budget.stored = s.held(s.temperature).sum(axis=(1, 2))
    s.budget.latent = (cell.volume * tissue.latent * boiled).sum(axis=(1, 2))
    nothing = np.zeros((len(lanes), 2))
    ohm, volts = (nothing, nothing[:, 0]) if current is None else (current.ohm, current.volts)
    return Warmed(cell, s.temperature, tally.peak, tally.damage, s.budget, ohm, ~s.on, volts)


@dataclass
class _Current:
    """The field as it was last solved, and what it has been through."""

    unit: Field
    trend: Array
    ohm: Array
    volts: Array
    since: int = 0

    @classmethod
    def of(cls, s: _State) -> _Current:
        unit = electric_field(s.cell, s.conductivity(s.temperature), s.pins.wiring)
        ohm = np.stack([1 / unit.conductance] * 2, axis=1)
        return cls(unit, np.zeros(s.cell.shape), ohm, np.zeros(len(ohm)))

    def joule(self, s: _State, step: Step) -> Array:
        """Watts in each cell during a step; the field is solved anew where it is due.

        Where water boils that is in every step; each member keeps its own time.
        """
        everyone = step.first or self.since >= s.mesh.field_every
        due = np.flatnonzero(s.on & (s.boiling | everyone))
        if len(due):
            stride = np.where(s.boiling, 1, s.mesh.field_every) * (not step.first)
            ahead = s.ahead(self.trend * (stride * step.seconds / 2)[:, None, None])
            along, across = s.conductivity(ahead)
            new = electric_field(s.cell.of(due), (along[due], across[due]), s.pins.wiring)
            self.unit.heat[due], self.unit.conductance[due] = new.heat, new.conductance
        self.since = 1 if everyone else self.since + 1
        self.ohm[:, 1] = np.minimum(self.ohm[:, 1], 1 / self.unit.conductance)
        watts, volts = _drive(s, self.unit)
        self.volts = np.maximum(self.volts, volts)
        return np.asarray(self.unit.heat * (watts / self.unit.conductance)[:, None, None])


_READ = (
    "conductivity_rise",
    "dry_conductivity",
    "boil_start",
    "boil_end",
    "cut_temperature",
    "start_temperature",
    "blood_temperature",
)


def _begin(
    cell: Cell, tissue: Tissue, pins: Pins, pulse: Pulse, lanes: Lanes, mesh: Mesh
) -> _State:
    k = lanes.stage("heat")
    members = len(lanes)
    half = halves(cell, *tissue.conduction)
    ground = np.zeros(cell.shape)
    outside = np.zeros(cell.shape)
    if pulse.cooling is not None:
        stated = pulse.cooling.exchange
        exchange = k.cooling_exchange if stated is None else np.full(members, stated)
        resistance = 1 / (exchange[:, None] * cell.area)
        ground[:, 0] = 1 / (half.upright[:, 0] + resistance)
        outside[:, 0] = ground[:, 0] * pulse.cooling.temperature
    links = Links(
        1 / (half.outer[:, :, :-1] + half.inner[:, :, 1:]),
        1 / (half.upright[:, :-1] + half.upright[:, 1:]),
        ground,
    )
    error = np.ones(members) if pulse.measured else k.energy_error
    heat = {name: getattr(k, name)[:, None, None] for name in _READ}
    return _State(
        cell=cell,
        tissue=tissue,
        pins=pins,
        pulse=pulse,
        mesh=mesh,
        links=links,
        outside=outside,
        power=None if pulse.watts is None else pulse.watts * error,
        series=series_resistance(pins, lanes),
        heat=heat,
        temperature=heat["start_temperature"] + np.zeros(cell.shape),
        content=np.zeros(cell.shape),
        alive=np.ones(cell.shape),
        on=np.ones(members, dtype=bool),
        budget=Budget(*(np.zeros(members) for _ in fields(Budget))),
    )


def _drive(s: _State, unit: Field) -> tuple[Array, Array]:
    """Watts a pin and volts from pin to wall or bottom, as the generator and its cap allow."""
    # between the poles of a bipolar tip lies the wall's plane twice
    share = 2.0 if s.pins.wiring == "bipolar" else 1.0
    ohm = 1 / unit.conductance + s.series
    most = min(s.pulse.voltage_cap, s.pulse.voltage or np.inf) / share
    asked = np.full(len(ohm), np.inf) if s.power is None else s.power * ohm * unit.conductance
    total = np.minimum(asked, most**2 / ohm) * s.on  # watts in the skin and beyond the cell
    watts = total / (ohm * unit.conductance)
    return np.asarray(watts), np.asarray(np.sqrt(total * ohm))


def _heat_until_cut(s: _State, step: Step, joule: Array) -> None:
    """One step with current; where it would lead past the cut, with the share that leads there.

    A member that gets a share, or is hot enough, is cut from then on.

    Raises:
        FloatingPointError: if no share is found.
    """
    members = np.arange(len(s.on))
    low, high = aim_of(s.heat)
    full = s.held(np.broadcast_to((low + high) / 2, s.cell.shape))
    kept = s.temperature, s.content, s.budget

    def trial(share: Array) -> tuple[Array, Array, Array]:
        s.temperature, s.content, s.budget = kept[0], kept[1], replace(kept[2])
        _advance(s, step.seconds, joule * share[:, None, None])
        hot = s.temperature.reshape(len(members), -1).argmax(axis=1)
        at = (members, *np.unravel_index(hot, s.cell.shape[1:]))
        return s.temperature[at], s.content[at] - kept[1][at], full[at] - kept[1][at]

    share = share_to_cut(trial, s.on, low[:, 0, 0], high[:, 0, 0], s.mesh.iterations)
    s.on &= (s.temperature.max(axis=(1, 2)) < low[:, 0, 0]) & (share == 1)


def _advance(s: _State, seconds: float, joule: Array) -> None:
    """One step of SDIRK2, for all members, with the source as it stands."""
    whole = s.tissue.perfusion * s.cell.volume
    # what dead tissue no longer loses to blood, at the temperature before the step
    spared = whole * (1 - s.alive) * (s.temperature - s.heat["blood_temperature"])
    given = joule + s.outside + spared + whole * s.heat["blood_temperature"]
    base, temperature = s.content, s.temperature
    for weight, last in ((1 - GAMMA, False), (GAMMA, True)):
        temperature = _stage(s, base, temperature, given, GAMMA * seconds, whole)
        gain = given - s.links.flow(temperature) - whole * temperature
        perfused = whole * (temperature - s.heat["blood_temperature"]) - spared
        out = s.links.ground * temperature - s.outside
        for name, flow in (("joule", joule), ("perfused", perfused), ("out", out)):
            total = getattr(s.budget, name) + weight * seconds * flow.sum(axis=(1, 2))
            setattr(s.budget, name, total)
        if last:
            s.content = base + GAMMA * seconds * gain
        else:
            base = s.content + (1 - GAMMA) * seconds * gain
    s.temperature = temperature


def _stage(
    s: _State, base: Array, guess: Array, given: Array, implicit: float, whole: Array
) -> Array:
    """The temperature at which the heat content is ``base`` + ``implicit`` · gain.

    Raises:
        FloatingPointError: if Newton's method does not get there.
    """
    mass = s.cell.volume * s.tissue.capacity
    factors = s.factors.get(implicit)
    if factors is None:
        s.factors.clear()
        links = s.links.of(slice(None), implicit)
        factors = Factors.of(links.matrix(mass + implicit * whole))
        s.factors[implicit] = factors
    gain = given - s.links.flow(guess) - whole * guess
    t = guess + factors.solve(base + implicit * gain - s.held(guess))
    low = s.heat["boil_start"][:, 0, 0]
    boils = np.flatnonzero(np.maximum(t.max(axis=(1, 2)), guess.max(axis=(1, 2))) > low)
    if len(boils):
        target = base + implicit * given
        t[boils] = _boil(s, boils, t[boils], target[boils], implicit, whole[boils])
    return np.asarray(t)


def _boil(s: _State, who: Any, t: Array, target: Array, implicit: float, whole: Array) -> Array:
    """Newton's method for members whose water boils: heat content bends at both ends of the range.

    Finds where the heat content plus ``implicit`` · what is lost is the ``target``.
    """
    low, high = s.heat["boil_start"][who], s.heat["boil_end"][who]
    volume, capacity = s.cell.volume[who], s.tissue.capacity[who]
    mass, latent = volume * capacity, volume * s.tissue.latent[who]
    start, rise = s.heat["start_temperature"][who], latent / (high - low)
    links = s.links.of(who, implicit)
    scale = s.mesh.tolerance * mass.max(axis=(1, 2)) * (high - low)[:, 0, 0]
    for _ in range(s.mesh.iterations):
        held = mass * (t - start) + latent * steam(t, low, high)
        rest = target - held - links.flow(t) - implicit * whole * t
        left = np.flatnonzero(abs(rest).max(axis=(1, 2)) > scale)
        if not len(left):
            return t
        slope = (mass + rise * ((t >= low) & (t <= high)) + implicit * whole)[left]
        now = t[left] + Factors.of(links.of(left).matrix(slope)).solve(rest[left])
        for bend in (low[left], high[left]):
            # no cell leaps over a bend, or two slopes would take turns
            now = np.where((t[left] - bend) * (now - bend) < 0, bend, now)
        t[left] = now
    raise FloatingPointError("heat: no temperature found while water boils")
