"""The forecast: the chain run for an ensemble, with its tables, texts and figures."""

from pinprick.forecasting.ensemble import forecast
from pinprick.forecasting.forecast import Forecast, cite

__all__ = ["Forecast", "cite", "forecast"]
