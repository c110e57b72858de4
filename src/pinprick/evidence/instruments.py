"""Instruments as data: which scale reads which concern, and where its level comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pinprick.evidence.entries import entries, toml
from pinprick.evidence.records import Grade
from pinprick.evidence.registry import registry


@dataclass(frozen=True, slots=True)
class Instrument:
    """A scale reading a concern.

    ``level``, ``baseline``, ``change_sd``, ``per_y`` (steps of the scale for one y) and
    ``responder`` (the y from which one reading counts as improved) name parameters of the stage
    appearance. ``sees_water``: water in the skin fills the concern for a while.
    """

    name: str
    concern: str
    scale: str
    gain: Literal["share", "steps"]
    level: str
    baseline: str
    change_sd: str
    reference: str
    reference_day: float
    evidence: Grade
    default: bool
    rows: tuple[str, ...]
    per_y: str = ""
    responder: str = ""
    sees_water: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that belong to this instrument.

        >>> instruments()["wrinkles-lemperle"].parameters[0]
        'appearance.wrinkle_level'
        """
        own = (self.level, self.baseline, self.change_sd, self.per_y, self.responder)
        return tuple(f"appearance.{name}" for name in own if name)

    @property
    def groups(self) -> Mapping[str, int]:
        """People in each group behind the level, counted once however many rows it has."""
        return registry().people_by_cohort(self.rows)

    @property
    def studies(self) -> int:
        """Number of studies behind the level."""
        return len(self.groups)

    @property
    def people(self) -> int:
        """Number of people behind the level.

        >>> instruments()["acne-scars-points"].people
        15
        """
        return sum(self.groups.values())


@cache
def instruments() -> Mapping[str, Instrument]:
    """All instruments by name.

    >>> instruments()["wrinkles-lemperle"].scale
    'lemperle'
    """
    return entries(Instrument, toml("pinprick.evidence", "instruments.toml"))


def instrument(concern: str, scale: str | None = None) -> Instrument | None:
    """The instrument for a concern: that of ``scale`` if there is one, else the default; or None.

    >>> instrument("acne scars").scale, instrument("melasma")
    ('goodman-baron-quantitative', None)
    """
    found = [i for i in instruments().values() if i.concern == concern]
    named = [i for i in found if i.scale == scale]
    return next(iter(named or [i for i in found if i.default]), None)
