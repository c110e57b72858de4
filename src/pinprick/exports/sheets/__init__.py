"""Sheets for the person treated: one to take home, one for consent, and the calendar."""
