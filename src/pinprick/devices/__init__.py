"""What treats: rollers, pens and stamps, each figure with its source."""

from pinprick.devices.catalogue import ALIASES, catalogue, device
from pinprick.devices.layout import layout, rows_and_turn
from pinprick.devices.model import Device, describe, needles_at_once, to_be_stated
from pinprick.devices.own import load
from pinprick.evidence.figure import OWN, STATUSES, Figure, Status, figure

__all__ = [
    "ALIASES",
    "OWN",
    "STATUSES",
    "Device",
    "Figure",
    "Status",
    "catalogue",
    "describe",
    "device",
    "figure",
    "layout",
    "load",
    "needles_at_once",
    "rows_and_turn",
    "to_be_stated",
]
