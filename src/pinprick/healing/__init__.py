"""The biology: what a session's injury becomes in a year, by depth.

:func:`heal` walks it in a column and serves every forecast, :func:`heal_track` around one track and
:func:`heal_patch` in a block of skin; :data:`INSTRUMENTS` read the tissue as studies do. Modules of
laws that stand beside the walk: :mod:`~pinprick.healing.ageing` (what a body changes and loses by
itself), :mod:`~pinprick.healing.closure` (how much tissue hears a track),
:mod:`~pinprick.healing.redness` (of the first days). Nothing here loads a solver before it walks.
"""

from pinprick.healing.body import Body
from pinprick.healing.care import Care, care_of
from pinprick.healing.fields import Fields
from pinprick.healing.observation import INSTRUMENTS, Instrument, Reader
from pinprick.healing.patch import HealingPatch, Needling, heal_patch
from pinprick.healing.reactions import TABLE
from pinprick.healing.tissue import Tissue, at_one_place, heal
from pinprick.healing.track import Track, around_a_track, heal_track

__all__ = [
    "INSTRUMENTS",
    "TABLE",
    "Body",
    "Care",
    "Fields",
    "HealingPatch",
    "Instrument",
    "Needling",
    "Reader",
    "Tissue",
    "Track",
    "around_a_track",
    "at_one_place",
    "care_of",
    "heal",
    "heal_patch",
    "heal_track",
]
