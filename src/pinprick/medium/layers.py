"""What two physics share: layers of skin, and the injury a needle leaves in them by depth.

Made by one stage and read by the next; no stage imports another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of skin: its name and its thickness in metres, shape (members,)."""

    name: str
    thickness: Array

    def __post_init__(self) -> None:
        if not np.all(np.isfinite(self.thickness)) or np.any(self.thickness <= 0):
            raise ValueError(f"layer {self.name}: thickness must be positive and finite")


@dataclass(frozen=True, slots=True)
class Skin:
    """Skin at a site: layers from the surface down; thicknesses differ between members.

    >>> parts = Layer("epidermis", np.full(1, 6e-5)), Layer("papillary dermis", np.full(1, 1.5e-4))
    >>> Skin("cheek", parts).top("papillary dermis")
    array([6.e-05])
    """

    site: str
    layers: tuple[Layer, ...]

    def thickness(self, name: str) -> Array:
        """Thickness of the named layer in metres, shape (members,)."""
        return next(layer.thickness for layer in self.layers if layer.name == name)

    def top(self, name: str) -> Array:
        """Depth of the named layer's upper face below the surface in metres, shape (members,)."""
        depth = np.zeros_like(self.layers[0].thickness)
        for layer in self.layers:
            if layer.name == name:
                return depth
            depth = depth + layer.thickness
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Injury:
    """What one session leaves in the tissue, by depth below the surface.

    ``edges`` are the faces of the depth cells in metres, shape (cells + 1,) or, where the mesh
    differs between members, (cells + 1, members); every field is the
    average over its cell, shape (cells, members). ``displaced``, ``removed``, ``dead`` and
    ``denatured`` are shares of the tissue from 0 to 1; ``tracks`` is tracks per square metre;
    ``radius`` the radius of a track in metres.

    >>> none, tracks = np.zeros((2, 1)), np.array([[2.5e6], [0.0]])
    >>> edges = np.array([0.0, 1e-3, 2e-3])
    >>> Injury(edges, *[none] * 4, tracks, none).depth
    array([0.0005, 0.0015])
    """

    edges: Array
    displaced: Array
    removed: Array
    dead: Array
    denatured: Array
    tracks: Array
    radius: Array

    def __post_init__(self) -> None:
        shape = (len(self.edges) - 1, self.tracks.shape[-1])
        for name in ("displaced", "removed", "dead", "denatured", "tracks", "radius"):
            field = getattr(self, name)
            if field.shape != shape:
                raise ValueError(f"injury.{name}: shape {field.shape}, expected {shape}")
            if not np.all(np.isfinite(field)) or np.any(field < 0):
                raise ValueError(f"injury.{name}: must be finite and not negative")
        for name in ("displaced", "removed", "dead", "denatured"):
            if np.any(getattr(self, name) > 1):
                raise ValueError(f"injury.{name}: a share above 1")

    @property
    def depth(self) -> Array:
        """Middle of each depth cell in metres, shape (cells,)."""
        return np.asarray((self.edges[1:] + self.edges[:-1]) / 2.0)


@dataclass(frozen=True, slots=True)
class Channel:
    """What a track leaves open: radius and depth in metres, and how fast it closes.

    ``transport_radius`` is the one that solutes feel, narrower than the pore that is seen;
    ``half_life`` in seconds is that of the open share. Each of shape (members,).

    >>> pore = Channel(*(np.full(1, size) for size in (1e-5, 5e-4, 3600.0)))
    >>> pore.open(7200.0)
    array([0.25])
    """

    transport_radius: Array
    depth: Array
    half_life: Array

    def __post_init__(self) -> None:
        for name in ("transport_radius", "depth", "half_life"):
            field = getattr(self, name)
            if not np.all(np.isfinite(field)) or np.any(field < 0):
                raise ValueError(f"channel.{name}: must be finite and not negative")
        if np.any(self.half_life == 0):
            raise ValueError("channel.half_life: must be positive")

    def open(self, time: Array | float) -> Array:
        """Share of the channel still open at ``time`` in seconds, broadcast against (members,)."""
        return np.asarray(np.exp2(-np.asarray(time) / self.half_life))


@dataclass(frozen=True, slots=True)
class Numbness:
    """How numb the skin is: 0 feels all, 1 nothing.

    ``depth`` in metres below the surface, shape (cells,); ``time`` in seconds from when the cream
    went on, shape (times,); ``block`` of shape (times, cells, members).

    Raises:
        ValueError: if the shapes disagree or a block is no share.
    """

    depth: Array
    time: Array
    block: Array

    def __post_init__(self) -> None:
        if self.block.shape[:2] != (len(self.time), len(self.depth)):
            raise ValueError("numbness.block: shape must be (times, cells, members)")
        if not np.all((self.block >= 0) & (self.block <= 1)):
            raise ValueError("numbness.block: a share from 0 to 1")
