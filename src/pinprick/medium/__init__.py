"""Skin as a computational medium: layers, injury as fields, reactions as data, and the stepper."""

from pinprick.medium.layers import Injury, Layer, Skin
from pinprick.medium.reactions import Reaction, ReactionTable, Species

__all__ = ["Injury", "Layer", "Reaction", "ReactionTable", "Skin", "Species"]
