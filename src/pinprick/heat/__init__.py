"""Heat: from a radiofrequency pulse between needles to dead cells and denatured collagen."""

from pinprick.heat.heated import Heated, burst, heat
from pinprick.heat.source import Cooling, Pins, Pulse, pins_of

__all__ = ["Cooling", "Heated", "Pins", "Pulse", "burst", "heat", "pins_of"]
