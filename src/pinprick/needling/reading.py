"""Reading: what a study would have measured of a track, which is not the track.

Histology shrinks; dye runs on below what stays open; and many papers count only the needles that
got in.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
Method = Literal["histology", "oct", "dye", "none"]


def observed(
    depth: Array,
    by: Method,
    *,
    shrinkage: Array | float = 0.0,
    below: Array | float = 0.0,
    punctured: Array | None = None,
) -> Array:
    """Depth in metres as a method reads it, shape (members,), or of those counted.

    Args:
        depth: true depth in metres, shape (members,), of the track or of the pore that stays open.
        by: ``histology`` shrinks the tissue, ``dye`` runs on below the pore; ``oct`` and ``none``
            read the depth as it is.
        shrinkage: share by which histology shrinks.
        below: how far dye runs on, in metres.
        punctured: where given, only the members in which the needle got in are counted, because
            the paper counted only those.

    >>> observed(np.array([1e-3, 1e-4]), "histology", shrinkage=0.2, punctured=np.array([1, 0]))
    array([0.0008])
    """
    if by == "histology":
        read = depth * (1 - np.asarray(shrinkage))
    elif by == "dye":
        read = depth + below
    else:
        read = depth
    return np.asarray(read if punctured is None else read[np.asarray(punctured, dtype=bool)])
