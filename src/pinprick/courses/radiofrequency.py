"""What a radiofrequency tip delivers: energy or power for each pin, its pulses, and limits.

Energy per pin decides everything: from no zone to char is a factor of three to four. No catalogue
states it for a setting, so a case must.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, get_args

from pinprick.faults import Fault
from pinprick.fields import Model, Number, Quantity, Whole, Word

STATE = (
    "the energy delivered to each pin (mJ), or the power per pin (W), and the length of the pulse "
    "(ms): the maker must state them for the setting; without them no heated zone can be worked "
    "out, for between no effect and charring lies a factor of three to four in energy"
)
Wiring = Literal["bipolar", "monopolar"]
WIRINGS: tuple[Wiring, ...] = get_args(Wiring)


class Radiofrequency(Model):
    """Settings of a radiofrequency tip: joules, watts, seconds, volts, a cooled surface in °C.

    >>> Radiofrequency(energy_per_pin="60 mJ", pulse="100 ms").pulses
    1
    """

    energy_per_pin: Annotated[
        float | None, Quantity(low="1 mJ", high="5 J", like="60 mJ", shown_in=("mJ",))
    ] = None
    power_per_pin: Annotated[
        float | None, Quantity(low="10 mW", high="20 W", like="0.6 W", shown_in=("W",))
    ] = None
    pulse: Annotated[float, Quantity(low="5 ms", high="10 s", like="100 ms", shown_in=("ms", "s"))]
    pulses: Annotated[int, Whole(low=1, high=50, what="pulses at one place")] = 1
    pause: Annotated[
        float | None, Quantity(low="1 ms", high="60 s", like="100 ms", shown_in=("ms", "s"))
    ] = None
    voltage_cap: Annotated[
        float | None, Quantity(low="5 V", high="1000 V", like="150 V", shown_in=("V",))
    ] = None
    wiring: Annotated[str, Word(words=WIRINGS)] = "bipolar"
    cooled_to_celsius: Annotated[float | None, Number(low=0, high=37, what="(°C)")] = None

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Ask for one statement of what each pin delivers, and for the pause between pulses."""
        said = [n for n in ("energy_per_pin", "power_per_pin") if given.get(n) is not None]
        if len(said) != 1:
            yield Fault("energy_per_pin", " and ".join(said) or "nothing", STATE)
        pulses = cls.peek(given, "pulses")
        if pulses is not None and pulses > 1 and given.get("pause") is None:
            yield Fault("pause", "nothing", 'with more than one pulse, such as "100 ms"')
