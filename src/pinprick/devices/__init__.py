"""What treats: rollers, pens and stamps, each figure with its source."""

from pinprick.devices.catalogue import (
    ALIASES,
    NO_HEAT,
    Device,
    Figure,
    catalogue,
    describe,
    device,
    needles_at_once,
    to_be_stated,
)
from pinprick.devices.own import load

__all__ = [
    "ALIASES",
    "NO_HEAT",
    "Device",
    "Figure",
    "catalogue",
    "describe",
    "device",
    "load",
    "needles_at_once",
    "to_be_stated",
]
