"""Validation: what the model says beside what studies found, with one rule for every row."""

from pinprick.validation.table import table

__all__ = ["table"]
