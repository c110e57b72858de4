"""May this person be needled, when, and what must happen first: rules, limits and texts as data."""

from pinprick.safety.screening import screen
from pinprick.safety.verdict import DECISIONS, Finding, Verdict

__all__ = ["DECISIONS", "Finding", "Verdict", "screen"]
