"""Needling: from a setting to punctures: how deep, how many, and what they injure."""

from pinprick.needling.channel import open_share
from pinprick.needling.pain import pain_under_cream
from pinprick.needling.session import Punctures, needle, needle_often, visit_time

__all__ = [
    "Punctures",
    "needle",
    "needle_often",
    "open_share",
    "pain_under_cream",
    "visit_time",
]
