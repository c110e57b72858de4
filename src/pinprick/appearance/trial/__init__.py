"""The statistic that a study reports: a linear model of the studies, in closed form.

Instrument first, physics as contrast: the instrument's own studies set the level, every paper has
its habit and its cut points, arms of one paper share them, and the tissue enters as the logarithm
of an arm's visible matrix over that of the reference course.
"""

from pinprick.appearance.trial.model import Fit, Parts, fit
from pinprick.appearance.trial.predictive import Predictive, predict
from pinprick.appearance.trial.rows import Contrasts, Row, calibration_rows

__all__ = [
    "Contrasts",
    "Fit",
    "Parts",
    "Predictive",
    "Row",
    "calibration_rows",
    "fit",
    "predict",
]
