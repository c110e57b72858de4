"""The JSON Schema of a forecast: what ``--json`` prints, and what it will go on printing."""

from __future__ import annotations

from typing import Any

NUMBER = {"type": "number"}
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}


def _object(required: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **more},
        "required": list(required),
        "additionalProperties": False,
    }


def _maybe(form: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [form, {"type": "null"}]}


def _list(form: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": form}


RANGE = _object({"p05": NUMBER, "p50": NUMBER, "p95": NUMBER})
CURVE = {"p05": _list(NUMBER), "p50": _list(NUMBER), "p95": _list(NUMBER)}
DECISIONS = [
    "not_applicable",
    "allow",
    "caution",
    "defer",
    "refer",
    "refuse",
]
INJURY = _object({"depth_mm": NUMBER, "displaced": RANGE, "dead": RANGE, "tracks_per_cm2": RANGE})
SESSION = _object(
    {
        "day": WHOLE,
        "zone": TEXT,
        "device": TEXT,
        "punctures_per_cm2": RANGE,
        "set_depth_mm": RANGE,
        "track_depth_mm": RANGE,
        "open_pore_depth_mm": RANGE,
        "open_pore_width_mm": RANGE,
        "bleeding_points_per_cm2": RANGE,
        "red_cell_tracks_per_cm2": RANGE,
        "not_through_tough_layer": RANGE,
        "past_dermis": RANGE,
        "dead_above_5_percent": NUMBER,
        "channel_closed_hours": {"type": "object", "additionalProperties": RANGE},
        "warnings": _list(TEXT),
        "injury": _list(INJURY),
        "needling_min": RANGE,
        "visit_min": RANGE,
        "pain_0_10": _maybe(RANGE),
    }
)
CHANCE = _object(
    {"threshold": NUMBER, "rule": TEXT, "day": WHOLE, "treated": RANGE, "untreated": RANGE}
)
OUTCOME = _object(
    {
        "concern": TEXT,
        "subtype": _maybe(TEXT),
        "zone": TEXT,
        "scale": TEXT,
        "observer": {"enum": ["blinded_rater", "unblinded_investigator", "patient_reported"]},
        "kind": {"const": "change"},
        "better": {"enum": ["lower", "higher"]},
        "unit": TEXT,
        "baseline": RANGE,
        "baseline_given": {"type": "boolean"},
        "doubt": _object({"knowledge": NUMBER, "people": NUMBER, "reading": NUMBER}),
        "range_of": {"enum": ["true change", "one reading", "group mean"]},
        "people_in_group": _maybe(WHOLE),
        "evidence": {"enum": ["controlled", "uncontrolled", "mechanism"]},
        "studies": WHOLE,
        "people": WHOLE,
        "used_to_set_the_model": {"type": "boolean"},
        "days": _list(WHOLE),
        "days_after_last_session": _list(WHOLE),
        **CURVE,
        "untreated": _object(CURVE),
        "chance_better_by": _maybe(CHANCE),
    }
)
TISSUE = _object(
    {"quantity": TEXT, "zone": TEXT, "layer": _maybe(TEXT), "days": _list(WHOLE), **CURVE}
)
READING = _object(
    {
        "instrument": TEXT,
        "reads": TEXT,
        "model": TEXT,
        "basis": TEXT,
        "note": TEXT,
        "zone": TEXT,
        "days": _list(WHOLE),
        **CURVE,
    }
)
COLOUR = _object(
    {
        "zone": TEXT,
        "days": _list(WHOLE),
        "hours_into_the_day": NUMBER,
        "seen": TEXT,
        "swatches": _list(TEXT),
        "lightness": _object(CURVE),
        "red": _object(CURVE),
        "yellow": _object(CURVE),
        "ita": _object(CURVE),
        "difference": _object(CURVE),
    }
)
SIDE_EFFECT = _object(
    {
        "name": TEXT,
        "kind": {"enum": ["rate", "bound", "expected", "unknown", "not_forecast"]},
        "counted_per": {"enum": ["person_course", "person_session", "puncture"]},
        "mean": _maybe(NUMBER),
        "probability": _maybe(RANGE),
        "range_of": TEXT,
        "seen": _list({"type": "object"}),
        "people_like_this": _maybe(WHOLE),
        "prior_share": _maybe({"type": "object"}),
        "bound_95": _maybe(NUMBER),
        "not_modelled": _list(TEXT),
        "duration_hours": _maybe(RANGE),
        "worst_plausible": _maybe(NUMBER),
        "text": TEXT,
    },
    chance_longer_than_hours={"type": "object", "additionalProperties": NUMBER},
)
FINDING = _object(
    {
        "rule": TEXT,
        "scope": {"enum": ["course", "zone", "device", "product"]},
        "of": TEXT,
        "decision": {"enum": DECISIONS},
        "reason": TEXT,
        "ask": _maybe(TEXT),
        "sources": _list(TEXT),
        "until": _maybe(TEXT),
        "title": TEXT,
        "grade": TEXT,
        "needs": _list(TEXT),
        "changes": TEXT,
        "conflict": _maybe(TEXT),
        "overridden": _maybe(TEXT),
    }
)
VERDICT = _object(
    {
        "decision": {"enum": DECISIONS},
        "complete": {"type": "boolean"},
        "headline": TEXT,
        "until": _maybe(TEXT),
        "unanswered": _list(TEXT),
        "findings": _list(FINDING),
    }
)
SOURCE = _object({"source": TEXT, "address": TEXT, "status": _list(TEXT), "rows": _list(TEXT)})
BESIDE = _object(
    {
        "name": TEXT,
        "title": TEXT,
        "grade": {"enum": ["controlled", "uncontrolled", "mechanism"]},
        "basis": TEXT,
        "says": TEXT,
        "rows": _list(TEXT),
    }
)
NOT_FORECAST = _object(
    {"concern": TEXT, "why": TEXT, "known": TEXT, "published": _list({"type": "object"})}
)


def schema() -> dict[str, Any]:
    """The schema as plain data.

    >>> sorted(schema()["required"])[:3]
    ['beside_needling', 'case', 'colour']
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A forecast of Pinprick",
        "description": (
            "Ranges are p05, p50 and p95 over an ensemble. Days count from the first session."
        ),
        **_object(
            {
                "pinprick": TEXT,
                "seed": WHOLE,
                "members": WHOLE,
                "parameters_hash": TEXT,
                "overrides": {"type": "object", "additionalProperties": TEXT},
                "solver": {"type": "object", "additionalProperties": WHOLE},
                "sources": _list(SOURCE),
                "case": {"type": "object"},
                "usual": _list(TEXT),
                "verdict": VERDICT,
                "sessions": _list(SESSION),
                "outcomes": _list(OUTCOME),
                "tissue": _list(TISSUE),
                "readings": _list(READING),
                "colour": COLOUR,
                "side_effects": _list(SIDE_EFFECT),
                "beside_needling": _list(BESIDE),
                "not_forecast": _list(NOT_FORECAST),
            }
        ),
    }
