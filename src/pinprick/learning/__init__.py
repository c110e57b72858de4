"""Learning: what published measurements say of the parameters of healing, all of them together.

``python -m pinprick.learning`` (or ``make calibrate``) fits the joint posterior and writes the
table of draws that forecasts use. What the shipped table says of each number:

    from pinprick.learning import learned, provenance
"""

from pinprick.learning.posterior import Learned, learned, provenance

__all__ = ["Learned", "learned", "provenance"]
