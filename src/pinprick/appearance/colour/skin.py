"""The colour of a person's skin, at rest and on the days after needling.

What the tissue does to colour: melanin above rest darkens the epidermis; the redness of the first
hours is blood in the upper 200 um of dermis, bright with oxygen; vessels grown in repair add a
little blood there for weeks. Swelling, scale and blood on the surface are drawn, not coloured here.

How much blood one unit of redness is, is assumed: no study has measured a* after needling.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pinprick.appearance.colour.absorption import Pigments, central
from pinprick.appearance.colour.optics import reflectance
from pinprick.appearance.colour.seen import Colour, Geometry, difference, seen
from pinprick.evidence import Lanes
from pinprick.faults import Fault, InputError
from pinprick.people import ROMAN

Array = np.ndarray[Any, np.dtype[np.float64]]
FACE = ("cheek", "forehead", "nose", "chin", "upper lip", "temple", "periorbital", "neck")


@dataclass(frozen=True, slots=True)
class DayState:
    """What the tissue says of colour, each of shape (days, members).

    ``melanin`` above rest as a share of rest, ``redness`` in units of what is just visible,
    ``vessels`` grown in repair as a share of those at rest.
    """

    melanin: Array
    redness: Array
    vessels: Array


@dataclass(frozen=True, slots=True)
class SkinColour:
    """Colour by day: ``colour`` of shape (days, members, 3) beside ``rest`` (members, 3)."""

    colour: Colour
    rest: Colour

    @property
    def difference(self) -> Array:
        """CIEDE2000 against the day before the first session, (days, members)."""
        return difference(self.rest.lab, self.colour.lab)

    @property
    def change(self) -> Array:
        """Change of L*, a* and b*, shape (days, members, 3)."""
        return np.asarray(self.colour.lab - self.rest.lab)


def typical(phototype: int, site: str = "cheek") -> Pigments:
    """The middle of a phototype, 1 to 6: nothing drawn, fields of shape (); see :func:`resting`.

    >>> from pinprick.appearance.colour import ita_class, reflectance, seen
    >>> fair = seen(reflectance(typical(1)), "specular excluded")
    >>> bool(fair.lab[0] > 60)
    True
    """
    return resting(phototype, central(), site).one(0)


def resting(phototype: int, lanes: Lanes, site: str = "cheek") -> Pigments:
    """Pigments of untreated skin for every member, fields of shape (members,).

    Melanin, blood and scattering are drawn along their ridge: with more scattering, more of both
    is needed for the same colour. ITA classes of an archive stand for phototypes (assumed).

    Args:
        phototype: 1 to 6.
        lanes: members' values; pigments by class are fitted to the International Skin Spectra
            Archive (Lu et al. 2025; skin:S-O4, S-O9, S-O15 to S-O18).
        site: a place of the face has the face's blood, any other the inner arm's.

    Returns:
        Shares of volume and factors, as :class:`Pigments` names them.

    Raises:
        InputError: if the phototype is not one of them.

    >>> from pinprick.evidence import registry
    >>> lanes = Lanes(registry(), 0, range(4))
    >>> fair, dark = resting(1, lanes), resting(6, lanes)
    >>> fair.shape, bool((dark.melanin > 2 * fair.melanin).all())
    ((4,), True)
    >>> arm = resting(1, lanes, "inner arm")
    >>> bool(np.allclose(arm.deep, fair.deep * lanes.stage("colour").arm_blood))
    True
    """
    if not 1 <= phototype <= len(ROMAN):
        raise InputError([Fault("phototype", str(phototype), f"1 to {len(ROMAN)}")])
    k = lanes.stage("colour")
    name = ROMAN[phototype - 1]
    rise = k.scattering_person
    blood = getattr(k, f"blood_{name}") * k.blood_person * rise**k.blood_ridge
    if site not in FACE:
        blood = blood * k.arm_blood
    melanin = getattr(k, f"melanin_{name}") * k.melanin_person * rise**k.melanin_ridge
    yellow = np.clip(getattr(k, f"yellow_{name}") + k.yellow_person, 0.0, 1.0)
    return Pigments(
        melanin=melanin,
        yellow=yellow,
        papillary=blood,
        deep=blood,
        oxygen=k.oxygen,
        deep_oxygen=k.oxygen,
        scattering=k.scattering * rise,
    )


def on_days(rest: Pigments, state: DayState, lanes: Lanes) -> Pigments:
    """Pigments on days, fields of shape (days, members).

    Args:
        rest: from :func:`resting` for the same members, fields of shape (members,).
        state: what the tissue says, (days, members).
        lanes: members' values; the blood of redness and of new vessels is assumed (beside
            safety:SAF024).

    >>> from pinprick.evidence import registry
    >>> known = registry().with_values({"colour.redness_blood": "0.4"})
    >>> lanes = Lanes(known, 0, range(2))
    >>> rest, none = resting(3, lanes), np.zeros((2, 2))
    >>> red = on_days(rest, DayState(none, np.array([[0.0, 0.0], [1.0, 1.0]]), none), lanes)
    >>> (red.papillary / rest.papillary).round(3).tolist()
    [[1.0, 1.0], [1.4, 1.4]]
    >>> bool((red.melanin == rest.melanin).all() and (red.oxygen[1] > red.oxygen[0]).all())
    True
    """
    k = lanes.stage("colour")
    red = k.redness_blood * np.maximum(state.redness, 0.0) ** k.redness_power
    added = red + k.vessel_blood * np.maximum(state.vessels, 0.0)
    skin = rest.with_factors(melanin=darkened(state.melanin, lanes), papillary=1.0 + added)
    oxygen = (rest.oxygen + added * k.added_oxygen) / (1.0 + added)
    return replace(skin, oxygen=np.asarray(oxygen))


def darkened(above: Array, lanes: Lanes) -> Array:
    """Melanin that is seen, over rest, for the tissue's melanin above rest; same shape.

    The tissue's melanin is an activity: after a course it is up in the typical member, while dark
    patches are seen in few. So little shows of a little, and never more than brown:
    ``1 + most·m²/(half² + m²)``, and what is lost below rest shows in full.
    """
    k = lanes.stage("colour")
    more = np.maximum(above, 0.0)
    rise = k.melanin_most * more**2 / (k.melanin_half**2 + more**2)
    return np.asarray(1.0 + rise + np.clip(above, -1.0, 0.0))


def skin_colour(
    rest: Pigments,
    state: DayState,
    lanes: Lanes,
    geometry: Geometry = "specular included",
) -> SkinColour:
    """Colour of the skin by day, and of the same skin before.

    One day at a time, so that memory goes with the members alone.

    Args:
        rest: from :func:`resting`, fields of shape (members,).
        state: what the tissue says, (days, members).
        lanes: members' values.
        geometry: with or without what the surface mirrors.

    >>> from pinprick.evidence import registry
    >>> lanes = Lanes(registry(), 0, range(4))
    >>> none, redness = np.zeros((2, 4)), np.array([[0.0] * 4, [5.0] * 4])
    >>> made = skin_colour(resting(2, lanes), DayState(none, redness, none), lanes)
    >>> made.colour.lab.shape, bool((made.difference[0] == 0).all())
    ((2, 4, 3), True)
    >>> bool((made.change[1, :, 0] < 0).all() and (made.change[1, :, 1] > 1).all())
    True
    """
    days = [
        DayState(*(part[None] for part in parts))
        for parts in zip(state.melanin, state.redness, state.vessels, strict=True)
    ]
    xyz = [
        seen(reflectance(on_days(rest, day, lanes), lanes, geometry=geometry), geometry).xyz
        for day in days
    ]
    before = seen(reflectance(rest, lanes, geometry=geometry), geometry)
    return SkinColour(Colour(np.concatenate(xyz), geometry), before)
