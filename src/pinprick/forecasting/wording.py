"""Plain words for numbers: what the report, the figures and the sheets all say alike.

Numbers are rounded to what their range supports, units are always said, and a change is
worded as *better* or *worse* whichever way its scale runs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from pinprick.evidence.scales import scales
from pinprick.units import DAYS_PER_WEEK, HOURS_PER_DAY

# What stands on every page of a report that shows outcomes in spite of the verdict.
STAMP = "not screened for treatment"
OBSERVERS = {
    "blinded_rater": "blinded rater",
    "unblinded_investigator": "unblinded investigator",
    "patient_reported": "the person's own rating",
}
OBSERVERS_EXPLAINED = {
    "blinded_rater": "someone who compares photographs and does not know which were treated",
    "unblinded_investigator": "the treating doctor or investigator, who knows what was done",
    "patient_reported": "what the person says about their own skin",
}
_PERCENT = {"patient-improvement-percent": "improvement as the person rates it, in percent"}
_PLURALS = {"grade": "grades", "class": "classes", "point": "points", "percent": "%"}
_MONTH = 30.0


def title(name: str) -> str:
    """A name as a sentence starts: first letter large.

    >>> title("acne scars")
    'Acne scars'
    """
    return name[:1].upper() + name[1:]


def observer(name: str) -> str:
    """The reader's word for an observer.

    >>> observer("blinded_rater")
    'blinded rater'
    """
    return OBSERVERS.get(name, name.replace("_", " "))


def scale(name: str) -> tuple[str, str]:
    """A scale's title and the unit its changes are counted in.

    >>> scale("lemperle")
    ('Lemperle wrinkle grade (0 to 5)', 'grades')
    >>> scale("patient-improvement-percent")[1]
    '%'
    """
    if name in scales():
        known = scales()[name]
        limits = "" if "(" in known.title else f" ({known.low:g} to {known.high:g})"
        return known.title + limits, _PLURALS.get(known.unit, known.unit)
    plain = _PERCENT.get(name, name.replace("-", " ").replace("_", " "))
    return plain, "%" if "percent" in plain else "points"


def at(days: Sequence[float], values: Sequence[float], day: float) -> float:
    """Value at ``day`` on the straight line between the two nearest days; flat beyond the ends.

    >>> at([0, 10, 20], [0.0, 5.0, 5.0], 4)
    2.0
    """
    place = bisect_right(list(days), day)
    if place == 0:
        return float(values[0])
    if place == len(days):
        return float(values[-1])
    left, right = days[place - 1], days[place]
    share = (day - left) / (right - left)
    return float(values[place - 1] + share * (values[place] - values[place - 1]))


def decimals(low: float, high: float) -> int:
    """How many decimals a number deserves whose range runs from ``low`` to ``high``.

    >>> decimals(-10, 3), decimals(0.2, 1.6), decimals(0.10, 0.14)
    (0, 1, 2)
    """
    width = abs(high - low)
    if width >= 2.5:
        return 0
    return 1 if width >= 0.25 else 2


def number(value: float, places: int = 0) -> str:
    """A rounded number without a signed zero, with a true minus and thin thousands.

    >>> number(-0.2), number(-3.4), number(1234.5), number(2.0, 1)
    ('0', '−3', '1 234', '2.0')
    """
    rounded = round(float(value), places)
    text = f"{abs(rounded):,.{places}f}".replace(",", " ")
    return f"−{text}" if rounded < 0 else text


def tidy(value: float) -> str:
    """A number to about two significant digits, for tables of measures.

    >>> tidy(0.01534), tidy(1.23456), tidy(247.3), tidy(0)
    ('0.015', '1.2', '250', '0')
    """
    if value == 0:
        return "0"
    text = f"{float(value):.2g}"
    plain = f"{float(text):.10f}".rstrip("0").rstrip(".")
    return plain.replace("-", "−") if plain not in ("", "-0", "0") else text


def spread(value: Any, unit: str = "", about: bool = True) -> str:
    """A median with its 90 % range, as a reader says it.

    >>> spread({"p05": 0.9, "p50": 1.21, "p95": 1.5}, "mm")
    'about 1.2 mm (0.9 to 1.5)'
    >>> spread(None)
    'not known'
    >>> spread({"p05": 1.5, "p50": 1.5, "p95": 1.5}, "mm")
    '1.5 mm'
    """
    if value is None:
        return "not known"
    tail = "" if not unit else f" {unit}"
    if not isinstance(value, Mapping):
        return tidy(float(value)) + tail
    if value.get("p50") is None:
        return "not known"
    low, mid, high = (float(value[key]) for key in ("p05", "p50", "p95"))
    if tidy(low) == tidy(high):
        return tidy(mid) + tail
    start = "about " if about else ""
    return f"{start}{tidy(mid)}{tail} ({tidy(low)} to {tidy(high)})"


def better_sign(outcome: Mapping[str, Any]) -> float:
    """+1 where a rise of the scale is better, -1 where a fall is.

    >>> better_sign({"better": "lower"})
    -1.0
    """
    return -1.0 if outcome.get("better") == "lower" else 1.0


def _one(gain: float, places: int) -> str:
    text = number(abs(gain), places)
    if float(text.replace(" ", "")) == 0:
        return "no change"
    return f"{text} better" if gain > 0 else f"{text} worse"


def _counted(unit: str, amount: str) -> str:
    """The unit as it is said after an amount: one point, two points."""
    if amount.split(" ")[0] != "1":
        return unit
    return next((one for one, many in _PLURALS.items() if many == unit and one != "percent"), unit)


def gain(low: float, mid: float, high: float, unit: str, places: int | None = None) -> str:
    """A change in words, from numbers in which more is better.

    >>> gain(-3, 3.2, 10.1, "points")
    'about 3 points better (from 3 worse to 10 better)'
    >>> gain(-3, 0.1, 3, "points", 0)
    'about no change (from 3 points worse to 3 points better)'
    >>> gain(-0.3, 0.9, 1.9, "grade")
    'about 0.9 grades better (from 0.3 worse to 1.9 better)'
    >>> gain(12, 41, 66, "%")
    'about 41 % better (from 12 to 66)'
    """
    places = decimals(low, high) if places is None else places
    unit = _PLURALS.get(unit, unit)
    if all(_one(value, places) == "no change" for value in (low, mid, high)):
        return "no change"
    middle = _one(mid, places)
    if middle == "no change":
        ends = [_one(low, places), _one(high, places)]
        ends = [
            end.replace(" ", f" {_counted(unit, end)} ", 1) if end[0].isdigit() else end
            for end in ends
        ]
        return f"about no change (from {ends[0]} to {ends[1]})"
    amount, way = middle.rsplit(" ", 1)
    ends = [_one(low, places), _one(high, places)]
    if all(end.endswith(way) for end in ends):
        ends = [end.rsplit(" ", 1)[0] for end in ends]
    return f"about {amount} {_counted(unit, amount)} {way} (from {ends[0]} to {ends[1]})"


def change(
    outcome: Mapping[str, Any], day: float, *, untreated: bool = False, places: int | None = None
) -> str:
    """What an outcome says on ``day``, in words.

    >>> curve = {"days": [0, 100], "p05": [0, -10], "p50": [0, -3], "p95": [0, 3]}
    >>> change({"scale": "goodman-baron-quantitative", "better": "lower", **curve}, 100)
    'about 3 points better (from 3 worse to 10 better)'
    """
    low, mid, high = band_at(outcome, day, untreated=untreated)
    unit = scale(str(outcome["scale"]))[1]
    if outcome.get("kind", "change") != "change":
        return spread({"p05": low, "p50": mid, "p95": high}, unit)
    return gain(low, mid, high, unit, outcome_places(outcome) if places is None else places)


def band_at(
    outcome: Mapping[str, Any], day: float, *, untreated: bool = False
) -> tuple[float, float, float]:
    """The 90 % range and median on ``day``, turned so that a change is better upwards.

    >>> curve = {"days": [0, 100], "p05": [0, -10], "p50": [0, -3], "p95": [0, 3]}
    >>> band_at({"better": "lower", **curve}, 100)
    (-3.0, 3.0, 10.0)
    """
    bands = outcome["untreated"] if untreated else outcome
    is_change = outcome.get("kind", "change") == "change"
    sign = better_sign(outcome) if is_change else 1.0
    ends = [sign * at(outcome["days"], bands[key], day) + 0.0 for key in ("p05", "p95")]
    mid = sign * at(outcome["days"], bands["p50"], day) + 0.0
    return min(ends), mid, max(ends)


def outcome_places(outcome: Mapping[str, Any]) -> int:
    """Decimals that suit an outcome on every day: those of its widest range.

    >>> outcome_places({"p05": [0, -10], "p95": [0, 3]})
    0
    """
    lows, highs = outcome["p05"], outcome["p95"]
    widest = max(abs(high - low) for low, high in zip(lows, highs, strict=True))
    return decimals(0.0, widest)


def hours(value: float) -> str:
    """A length of time in hours, in the unit a reader would choose.

    >>> hours(0.4), hours(1), hours(18.2), hours(75)
    ('under an hour', '1 hour', '18 hours', '3 days')
    """
    if value < 0.75:
        return "under an hour"
    if value < 48:
        whole = round(value)
        return "1 hour" if whole == 1 else f"{whole} hours"
    return f"{round(value / HOURS_PER_DAY)} days"


def hours_range(value: Mapping[str, float]) -> str:
    """A length of time with its 90 % range.

    >>> hours_range({"p05": 5, "p50": 20, "p95": 47})
    'about 20 hours (5 to 47)'
    >>> hours_range({"p05": 5, "p50": 20, "p95": 75})
    'about 20 hours (5 hours to 3 days)'
    """
    low, mid, high = (hours(float(value[key])) for key in ("p05", "p50", "p95"))
    units = {text.rsplit(" ", 1)[-1] for text in (low, mid, high)}
    if len(units) == 1 and not low.startswith("under"):
        low, high = low.rsplit(" ", 1)[0], high.rsplit(" ", 1)[0]
    return f"about {mid} ({low} to {high})"


def size(value: Any) -> str:
    """A length given in mm with its range, in µm where that reads better.

    >>> size({"p05": 0.05, "p50": 0.075, "p95": 0.11}), size(0.3)
    ('about 75 µm (50 to 110)', '0.3 mm')
    """
    mid = value.get("p50") if isinstance(value, Mapping) else value
    if mid is None or float(mid) >= 0.1:
        return spread(value, "mm")
    if isinstance(value, Mapping):
        return spread({key: 1000 * float(part) for key, part in value.items()}, "µm")
    return spread(1000 * float(value), "µm")


def when(day: float) -> str:
    """A day as a reader says it.

    >>> when(180), when(30), when(0), when(56)
    ('6 months', '1 month', 'day 0', '8 weeks')
    """
    if day > 0 and day % _MONTH == 0:
        months = round(day / _MONTH)
        return "1 month" if months == 1 else f"{months} months"
    if day >= 2 * DAYS_PER_WEEK and day % DAYS_PER_WEEK == 0:
        return f"{round(day / DAYS_PER_WEEK)} weeks"
    return f"day {number(day)}"


def evidence(outcome: Mapping[str, Any]) -> str:
    """What an outcome rests on, with the number of studies and people.

    >>> evidence({"evidence": "controlled", "studies": 1, "people": 15})
    'controlled trials (1 study, 15 people)'
    """
    kinds = {
        "controlled": "controlled trials",
        "uncontrolled": "open series, nobody untreated to compare with",
        "mechanism": "physiology only",
    }
    name = str(outcome.get("evidence", "not stated"))
    studies, people = int(outcome.get("studies") or 0), int(outcome.get("people") or 0)
    count = f"{studies} {'study' if studies == 1 else 'studies'}, {people} people"
    return f"{kinds.get(name, name)} ({count})"
