"""What is photographed: a patch of skin, the person it stands for, and the sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinprick import units
from pinprick.appearance.colour.seen import difference
from pinprick.appearance.light import Lamp, raking
from pinprick.appearance.picture.layout import layout
from pinprick.appearance.picture.marks import Colours
from pinprick.appearance.picture.shot import Shot, lab_of_linear, photograph
from pinprick.appearance.picture.state import Part, Rests, State, untreated
from pinprick.appearance.relief.numbers import Numbers, numbers
from pinprick.appearance.relief.patch import Patch
from pinprick.appearance.relief.plane import Array
from pinprick.people import ROMAN

SAID: dict[Rests, str] = {
    "forecast": "From the forecast",
    "assumed": "Assumed laws and sizes",
    "drawn": "Drawn, no row behind it",
}
ALWAYS = (
    Part("micro-relief, pores, mottle, outline of the scar", "drawn"),
    Part(
        "redness to colour, swelling of the first days (it hides relief: a false gain)", "assumed"
    ),
)


@dataclass(frozen=True)
class Scene:
    """A patch with its colours and what is to be said of it.

    ``who`` is such as ``typical responder``; ``rank`` the percentile of a named outcome; ``parts``
    what its states rest on.
    """

    concern: str
    phototype: int
    who: str
    rank: str
    made: Patch
    colours: Colours
    parts: tuple[Part, ...] = ()
    version: str = ""

    @property
    def title(self) -> str:
        """What is seen, in a line."""
        head = f"{self.concern[0].upper()}{self.concern[1:]}"
        return f"{head}, phototype {ROMAN[self.phototype - 1]}: {self.who}"

    @property
    def dark(self) -> bool:
        """Whether a second exposure stands beside the first."""
        return bool(self.phototype >= layout("page").second_from)

    def shot(self, state: State, lamp: Lamp | None = None, k: Numbers | None = None) -> Shot:
        """A photograph of the scene in a state."""
        return photograph(self.made, state, self.colours, lamp=lamp or raking(k), k=k)

    def resting(self, state: State) -> State:
        """The same skin on that day with no session."""
        return untreated(state.day, state.sessions)

    def facts(self) -> dict[str, str]:
        """Metadata of a file."""
        return {
            "Seed": str(self.made.seed),
            "Software": f"Pinprick {self.version}".strip(),
            "Concern": self.concern,
            "Phototype": ROMAN[self.phototype - 1],
            "Shown": f"{self.who}, {self.rank}".strip(", "),
        }

    def foot(self, lamp: Lamp) -> str:
        """The last line of a page."""
        facts = self.facts()
        return (
            f"{facts['Software']}, seed {facts['Seed']}. Light from the upper {lamp.side} at "
            f"{np.degrees(lamp.elevation):.0f}°, one exposure for all days."
        )


def changes(now: Shot, before: Shot, k: Numbers | None = None) -> str:
    """What a photograph shows, as numbers: colour beside the resting skin, and the fill."""
    lab, rest = now.lab, before.lab
    apart = float(difference(lab, rest))
    limit = (k or numbers()).visible_difference
    seen = f", less than is seen side by side ({limit:g})" if apart < limit else ""
    if now.state.pigment > 1:
        dark = _dark_patch(now, before)
        seen = f"; in a dark patch ΔL* {_signed(dark[0])}, Δb* {_signed(dark[2])}"
    return (
        f"Mean colour against untreated: Δa* {_signed(lab[1] - rest[1])}, "
        f"ΔL* {_signed(lab[0] - rest[0])}, ΔE00 {apart:.1f}{seen} "
        "(specular excluded, 2° observer, D65). " + filled(now)
    )


def _dark_patch(now: Shot, before: Shot) -> Array:
    """Change of L*, a*, b* where the skin has darkened most, shape (3,); 0 where it has not."""
    rise = now.melanin / before.melanin
    there = rise > (1.0 + rise.max()) / 2
    if not there.any():
        return np.zeros(before.lab.shape)
    return lab_of_linear(now.albedo[there].mean(axis=0)) - lab_of_linear(
        before.albedo[there].mean(axis=0)
    )


def filled(shot: Shot) -> str:
    """The fill of the concern in words."""
    depth = _deepest(shot) / units.MICRO
    if depth <= 0:
        return ""
    gone = depth * shot.state.fill
    hidden = shot.swelling
    words = f"Filled: {gone:.0f} of {depth:.0f} µm ({shot.state.fill / units.PERCENT:.0f} %)."
    if hidden > units.PERCENT:
        words += f" Swelling hides {hidden / units.PERCENT:.0f} % of all relief: a false gain."
    return words


def _deepest(shot: Shot) -> float:
    """Depth in metres of the deepest concern before it fills, 0 without one."""
    return max((what.depth for what in shot.made.shapes), default=0.0)


def _signed(value: float) -> str:
    """A number with its sign, to one decimal.

    >>> _signed(-2.04), _signed(0.01)
    ('-2.0', '0.0')
    """
    shown = round(float(value), 1)
    return f"{shown:+.1f}" if shown else "0.0"


def sources(scenes: Sequence[Scene]) -> list[str]:
    """One paragraph for each kind of footing, over all parts of the scenes."""
    parts = dict.fromkeys([*ALWAYS, *(part for scene in scenes for part in scene.parts)])
    return [
        f"{head}: " + "; ".join(part.words for part in parts if part.rests == rests) + "."
        for rests, head in SAID.items()
        if any(part.rests == rests for part in parts)
    ]


def told(scene: Scene, state: State, shot: Shot) -> str:
    """The text that stands for a picture.

    >>> from pinprick.appearance.colour import colour_table, typical
    >>> from pinprick.appearance.relief import patch, scar, square
    >>> skin = patch(square(4e-3, 40), 1, [scar("boxcar", 2e-3, 2e-3, numbers())])
    >>> scene = Scene("boxcar scar", 3, "typical responder", "", skin, colour_table(typical(3)))
    >>> day = State(30, 2, 2, 3, fill=0.2)
    >>> words = told(scene, day, scene.shot(day))
    >>> words.split(", ")[0], "20 % filled; no redness" in words
    ('Simulated photograph', True)
    """
    depth, shown, gone = _deepest(shot) / units.MICRO, scene.concern, ""
    if depth > 0:
        shown += f" of {depth:.0f} micrometres on skin"
        gone = f"{state.fill / units.PERCENT:.0f} % filled; "
    red = state.redness
    seen = "no redness" if red < 1 else "redness that is just visible" if red < 2 else "redness"
    dark = "; darkened patches" if state.pigment > 1 else ""
    return (
        f"Simulated photograph, not a promise: {shown} of phototype "
        f"{ROMAN[scene.phototype - 1]}, {scene.who}, {state.clocks()}; "
        f"{gone}{seen}{dark}. Light from the upper left."
    )
