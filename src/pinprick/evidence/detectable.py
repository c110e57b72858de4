"""The smallest change that one reading can tell from its own noise.

Two readings of one face differ by chance alone, with a standard deviation of √2 times that of one
reading. A fall beyond 1.645 times this would be seen in one of twenty faces that did not change.
The standard deviations of changes hold people's own spread too, so the figure is an upper end.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from pinprick.evidence.registry import registry
from pinprick.evidence.scales import PLURALS, Scale

ONE_SIDED_95 = 1.645


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest change beyond the noise of a reading, in the scale's unit.

    ``at_most`` is true where people's own spread could not be taken out.
    """

    change: float
    in_steps: float
    at_most: bool
    source: str

    def said(self, unit: str) -> str:
        """In words.

        >>> from pinprick.evidence.scales import scale
        >>> detectable(scale("lemperle")).said("grade")
        'at most 1.1 grades (2 in whole steps)'
        """
        plural = PLURALS.get(unit, unit)
        steps = (
            f" ({self.in_steps:g} in whole steps)" if self.in_steps > round(self.change, 1) else ""
        )
        return f"{'at most ' if self.at_most else ''}{self.change:.1f} {plural}{steps}"


def reading_sd(scale: Scale) -> float | None:
    """Standard deviation of one reading, in the scale's unit; ``None`` where no row gives one.

    >>> from pinprick.evidence.scales import scale
    >>> round(reading_sd(scale("ecca")), 1), reading_sd(scale("glogau"))
    (12.3, None)
    """
    noise = scale.reading
    if noise is None:
        return None
    if noise.parameter:
        parameter = registry().parameter(noise.parameter)
        sd = parameter.value / parameter.factor
    else:
        fact = registry().fact(noise.row)
        if fact.sd is None:
            return None
        sd = fact.sd
    return sd / sqrt(2.0) if noise.of == "change" else sd


def detectable(scale: Scale) -> Detectable | None:
    """The smallest change that one reading can tell from noise, or ``None`` if that is not known.

    A scale that rates a change holds one reading, one that rates a state two.

    >>> from pinprick.evidence.scales import scale
    >>> round(detectable(scale("goodman-baron-quantitative")).change, 1)
    7.1
    """
    sd, noise = reading_sd(scale), scale.reading
    if sd is None or noise is None:
        return None
    change = ONE_SIDED_95 * sd * (1.0 if scale.of == "change" else sqrt(2.0))
    steps = ceil(round(change / scale.step, 6)) * scale.step
    return Detectable(change, steps, not noise.alone, noise.parameter or noise.row)
