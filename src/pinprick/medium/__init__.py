"""Skin as a computational medium: layers, injury as fields, reactions as data, and the stepper.

What takes steps stands in modules of its own, for it loads more: the kernel of ensembles
(:mod:`~pinprick.medium.kernel`), the stepper in JAX (:mod:`~pinprick.medium.stepper`), a patch's
(:mod:`~pinprick.medium.patch.stepper`) and steady fields (:mod:`~pinprick.medium.steady`).
"""

from pinprick.medium.checks import StepError
from pinprick.medium.column import Column, column, dermis
from pinprick.medium.layers import Channel, Injury, Layer, Numbness, Skin
from pinprick.medium.patch import Patch
from pinprick.medium.reactions import Reaction, ReactionTable, Species
from pinprick.medium.schedule import COHORT, SINGLE, Preset
from pinprick.medium.unit_cell import UnitCell, blend, rings

__all__ = [
    "COHORT",
    "SINGLE",
    "Channel",
    "Column",
    "Injury",
    "Layer",
    "Numbness",
    "Patch",
    "Preset",
    "Reaction",
    "ReactionTable",
    "Skin",
    "Species",
    "StepError",
    "UnitCell",
    "blend",
    "column",
    "dermis",
    "rings",
]
