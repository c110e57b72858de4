"""Learning: what published measurements say of the parameters of healing, all of them together.

``python -m pinprick.learning`` (or ``make calibrate``) fits the joint posterior and writes the
table of draws that forecasts use.
"""
