"""The case: person or study, concerns and course; read from and written to YAML."""

from pinprick.case.model import Case, Population, Study
from pinprick.case.shipped import example, example_path, examples

__all__ = ["Case", "Population", "Study", "example", "example_path", "examples"]
