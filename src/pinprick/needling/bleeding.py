"""Bleeding: blood that is seen, and red cells that leave their vessels unseen.

Two vessel beds at two depths: points are seen where a track opens the deep plexus, red cells
already leave the superficial one. They stay two outputs: blood can be drawn from 0.4 mm
(mechanics:C010) and none was seen at 0.3 mm (mechanics:C011). Blood thinners are not modelled: no
row gives a factor for needling.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from pinprick.evidence.lanes import Lanes
from pinprick.needling.insertion import Insertion

Array = np.ndarray[Any, np.dtype[np.float64]]


def points_seen(plexus: Array, went: Insertion, lanes: Lanes) -> Array:
    """Share of the tracks that bleed visibly, for the depth of the deep plexus in metres.

    All are (members,).

    >>> from pinprick.devices import device
    >>> from pinprick.evidence import registry
    >>> from pinprick.needling.insertion import insert
    >>> few, plexus = Lanes(registry(), 0, range(3)), np.full(3, 1e-3)
    >>> went = insert(device("pen"), np.full(3, 1e-3), few)
    >>> points_seen(plexus, went, few).round(2)
    array([0.36, 0.38, 0.31])
    """
    return _opening(plexus, lanes.stage("needling").vessel_scatter, went)


def red_cells_out(plexus: Array, went: Insertion, lanes: Lanes) -> Array:
    """Share of the tracks that free red cells, for the depth of the superficial plexus in metres.

    Nothing of it need be seen. All are (members,).

    >>> from pinprick.devices import device
    >>> from pinprick.evidence import registry
    >>> from pinprick.needling.insertion import insert
    >>> few = Lanes(registry(), 0, range(3))
    >>> went = insert(device("pen"), np.full(3, 0.5e-3), few)
    >>> red_cells_out(np.full(3, 0.4e-3), went, few).round(2)
    array([0.72, 0.73, 0.7 ])
    """
    return _opening(plexus, lanes.stage("needling").capillary_scatter, went)


def _opening(plexus: Array, scatter: Array, went: Insertion) -> Array:
    """``Φ((track - plexus) / √(sd² + scatter²))`` for each sort of needle, both being normal.

    What does not pierce the surface does not bleed.
    """
    shares = (
        group.share * special.ndtr((group.track - plexus) / np.hypot(group.sd, scatter * plexus))
        for group in (went.through, went.held)
    )
    return np.asarray(went.deeper(np.zeros_like(went.reach)) * sum(shares))
