"""The report: one HTML file with its drawings, styles and numbers inside; it needs no network.

``page`` puts it together. ``rows``, ``skin``, ``curves``, ``faces`` and ``daily`` make what stands
on the page itself; ``claims``, ``comparators``, ``concerns``, ``harms``, ``inner`` and
``punctures`` are sections with a template of their own.
"""

from __future__ import annotations

from pinprick.exports.reports.page import report

__all__ = ["report"]
