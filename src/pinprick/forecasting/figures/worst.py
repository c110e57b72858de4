"""The worst plausible picture: dark patches at their height, beside the same skin untreated.

How often they come is counted (``safety.pih``); how dark, how large and how lasting a patch is was
never measured, so the patch is drawn, in the poor responder, on the day when it is darkest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pinprick import units
from pinprick.appearance.light import raking
from pinprick.appearance.picture import Picture
from pinprick.appearance.picture.files import picture
from pinprick.appearance.picture.frames import exposures
from pinprick.appearance.picture.page import Page, mount
from pinprick.appearance.picture.scene import told
from pinprick.forecasting.figures.pictures import EMBEDDED
from pinprick.forecasting.figures.skin import POOR, Skin, is_drawn

if TYPE_CHECKING:
    from pinprick.forecasting.forecast import Forecast

FROM_TYPE = 3  # Fitzpatrick's type from which dark patches lead among the harms
HARM = "dark_patches"


@dataclass(frozen=True)
class Worst:
    """The picture, and what must be said beside it.

    Attributes:
        picture: two photographs, treated and untreated; of dark skin also brighter ones below.
        phototype: of the person, 1 to 6.
        after_last: days from the last session.
    """

    picture: Picture
    phototype: int
    after_last: float


def worst(forecast: Forecast, *, size: int = EMBEDDED) -> Worst | None:
    """The worst plausible picture of a person; None where the harm has no rate.

    The case's own scars or lines are drawn where they are forecast, else bare skin.

    Args:
        forecast: of a person with a phototype from III to VI.
        size: side of a photograph in pixels.

    >>> import pinprick as pp
    >>> made = pp.forecast(pp.Case.load(pp.example_path("acne-scars")), members=4)
    >>> found = worst(made, size=32)
    >>> found.phototype, found.after_last  # four weeks after the last session they are darkest
    (4, 28.0)
    """
    person = forecast.case.person
    kinds = {row["key"]: row["kind"] for row in forecast.record["side_effects"]}
    if person is None or (person.phototype or 0) < FROM_TYPE or kinds.get(HARM) != "rate":
        return None
    skin = Skin(forecast, size=size, bare=not is_drawn(forecast.case))
    last = skin.plan.session_days[-1]
    end = float(forecast.data["time"].values[-1])
    after = min(skin.numbers.pih_peak / units.DAY, end - last)
    scene, state = skin.scene(POOR), skin.state(POOR, last + after)
    lamp = raking(skin.numbers)
    shots = [scene.shot(each, lamp, skin.numbers) for each in (state, scene.resting(state))]
    rows = zip(*(exposures(scene, shot, lamp, skin.numbers) for shot in shots), strict=True)
    mounted = [mount(list(row)) for row in rows]
    page = Page(mounted[0].width)
    for each in mounted:
        page.add(each, 0)
    facts = {**scene.facts(), "Day": f"{state.day:g}"}
    alt = f"{told(scene, state, shots[0])} Beside it the same skin untreated."
    made = picture(page.finish(), alt, facts, small=True)
    return Worst(made, int(person.phototype or 0), after)
