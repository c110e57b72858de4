"""Channels: what of the open tracks solutes feel.

A channel has a visible radius and a transport radius. With the visible one, its area, depth and
closure let through several times what was measured, so the transport radius is fitted, at the depth
to which tracks stay open in man. How fast it closes depends on whether it is covered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pinprick import units
from pinprick.evidence.lanes import Lanes
from pinprick.medium.layers import Channel
from pinprick.permeation.solutes import Solute
from pinprick.permeation.tissue import aqueous_diffusivity
from pinprick.permeation.vehicle import Vehicle

Array = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
State = Literal["open", "covered"]
Filled = Literal["fluid", "product"]


@dataclass(frozen=True, slots=True)
class Channels:
    """Channels in skin: ``tracks`` per m², shape (members,), each a ``channel``, ``filled`` with
    tissue fluid or with the product."""

    tracks: Array
    channel: Channel
    filled: Filled = "fluid"

    def __post_init__(self) -> None:
        if not np.all((self.tracks >= 0) & np.isfinite(self.tracks)):
            raise ValueError("channels.tracks: must be finite and not negative")

    @property
    def shut(self) -> Bools:
        """Members in whom nothing is open: no track, or one of no width or depth."""
        c = self.channel
        return np.asarray((self.tracks == 0) | (c.transport_radius == 0) | (c.depth == 0))

    @property
    def radius(self) -> Array:
        """Radius for transport in m, shape (members,); where all is shut any, for the mesh."""
        return np.where(self.shut, units.MICRO, self.channel.transport_radius)

    @property
    def rim(self) -> Array:
        """Radius of the disc of skin that belongs to one track in m, shape (members,)."""
        tracks = np.where(self.shut, 1.0, self.tracks)
        return np.where(self.shut, 10 * self.radius, (np.pi * tracks) ** -0.5)


def transport_channels(
    tracks: Array,
    depth: Array,
    width: Array,
    state: State,
    lanes: Lanes,
    *,
    filled: Filled = "fluid",
) -> Channels:
    """Channels for transport from what needling leaves open.

    Args:
        tracks: that reach through the horny layer, per m², shape (members,).
        depth: of the open pore in m, shape (members,).
        width: of the open pore that is seen in m, shape (members,).
        state: "open" in air or excised, "covered" under a dressing or patch.
        lanes: parameter values.
        filled: with tissue fluid or with the product.

    >>> from pinprick.evidence import Lanes, registry
    >>> few = Lanes(registry(), 0, range(4))
    >>> tracks, depth, width = (np.full(4, x) for x in (2.5e6, 75e-6, 70e-6))
    >>> made = transport_channels(tracks, depth, width, "open", few)
    >>> bool((made.channel.transport_radius < width / 2).all())
    True
    """
    k = lanes.stage("permeation_uptake")
    closes = {"open": k.closure_open, "covered": k.closure_covered}[state]
    radius = np.minimum(k.transport_radius, np.asarray(width, dtype=np.float64) / 2.0)
    # Each track keeps skin between it and the next: no wider than half its own disc.
    with np.errstate(divide="ignore"):
        radius = np.minimum(radius, (np.pi * np.asarray(tracks, float)) ** -0.5 / 2.0)
    made = Channel(radius, np.asarray(depth, float), closes)
    return Channels(np.asarray(tracks, dtype=np.float64), made, filled)


def diffusivity(made: Channels, solute: Solute, given: Vehicle, lanes: Lanes) -> Array:
    """Diffusivity in m²/s in what fills the channels, shape (members,)."""
    water = aqueous_diffusivity(solute, lanes)
    if made.filled == "product" and given.diffusivity_share is not None:
        return np.asarray(water * given.diffusivity_share)
    return water


def disc_permeability(made: Channels, within: Array, tissue: Array) -> Array:
    """Permeability in m/s of open channels into deep tissue, in closed form, shape (members,).

    A tube's resistance and that of the disc at its end, ``L/(π a² D) + 1/(4 a D K)``
    (transport:T-MC2); walls are taken as tight, so it is a lower bound. For checks and for words.
    """
    a = made.radius
    tube = made.channel.depth / (np.pi * a**2 * within)
    exit_ = 1.0 / (2.0 * 2.0 * a * tissue)
    return np.asarray(np.where(made.shut, 0.0, made.tracks / (tube + exit_)))
