"""Grids on which a forecast is printed, whatever the cells and steps of the stages."""

from __future__ import annotations

import numpy as np

from pinprick import units

# Depth cells of what is printed of an injury.
PRINTED_EDGES = np.linspace(0.0, 2.5 * units.MILLI, 26)
PRINTED_DEPTHS = (PRINTED_EDGES[1:] + PRINTED_EDGES[:-1]) / 2
# Times at which redness is printed, in days: hours at first.
REDNESS_DAYS = np.array(
    [0, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 18, 24, 30, 36, 42, 48, 60, 72, 96, 120, 144, 168]
) / units.HOURS_PER_DAY  # fmt: skip
# Times at which the lumen is printed, in seconds after the needle left.
COLLAPSE_SECONDS = np.array([0, 5, 10, 20, 30, 60, 120, 300])
# Hours after a product is put on, and depths below the horny layer, at which it is reported.
UPTAKE_HOURS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 24.0)
UPTAKE_DEPTHS = np.concatenate([[0.0], np.geomspace(10, 2000, 24)]) * units.MICRO
