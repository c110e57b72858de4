"""Forecasts of the statistic that a study reports, and how well studies left out are met."""

from pinprick.validation.studies.forecasting import forecast_file, summary_line, to_json
from pinprick.validation.studies.left_out_table import learnt, rows, summary, told

__all__ = ["forecast_file", "learnt", "rows", "summary", "summary_line", "to_json", "told"]
