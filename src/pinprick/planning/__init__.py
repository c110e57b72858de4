"""Plan courses: compare what the same virtual people get from two or more of them."""

from pinprick.planning.compare import Comparison, compare

__all__ = ["Comparison", "compare"]
