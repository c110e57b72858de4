"""Needling: from a setting to punctures: how deep, how many, and what they injure."""

from pinprick.needling.channel import open_share
from pinprick.needling.session import Punctures, needle, visit_time

__all__ = ["Punctures", "needle", "open_share", "visit_time"]
