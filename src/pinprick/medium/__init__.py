"""Skin as a computational medium: layers, injury as fields, reactions as data, and the stepper."""

from pinprick.medium.column import Column, column
from pinprick.medium.layers import Channel, Injury, Layer, Numbness, Skin
from pinprick.medium.patch import Patch
from pinprick.medium.reactions import Reaction, ReactionTable, Species
from pinprick.medium.unit_cell import UnitCell, blend, rings

__all__ = [
    "Channel",
    "Column",
    "Injury",
    "Layer",
    "Numbness",
    "Patch",
    "Reaction",
    "ReactionTable",
    "Skin",
    "Species",
    "UnitCell",
    "blend",
    "column",
    "rings",
]
