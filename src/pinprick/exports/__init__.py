"""What leaves the program as a document: the report, sheets, SBML; one module each."""

from __future__ import annotations

from pinprick.exports.reports import report

__all__ = ["report"]
