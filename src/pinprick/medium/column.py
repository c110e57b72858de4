"""Column: a stack of depth cells with diffusion between them, for many members at once.

The mesh belongs to the member (skins differ in thickness), so distances are arrays. Layer
interfaces lie on faces. No flux leaves through either end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick.medium.layers import Skin

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Column:
    """Depth cells of a layered medium.

    ``edges`` are the faces below the surface, shape (cells + 1, members), increasing; ``layers``
    maps a layer's name to the slice of its cells.
    """

    edges: Array
    layers: dict[str, slice]

    def __post_init__(self) -> None:
        if not np.all(np.isfinite(self.edges)) or np.any(np.diff(self.edges, axis=0) <= 0):
            raise ValueError("column: edges must increase with depth and be finite")

    @property
    def width(self) -> Array:
        """Thickness of each cell, shape (cells, members)."""
        return np.diff(self.edges, axis=0)

    @property
    def depth(self) -> Array:
        """Middle of each cell, shape (cells, members)."""
        return np.asarray((self.edges[1:] + self.edges[:-1]) / 2.0)

    def here(self) -> dict[str, Array]:
        """The mesh as fields for the stepper: ``width``, shape (cells, 1, members)."""
        return {"width": self.width[:, None]}

    def field(self, values: dict[str, Any]) -> Array:
        """A coefficient by layer as a field, shape (cells, 1, members).

        Args:
            values: for each layer a number or an array (members,).

        >>> column(np.zeros(1), {"a": (np.ones(1), 1), "b": (np.ones(1), 2)}).field(
        ...     {"a": 1.0, "b": 3.0})[:, 0, 0]
        array([1., 3., 3.])
        """
        out = np.empty_like(self.width)
        for name, cells in self.layers.items():
            out[cells] = values[name]
        return out[:, None]

    def mean(self, field: Array, layer: str) -> Array:
        """Volume mean of a field over a layer; ``field`` has shape (..., cells, members).

        >>> skin = Column(np.array([[0.0], [1.0], [4.0]]), {"dermis": slice(0, 2)})
        >>> skin.mean(np.array([[8.0], [4.0]]), "dermis")
        array([5.])
        """
        cells = self.layers[layer]
        share = self.width[cells] / self.width[cells].sum(axis=0)
        return np.asarray((field[..., cells, :] * share).sum(axis=-2))


def column(
    top: Array, layers: dict[str, tuple[Array, int]], growth: dict[str, float] | None = None
) -> Column:
    """Build a column that starts at depth ``top`` from layers of (thickness, number of cells).

    Depths and thicknesses are of one unit and of shape (members,). Cells are equally thick within a
    layer, or each ``growth`` times the one above it.

    >>> one = np.ones(1)
    >>> column(0.1 * one, {"papillary": (0.2 * one, 2), "reticular": (0.6 * one, 2)}).edges[:, 0]
    array([0.1, 0.2, 0.3, 0.6, 0.9])
    """
    edges, slices, count = [top], {}, 0
    for name, (thickness, cells) in layers.items():
        start = edges[-1]
        ratio = (growth or {}).get(name, 1.0)
        weight = np.cumsum(ratio ** np.arange(cells))
        edges.extend(start + thickness * (part / weight[-1]) for part in weight)
        slices[name] = slice(count, count + cells)
        count += cells
    return Column(np.stack(edges), slices)


# Cells a layer: finer where the injury ends and the signal falls off.
DERMIS_CELLS = {"papillary dermis": 6, "upper reticular dermis": 9, "deep reticular dermis": 9}


def dermis(skin: Skin) -> Column:
    """The dermis of a skin as a column, in metres; the reticular layer is split in halves.

    >>> from pinprick.medium import Layer
    >>> names = ("epidermis", "papillary dermis", "reticular dermis")
    >>> parts = (Layer(n, np.full(1, t)) for n, t in zip(names, (0.06e-3, 0.15e-3, 1.2e-3)))
    >>> cheek = dermis(Skin("cheek", tuple(parts)))
    >>> list(cheek.layers)
    ['papillary dermis', 'upper reticular dermis', 'deep reticular dermis']
    >>> (1e3 * cheek.edges[[0, 6, 15, 24], 0]).round(2)  # where they begin and end, in mm
    array([0.06, 0.21, 0.81, 1.41])
    """
    reticular = skin.thickness("reticular dermis") / 2.0
    thickness = {
        "papillary dermis": skin.thickness("papillary dermis"),
        "upper reticular dermis": reticular,
        "deep reticular dermis": reticular,
    }
    layers = {name: (thickness[name], cells) for name, cells in DERMIS_CELLS.items()}
    return column(skin.top("papillary dermis"), layers)
