"""From tissue to what is seen: the named clinical scales, through the eyes of a named observer."""

from pinprick.appearance.outcome import OBSERVERS, Outcome, Seen, outcome, visible

__all__ = ["OBSERVERS", "Outcome", "Seen", "outcome", "visible"]
