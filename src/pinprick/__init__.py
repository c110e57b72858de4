"""Pinprick: from the needle to what is seen, with honest ranges and a source behind every number.

>>> import pinprick as pp
>>> case = pp.Case.load(pp.example_path("acne-scars"))
>>> case.course.sessions
4
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinprick.case import Case, example_path, examples
    from pinprick.exports import report
    from pinprick.faults import Fault, InputError, NotForecastError
    from pinprick.forecasting.ensemble import forecast
    from pinprick.planning.compare import compare
    from pinprick.safety.screening import screen
    from pinprick.validation.table import table as validate

__version__ = "0.1.0"
# Each public name with the module that holds it; nothing is imported before it is asked for.
_PUBLIC = {
    "Case": ("pinprick.case", "Case"),
    "Fault": ("pinprick.faults", "Fault"),
    "InputError": ("pinprick.faults", "InputError"),
    "NotForecastError": ("pinprick.faults", "NotForecastError"),
    "compare": ("pinprick.planning", "compare"),
    "example_path": ("pinprick.case", "example_path"),
    "examples": ("pinprick.case", "examples"),
    "forecast": ("pinprick.forecasting", "forecast"),
    "report": ("pinprick.exports", "report"),
    "screen": ("pinprick.safety", "screen"),
    "validate": ("pinprick.validation", "table"),
}
__all__ = [
    "Case",
    "Fault",
    "InputError",
    "NotForecastError",
    "__version__",
    "compare",
    "example_path",
    "examples",
    "forecast",
    "report",
    "screen",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _PUBLIC[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
