"""A whole tip in a block of skin: how zones of neighbours lie, and a check of one needle's cell.

No forecast asks it: numbers come from the cell (:mod:`pinprick.heat.heated`).
Needles are blended into square cells by their share: a needle four cells wide is met to 2 % in
resistance and 4 % in temperature, one that is no whole number of cells wide to 15 %. The steps are
those of the cell: each stage of SDIRK2 is one steady balance with a loss, and heat content is what
is carried, so that joules are kept whatever boils.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

import numpy as np

from pinprick import units
from pinprick.evidence.lanes import Lanes
from pinprick.heat.bioheat import GAMMA
from pinprick.heat.boiling import aim_of, conductivity_factor, share_to_cut, steam
from pinprick.heat.cell import Mesh, by_layer, graded, layer_shares, meshes
from pinprick.heat.damage import Tally, damage_set
from pinprick.heat.source import Pins, Pulse
from pinprick.heat.steps import steps_of
from pinprick.medium.column import Column
from pinprick.medium.layers import Skin
from pinprick.medium.patch import Patch
from pinprick.medium.patch.operator import Operator
from pinprick.medium.steady import conductor, electrodes, steady

Array = np.ndarray[Any, np.dtype[np.float64]]
Progress = Callable[[float], None]
_SHOWN = ("henriques", "mehta-wong")
TOLERANCE = units.MICRO / 10  # of the iterations: far below what the cells leave wrong
FAINT = units.MILLI  # of the tissue's conductivity, in what is insulated
METAL = 1 / units.MILLI  # of the tissue's conductivity, in bare metal, which is held anyway


@dataclass(frozen=True)
class Block:
    """A patch with the needles of a tip in it.

    ``places`` of the needles (x, y) in metres and their ``signs``; ``metal`` the share of needle in
    each cell and ``bare`` which cells are bare metal, (cells, y, x); ``share`` (cells, layers) of
    epidermis, dermis and fat.
    """

    patch: Patch
    places: tuple[tuple[float, float], ...]
    signs: tuple[int, ...]
    metal: Array
    bare: Any
    share: Array


def block_of(
    pins: Pins,
    skin: Skin,
    *,
    across: int,
    mesh: str = "cohort",
    rows: int | None = None,
    margin: float | None = None,
) -> Block:
    """A block of skin with a square tip in its middle.

    Args:
        pins: the needles, at one depth.
        skin: of one member.
        across: square cells from one needle to the next.
        mesh: for the depths, as in the cell of one needle.
        rows: needles along each side; all of the tip where None.
        margin: skin beside the outer needles in metres, rounded to whole cells; half a pitch where
            None, and then the sides repeat.

    Raises:
        ValueError: if the cells are wider than half a needle, or there is more than one member.
    """
    side = rows or ceil(sqrt(pins.count))
    width = pins.pitch / across
    if width > pins.diameter / 2 * (1 + units.MICRO):
        raise ValueError(f"block: at least {ceil(2 * pins.pitch / pins.diameter)} cells a pitch")
    if np.size(pins.depth) != 1 or skin.layers[0].thickness.shape != (1,):
        raise ValueError("block: one member only")
    beside = pins.pitch / 2 if margin is None else round(margin / width) * width
    count = round(((side - 1) * pins.pitch + 2 * beside) / width)
    faces = np.linspace(0.0, count * width, count + 1)
    column = _depths(pins, skin, meshes()[mesh])
    patch = Patch(column, faces, faces, "periodic" if margin is None else "closed")
    line = beside + np.arange(side) * pins.pitch
    places = tuple((float(x), float(y)) for y in line for x in line)
    signs = tuple(
        (-1) ** (i + j) if pins.wiring == "bipolar" else 1 for j in range(side) for i in range(side)
    )
    depth = float(np.asarray(pins.depth).ravel()[0])
    metal = np.zeros(patch.shape)
    for place in places:
        metal += patch.share_within(place, pins.diameter / 2, depth)
    start = 0.0 if pins.bare is None else depth - pins.bare
    bare = (metal > 1 / 2) & (patch.centres[0] > start)
    return Block(patch, places, signs, metal, bare, layer_shares(column.edges.T, skin)[0])


def _depths(pins: Pins, skin: Skin, mesh: Mesh) -> Column:
    """Depth cells with faces on the end of the insulation and on the tip."""
    depth = float(np.asarray(pins.depth).ravel()[0])
    fine, parts = mesh.tip_cell, []
    if pins.bare is None:
        parts.append(graded(depth, mesh.surface_cell, fine, mesh.growth))
    else:
        parts.append(graded(depth - pins.bare, mesh.surface_cell, fine, mesh.growth))
        parts.append(graded(pins.bare, fine, fine, mesh.growth))
    parts.append(graded(mesh.below, fine, None, mesh.growth))
    edges = np.concatenate([[0.0], np.cumsum(np.concatenate(parts))])[:, None]
    return Column(edges, {"skin": slice(0, len(edges) - 1)})


@dataclass
class BlockWarmed:
    """What a pulse leaves in a block.

    ``temperature`` and ``peak`` in K and ``damage`` by set, (cells, y, x); ``impedance`` of the tip
    in ohm at the start and the lowest; ``energy`` in joules, all needles together; ``cut`` whether
    the source was cut at 100 °C; ``imbalance`` what of the joules was not found again.
    """

    block: Block
    temperature: Array
    peak: Array
    damage: dict[str, Array]
    impedance: tuple[float, float]
    energy: float
    cut: bool
    imbalance: float


def patch_pulse(
    block: Block,
    pins: Pins,
    pulse: Pulse,
    lanes: Lanes,
    *,
    mesh: str = "cohort",
    after: float = 0.0,
    sets: Sequence[str] = _SHOWN,
    progress: Progress | None = None,
) -> BlockWarmed:
    """Run a pulse through a whole tip.

    Args:
        block: the skin with the needles.
        pins, pulse: what heats; every needle gets the same drive, so those at the rim get less.
            Surface cooling is not followed here.
        lanes: parameters of one member.
        mesh: how many steps.
        after: seconds to follow after the last pulse.
        sets: damage to integrate, by name.
        progress: told the share that is done, from 0 to 1.

    Raises:
        ValueError: on more than one member, or a pulse with cooling.
        StepError: if a balance cannot be solved; nothing is returned then.
    """
    if len(lanes) != 1 or pulse.cooling is not None:
        raise ValueError("block: one member, without cooling")
    run, size = _Run.of(block, pins, pulse, lanes), meshes()[mesh]
    steps = list(steps_of(pulse, size, after))
    tally = Tally.of({name: damage_set(name).log_rate for name in sets}, run.temperature)
    since = 0
    for number, step in enumerate(steps):
        if step.on and run.on:
            if step.first or run.boiling or since >= size.field_every:
                run.solve_field()
                since = 0
            since += 1
        power = run.power() if step.on and run.on else 0.0
        run.heat_until_cut(step.seconds, power, size.iterations)
        tally.add(run.temperature, step.seconds)
        if progress is not None:
            progress((number + 1) / len(steps))
    stored = float((run.content * block.patch.volume).sum())
    moved = abs(run.energy) + abs(stored) + abs(run.perfused)
    rest = abs(run.energy - stored - run.perfused) / max(moved, np.finfo(float).tiny)
    return BlockWarmed(
        block,
        run.temperature,
        tally.peak,
        tally.damage,
        (run.ohm[0], min(run.ohm)),
        run.energy,
        not run.on,
        rest,
    )


@dataclass
class _Run:
    """One pulse on its way; heat content per volume is what is carried."""

    block: Block
    pins: Pins
    pulse: Pulse
    k: dict[str, float]
    conductivity: Array
    capacity: Array
    latent: Array
    perfusion: Array
    conduction: Operator
    watts: float | None
    content: Array
    temperature: Array
    heat: Array  # per volume, at a drive of 1 V
    ohm: list[float]
    on: bool = True
    energy: float = 0.0
    perfused: float = 0.0

    @classmethod
    def of(cls, block: Block, pins: Pins, pulse: Pulse, lanes: Lanes) -> _Run:
        stage = lanes.stage("heat")
        k = {name: float(getattr(stage, name)[0]) for name in _READ}
        layers = {name: values[0] for name, values in by_layer(stage).items()}

        def by_depth(name: str) -> Array:
            return np.asarray((block.share @ layers[name])[:, None, None])

        def with_steel(name: str, steel: float = 0.0) -> Array:
            return np.asarray(by_depth(name) * (1 - block.metal) + steel * block.metal)

        error = 1.0 if pulse.measured else k["energy_error"]
        start = np.full(block.patch.shape, k["start_temperature"])
        return cls(
            block=block,
            pins=pins,
            pulse=pulse,
            k=k,
            conductivity=by_depth("conductivity"),
            capacity=with_steel("capacity", k["pin_heat"]),
            latent=with_steel("latent"),
            perfusion=with_steel("perfusion"),
            conduction=conductor(block.patch, with_steel("conduction", k["pin_heat_conduction"])),
            watts=None if pulse.watts is None else pulse.watts * error * len(block.places),
            content=np.zeros_like(start),
            temperature=start,
            heat=np.zeros_like(start),
            ohm=[],
        )

    @property
    def boiling(self) -> bool:
        """Whether water boils anywhere."""
        return bool(self.temperature.max() > self.k["boil_start"])

    def solve_field(self) -> None:
        """The field with the poles at 1 V and -1 V (or at 1 V, and the bottom at 0)."""
        block = self.block
        tissue = self.conductivity * conductivity_factor(self.temperature, self.k)
        # half a cell of insulation lets half through, half a cell of bare metal twice as much
        free = np.maximum(1 - block.metal, FAINT)
        partly = np.where(block.bare.any(axis=(1, 2), keepdims=True), 1 / free, free)
        sigma = np.where(block.bare, METAL * self.conductivity, tissue * partly)
        bipolar = self.pins.wiring == "bipolar"
        bottom = (np.inf, 0.0) if bipolar else (0.0, 0.0)
        medium = conductor(block.patch, sigma, bottom=bottom)
        found = steady(medium, held=_poles(block), tolerance=TOLERANCE)
        watts = _joule(found.field, medium, sigma, block.patch)
        total = float(watts.sum())
        # between the poles lie 2 V where the tip is bipolar
        self.ohm.append((2.0**2 if bipolar else 1.0) / total)
        self.heat = watts / block.patch.volume / total

    def heat_until_cut(self, seconds: float, power: float, tries: int) -> None:
        """One step; where it would lead past the cut, with the share of power that leads there."""
        low, high = aim_of(self.k)
        full = self._content((low + high) / 2)
        kept = self.content, self.temperature, self.energy, self.perfused

        def trial(share: Array) -> tuple[Array, Array, Array]:
            self.content, self.temperature, self.energy, self.perfused = kept
            self._advance(seconds, power * float(share[0]))
            at = np.unravel_index([self.temperature.argmax()], self.temperature.shape)
            return self.temperature[at], self.content[at] - kept[0][at], full[at] - kept[0][at]

        on = np.array([power > 0])
        share = share_to_cut(trial, on, np.array([low]), np.array([high]), tries)
        if on:
            self.on = bool(share[0] == 1 and self.temperature.max() < low)

    def _content(self, temperature: float) -> Array:
        """Heat content per volume at one temperature throughout."""
        k = self.k
        boiled = steam(np.asarray(temperature), k["boil_start"], k["boil_end"])
        return np.asarray(
            self.capacity * (temperature - k["start_temperature"]) + self.latent * boiled
        )

    def _advance(self, seconds: float, power: float) -> None:
        """One step of SDIRK2 on heat content; its slope is that before the step."""
        k = self.k
        inside = (self.temperature >= k["boil_start"]) & (self.temperature <= k["boil_end"])
        capacity = self.capacity + inside * self.latent / (k["boil_end"] - k["boil_start"])
        tau = GAMMA * seconds
        loss = capacity / tau + self.perfusion
        base, content, now = self.content, self.content, self.temperature
        for weight in (1 - GAMMA, GAMMA):
            gain = self.heat * power - self.perfusion * (now - k["blood_temperature"])
            gain = gain + self.conduction.rates(now[None])[0]
            source = gain + (base - content) / tau
            change = steady(self.conduction, source, loss=loss, tolerance=TOLERANCE).field
            lost = self.perfusion * (now + change - k["blood_temperature"])
            self.perfused += weight * seconds * float((lost * self.block.patch.volume).sum())
            content = content + capacity * change
            now = self._temperature(content)
            if weight != GAMMA:
                base = self.content + (1 - GAMMA) / GAMMA * (content - self.content)
        self.content, self.temperature = content, now
        self.energy += power * seconds

    def power(self) -> float:
        """Watts of the whole tip, as the generator and its cap allow."""
        most = min(self.pulse.voltage_cap, self.pulse.voltage or np.inf)
        asked = np.inf if self.watts is None else self.watts
        return float(min(asked, most**2 / self.ohm[-1]))

    def _temperature(self, content: Array) -> Array:
        """The temperature at which a volume holds so much heat beyond the start."""
        k = self.k
        low, high, start = k["boil_start"], k["boil_end"], k["start_temperature"]
        below = self.capacity * (low - start)
        width = self.capacity * (high - low) + self.latent
        part = np.clip((content - below) / width, 0.0, 1.0)
        dry = np.maximum(content - below - width, 0.0) / self.capacity
        cold = start + np.minimum(content, below) / self.capacity
        return np.asarray(cold + part * (high - low) + dry)


_READ = (
    "pin_heat",
    "pin_heat_conduction",
    "energy_error",
    "start_temperature",
    "blood_temperature",
    "boil_start",
    "boil_end",
    "cut_temperature",
    "conductivity_rise",
    "dry_conductivity",
)


def _poles(block: Block) -> tuple[Array, Array]:
    """Held cells and their volts: each cell of bare metal belongs to the nearest needle."""
    _, y, x = block.patch.centres
    near = np.stack([(x - at[0]) ** 2 + (y - at[1]) ** 2 for at in block.places]).argmin(axis=0)
    sign = np.asarray(block.signs, dtype=np.float64)[near]
    named = {
        f"{volts:+d} V": (block.bare & (sign == volts), float(volts)) for volts in set(block.signs)
    }
    return electrodes(block.patch.shape, named)


def _joule(u: Array, medium: Operator, sigma: Array, patch: Patch) -> Array:
    """Watts in each cell: each face's heat goes to its two cells as their resistances share it."""
    out = np.zeros(u.shape)
    height = patch.column.width[:, :, None]
    ways = ((0, medium.depth[0], height / sigma), (1, medium.along[0], 1 / sigma))
    for axis, passing, resistance in (*ways, (2, medium.across[0], 1 / sigma)):
        resistance = np.broadcast_to(resistance, u.shape)
        count = u.shape[axis]
        wraps = axis > 0 and medium.periodic
        first = np.arange(count if wraps else count - 1)
        second = (first + 1) % count
        a, b = np.take(u, first, axis), np.take(u, second, axis)
        r, s = np.take(resistance, first, axis), np.take(resistance, second, axis)
        watts = passing * (a - b) ** 2
        for cells, share in ((first, r / (r + s)), (second, s / (r + s))):
            place: list[Any] = [slice(None)] * u.ndim
            place[axis] = cells
            out[tuple(place)] += watts * share
    out[-1] += medium.bottom[0] * u[-1] ** 2
    return out
