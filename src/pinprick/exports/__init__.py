"""What leaves the program as a document: the report, one HTML file that opens anywhere."""

from __future__ import annotations

from pinprick.exports.report import report

__all__ = ["report"]
