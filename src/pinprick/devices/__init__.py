"""What treats: rollers, pens and stamps, each figure with its source."""

from pinprick.devices.catalogue import (
    ALIASES,
    Device,
    Figure,
    catalogue,
    describe,
    device,
    needles_at_once,
)

__all__ = [
    "ALIASES",
    "Device",
    "Figure",
    "catalogue",
    "describe",
    "device",
    "needles_at_once",
]
