"""What a maker must state: the pins, and the pulse that each of them gets.

Nothing here has a default that stands for the dose. What is missing is asked for; what cannot be is
refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, inf, isfinite, pi, sqrt
from typing import Any

import numpy as np

from pinprick import units
from pinprick.courses.radiofrequency import STATE, WIRINGS, Wiring
from pinprick.devices import Device
from pinprick.faults import Fault, InputError

Array = np.ndarray[Any, np.dtype[np.float64]]
_MAKER = "the maker of the tip must state it"


@dataclass(frozen=True, slots=True)
class Pins:
    """The needles of a tip. Lengths in metres.

    ``depth`` of the tips below the surface, a number or an array (members,). ``bare`` is the length
    of bare metal above the tip, None where the whole needle is bare. ``pitch`` is from one needle
    to the next; ``count`` how many a tip has (two are a lone pair). ``wiring`` is ``bipolar``
    (neighbours of opposite sign) or ``monopolar`` (all of one sign, with a plate far away).

    Raises:
        InputError: one line for each figure that is missing or impossible.

    >>> Pins(depth=2e-3, diameter=3e-4, bare=3e-4, pitch=1.5e-3, count=49, wiring="bipolar").count
    49
    """

    depth: Array | float
    diameter: float
    bare: float | None
    pitch: float
    count: int
    wiring: Wiring

    def __post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise InputError(faults)

    def _faults(self) -> Iterator[Fault]:
        lengths = {"depth": self.depth, "diameter": self.diameter, "pitch": self.pitch}
        if self.bare is not None:
            lengths["bare"] = self.bare
        wrong = False
        for name, value in lengths.items():
            if not np.all(np.isfinite(value)) or np.any(np.asarray(value) <= 0):
                wrong = True
                yield Fault(f"pins.{name}", _mm(value), f"a length above 0 mm: {_MAKER}")
        if self.count < 1:
            yield Fault("pins.count", str(self.count), "at least 1 needle")
        if self.wiring not in WIRINGS:
            yield Fault("pins.wiring", str(self.wiring), f"{' or '.join(WIRINGS)}: {_MAKER}")
        elif self.wiring == "bipolar" and self.count < 2:
            yield Fault("pins.count", "1", "at least 2 needles where current flows between them")
        if wrong:
            return
        if self.pitch < 2 * self.diameter:
            allowed = f"at least two needle widths, {_mm(2 * self.diameter)}"
            yield Fault("pins.pitch", _mm(self.pitch), allowed)
        if self.bare is not None and self.bare >= np.max(self.depth):
            allowed = (
                f"less than the depth of the tip, {_mm(float(np.max(self.depth)))}: a tip set "
                "shallower than its bare end heats the epidermis like a bare needle; give it as one"
            )
            yield Fault("pins.bare", _mm(self.bare), allowed)

    @property
    def radius(self) -> float:
        """Radius in metres of the skin that belongs to one needle.

        Half the pitch to the plane between a lone pair; else the circle as large as its square.
        """
        return self.pitch / 2 if self.count == 2 else self.pitch / sqrt(pi)

    @property
    def area(self) -> float:
        """Area of skin in square metres that belongs to one needle."""
        return pi * self.radius**2


def pins_of(
    device: Device, depth: Array | float, wiring: Wiring, pitch: float | None = None
) -> Pins:
    """The pins of a radiofrequency tip of the catalogue.

    Args:
        device: the tip; its needles stand on a square unless ``pitch`` is stated.
        depth: of the tips below the surface in metres, a number or (members,).
        wiring: how the current flows; no catalogue row holds it.
        pitch: from needle to needle in metres.

    Raises:
        InputError: if the device makes no heat, or a figure cannot be.

    >>> from pinprick.devices import device
    >>> pins_of(device("rf-49-insulated"), 2e-3, "bipolar").bare
    0.0003
    """
    if device.kind != "radiofrequency":
        raise InputError(
            [Fault("device", device.name, "a radiofrequency tip: this one has no current")]
        )
    bare = device.figures["bare_length"].value if "bare_length" in device.figures else None
    square = device.working_width / ceil(sqrt(device.needles))
    return Pins(depth, device.shaft_diameter, bare, pitch or square, device.needles, wiring)


@dataclass(frozen=True, slots=True)
class Cooling:
    """Cooling of the surface: a plate or stream at ``temperature`` (K), from ``lead`` s before.

    ``exchange`` in W/m²/K; None where the maker states none, and then it is drawn.
    """

    temperature: float
    exchange: float | None = None
    lead: float = 0.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """A pulse, or a train of like ones, as each pin gets it.

    One of ``energy`` (J a pin in one pulse, at constant power), ``power`` (W a pin) and ``voltage``
    (V between the poles) is stated, with ``length`` (s) of one pulse. ``voltage_cap`` is the most
    that the generator gives; ``count`` pulses follow each other with ``gap`` s between.
    ``measured`` says that the energy was measured at the pin; else it is what the maker states, and
    the members differ in what they get.

    Raises:
        InputError: one line for each thing that is missing or impossible.

    >>> Pulse(energy=0.1, length=0.1).watts
    1.0
    >>> Pulse(length=0.1)
    Traceback (most recent call last):
    ...
    pinprick.faults.InputError: pulse.energy: found nothing; allowed: the energy delivered to ...
    """

    energy: float | None = None
    power: float | None = None
    voltage: float | None = None
    length: float | None = None
    voltage_cap: float = inf
    count: int = 1
    gap: float = 0.0
    cooling: Cooling | None = None
    measured: bool = False

    def __post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise InputError(faults)

    def _faults(self) -> Iterator[Fault]:
        doses = {"energy": self.energy, "power": self.power, "voltage": self.voltage}
        given = {name: value for name, value in doses.items() if value is not None}
        if not given:
            yield Fault("pulse.energy", "nothing", STATE)
        elif len(given) > 1:
            allowed = "one of energy, power and voltage: each follows from another and the length"
            yield Fault("pulse", " and ".join(given), allowed)
        if self.length is None:
            yield Fault("pulse.length", "nothing", STATE)
        else:
            given["length"] = self.length
        for name, value in given.items():
            if not isfinite(value) or value <= 0:
                yield Fault(f"pulse.{name}", str(value), "a number above 0")
        if not self.voltage_cap > 0:
            yield Fault("pulse.voltage_cap", str(self.voltage_cap), "a voltage above 0")
        if self.count < 1 or not isfinite(self.gap) or self.gap < 0:
            found = f"{self.count} pulses with {self.gap:g} s between"
            yield Fault("pulse.count", found, "at least one pulse, and a gap of 0 s or more")
        if self.cooling is not None:
            yield from _cooling_faults(self.cooling)

    @property
    def seconds(self) -> float:
        """Length of one pulse in seconds."""
        return float(self.length or 0.0)

    @property
    def watts(self) -> float | None:
        """Power a pin in watts while the current flows; None where the voltage is fixed."""
        return self.energy / self.seconds if self.energy is not None else self.power


def _cooling_faults(cooling: Cooling) -> Iterator[Fault]:
    if not isfinite(cooling.temperature) or cooling.temperature <= 0:
        yield Fault(
            "pulse.cooling.temperature", str(cooling.temperature), "a temperature in kelvin"
        )
    if cooling.exchange is not None and not (isfinite(cooling.exchange) and cooling.exchange > 0):
        yield Fault("pulse.cooling.exchange", str(cooling.exchange), "a number above 0 W/m2/K")
    if not isfinite(cooling.lead) or cooling.lead < 0:
        yield Fault("pulse.cooling.lead", str(cooling.lead), "a time of 0 s or more")


def _mm(value: Any) -> str:
    return ", ".join(f"{units.from_si(float(v), 'mm'):.4g} mm" for v in np.atleast_1d(value)[:2])
