"""From tissue to what is seen: the named clinical scales, through the eyes of a named observer."""

from pinprick.appearance.observers import OBSERVERS, Observer, Rater
from pinprick.appearance.outcome import Outcome, Seen, outcome
from pinprick.appearance.structure import surface, visible

__all__ = ["OBSERVERS", "Observer", "Outcome", "Rater", "Seen", "outcome", "surface", "visible"]
