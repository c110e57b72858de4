"""The cell of one needle: rings about its axis by depth, with the needle and the layers in it.

Arrays have the shape (members, cells in depth, rings). Faces lie on the needle's side, on the end
of its insulation and on its tip; layers of the skin, which lie anywhere, are blended into the cells
by share: side by side for what flows along them, one behind the other for what flows across.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from pinprick.evidence.entries import entries, toml
from pinprick.evidence.lanes import Lanes, Stage
from pinprick.heat.source import Pins
from pinprick.medium.layers import Skin

Array = np.ndarray[Any, np.dtype[np.float64]]
LAYERS = ("epidermis", "dermis", "fat")


@dataclass(frozen=True, slots=True)
class Mesh:
    """How fine cells and steps are; see ``numerics.toml``. Lengths in metres."""

    name: str
    tip_cell: float
    surface_cell: float
    shaft_cells: int
    growth: float
    pin_cells: int
    below: float
    pulse_steps: int
    train_steps: int
    field_every: int
    repeats: int
    iterations: int
    tolerance: float


@cache
def meshes() -> Mapping[str, Mesh]:
    """The meshes by name.

    >>> sorted(meshes())
    ['cohort', 'fine']
    """
    return entries(Mesh, toml("pinprick.heat", "numerics.toml"))


def graded(length: float, first: float, last: float | None, growth: float) -> Array:
    """Widths that fill ``length``, about ``first`` and ``last`` at its ends and wider between.

    With no ``last`` they grow to the end.

    >>> graded(1.0, 0.1, 0.1, 2.0).round(3)
    array([0.1, 0.2, 0.4, 0.2, 0.1])
    >>> graded(0.7, 0.1, None, 2.0).round(3)
    array([0.1, 0.2, 0.4])
    """
    left = [min(first, length / 2)]
    right = [] if last is None else [min(last, length / 2)]
    while sum(left) + sum(right) < length * (1 - 1 / 2**10):
        near = left if not right or left[-1] <= right[-1] else right
        near.append(near[-1] * growth)
    widths = np.array(left + right[::-1])
    return np.asarray(widths * (length / widths.sum()))


def stretched(length: Array, first: float, last: float, count: int) -> Array:
    """Widths of ``count`` cells that fill each member's length, (members, count).

    About ``first`` and ``last`` at the ends, and growing towards the middle by the factor it takes:
    each member's mesh is its own, whoever is beside it.

    >>> stretched(np.array([1.0, 0.5]), 0.1, 0.1, 5).round(3)
    array([[0.1, 0.2, 0.4, 0.2, 0.1],
           [0.1, 0.1, 0.1, 0.1, 0.1]])
    """
    place = np.arange(count)
    ends = first * (last / first) ** (place / (count - 1))
    power = np.minimum(place, count - 1 - place)
    low, high = np.full(len(length), 1 / 2), np.full(len(length), 10.0)
    for _ in range(-np.finfo(float).minexp // count):  # halvings: more than a double can tell
        middle = (low + high) / 2
        short = (ends * middle[:, None] ** power).sum(axis=1) < length
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    widths = ends * low[:, None] ** power
    return np.asarray(widths * (length / widths.sum(axis=1))[:, None])


@dataclass(frozen=True)
class Cell:
    """Mesh of the skin about one needle.

    ``rings`` (rings + 1,) and ``faces`` (members, cells + 1) in metres; ``metal`` and ``bare``
    (cells, rings) say which cells are needle and bare needle; ``share`` (members, cells, layers) is
    the share of epidermis, dermis and fat.
    """

    rings: Array
    faces: Array
    metal: np.ndarray[Any, np.dtype[np.bool_]]
    bare: np.ndarray[Any, np.dtype[np.bool_]]
    share: Array

    def of(self, who: Any) -> Cell:
        """The cells of some members."""
        return Cell(self.rings, self.faces[who], self.metal, self.bare, self.share[who])

    @property
    def shape(self) -> tuple[int, int, int]:
        """Members, cells in depth, rings."""
        return len(self.faces), self.faces.shape[1] - 1, len(self.rings) - 1

    @property
    def middle(self) -> Array:
        """Radii of the rings' middles, shape (rings,)."""
        return np.asarray((self.rings[1:] + self.rings[:-1]) / 2)

    @property
    def depth(self) -> Array:
        """Depths of the cells' middles, shape (members, cells)."""
        return np.asarray((self.faces[:, 1:] + self.faces[:, :-1]) / 2)

    @property
    def height(self) -> Array:
        """Thickness of the cells, shape (members, cells)."""
        return np.diff(self.faces, axis=1)

    @property
    def area(self) -> Array:
        """Area of the rings, shape (rings,)."""
        return np.asarray(np.pi * np.diff(self.rings**2))

    @property
    def volume(self) -> Array:
        """Volume of the cells, shape (members, cells, rings)."""
        return np.asarray(self.height[:, :, None] * self.area)

    def blend(self, values: Array, *, across: bool = False) -> Array:
        """A property of the layers, (members, layers), in the cells: (members, cells, 1).

        ``across`` blends resistances, for what flows through one layer after the other.
        """
        values = values[:, None, :]
        mean = 1 / (self.share / values).sum(-1) if across else (self.share * values).sum(-1)
        return np.asarray(mean[:, :, None])


