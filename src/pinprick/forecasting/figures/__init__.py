"""Figures of a forecast, drawn with Matplotlib: one file for what each shows."""
