"""What treats: rollers, pens and stamps, each figure with its source."""

from pinprick.devices.catalogue import (
    ALIASES,
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
    "Device",
    "Figure",
    "catalogue",
    "describe",
    "device",
    "load",
    "needles_at_once",
    "to_be_stated",
]
