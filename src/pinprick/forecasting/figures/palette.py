"""Colours of lines that readers of any colour vision tell apart, on white and in print.

Under simulated loss of any one cone (Machado 2009) every two of :data:`LINES` stay 10 apart in
CIEDE2000, and each stands out from white at 3:1 or more; a test keeps it so. Lines differ by their
style too, never by colour alone: the style of a colour stands at its place in :data:`STYLES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.typing import LineStyleType

BLUE, ORANGE, PETROL, RED, GREY = "#0064a3", "#9c4f00", "#004c67", "#d52752", "#4d4026"
LINES = (BLUE, ORANGE, PETROL, RED, GREY)
CRIMSON = "#a8324a"  # blood and what must be seen on any ground; never beside RED
STYLES: tuple[LineStyleType, ...] = ("-", "--", "-.", ":", (0, (1, 1)))