def cell_of(pins: Pins, skin: Skin, members: int, mesh: Mesh) -> Cell:
    """The cell of a needle in each member's skin."""
    depth = np.broadcast_to(np.asarray(pins.depth, dtype=np.float64), (members,))
    radius, fine, growth = pins.diameter / 2, mesh.tip_cell, mesh.growth
    inside = np.linspace(0, radius, mesh.pin_cells + 1)
    rings = np.concatenate(
        [inside, radius + np.cumsum(graded(pins.radius - radius, fine, None, growth))]
    )
    # what is insulated, what is bare and what lies below, each (members, cells)
    if pins.bare is None:
        parts = [stretched(depth, mesh.surface_cell, fine, mesh.shaft_cells)]
        insulated = 0
    else:
        # one that ends hardly below its insulation keeps a tenth of the way for it
        above = np.maximum(depth - pins.bare, depth / 10)
        parts = [stretched(above, mesh.surface_cell, fine, mesh.shaft_cells)]
        insulated = mesh.shaft_cells
        along = graded(pins.bare, fine, fine, growth) / pins.bare
        parts.append(np.outer(depth - above, along))
    metal_end = sum(part.shape[1] for part in parts)
    parts.append(np.tile(graded(mesh.below, fine, None, growth), (members, 1)))
    widths = np.concatenate(parts, axis=1)
    faces = np.concatenate([np.zeros((members, 1)), np.cumsum(widths, axis=1)], axis=1)
    metal = np.zeros((widths.shape[1], len(rings) - 1), dtype=bool)
    metal[:metal_end, : mesh.pin_cells] = True
    naked = metal.copy()
    naked[:insulated] = False
    return Cell(rings, faces, metal, naked, layer_shares(faces, skin))


def layer_shares(faces: Array, skin: Skin) -> Array:
    """Share of epidermis, dermis and fat in each cell, (members, cells, layers)."""
    start = skin.top("papillary dermis")
    end = skin.top("reticular dermis") + skin.thickness("reticular dermis")
    bounds = np.stack([np.zeros_like(start), start, end, np.full_like(start, np.inf)], axis=1)
    low = np.maximum(faces[:, :-1, None], bounds[:, None, :-1])
    high = np.minimum(faces[:, 1:, None], bounds[:, None, 1:])
    return np.asarray(np.maximum(high - low, 0.0) / np.diff(faces, axis=1)[:, :, None])


@dataclass(frozen=True)
class Tissue:
    """What cells conduct and hold, (members, cells, rings), but by the needle nothing electric.

    ``conductivity`` and ``conduction`` are pairs: along the layers and across them.
    """

    conductivity: tuple[Array, Array]
    conduction: tuple[Array, Array]
    capacity: Array
    perfusion: Array
    latent: Array


def by_layer(k: Stage) -> dict[str, Array]:
    """What epidermis, dermis and fat conduct and hold, (members, layers) each, by name.

    The epidermis has no vessels, and fat no water to speak of.
    """
    columns = {
        "conductivity": [getattr(k, f"{name}_conductivity") for name in LAYERS],
        "conduction": [getattr(k, f"{name}_heat_conduction") for name in LAYERS],
        "capacity": [
            k.epidermis_heat * k.skin_density,
            k.dermis_heat * k.skin_density,
            k.fat_heat * k.fat_density,
        ],
        "perfusion": [0 * k.perfusion, k.perfusion, k.perfusion],
        "latent": [k.water_share * k.latent_heat * k.skin_density] * 2 + [0 * k.latent_heat],
    }
    return {name: np.stack(column, axis=1) for name, column in columns.items()}


def tissue_of(cell: Cell, lanes: Lanes) -> Tissue:
    """The tissue of each member in the cells; the needle is steel."""
    k = lanes.stage("heat")
    by = by_layer(k)

    def in_cells(name: str, steel: Array | None, across: bool = False) -> Array:
        field = np.broadcast_to(cell.blend(by[name], across=across), cell.shape)
        metal = np.zeros(len(lanes)) if steel is None else steel
        return np.asarray(np.where(cell.metal, metal[:, None, None], field))

    return Tissue(
        conductivity=(in_cells("conductivity", None), in_cells("conductivity", None, True)),
        conduction=(
            in_cells("conduction", k.pin_heat_conduction),
            in_cells("conduction", k.pin_heat_conduction, True),
        ),
        capacity=in_cells("capacity", k.pin_heat),
        perfusion=in_cells("perfusion", None),
        latent=in_cells("latent", None),
    )
