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
        "end_point": _object({"seen": TEXT, "grade": TEXT, "sources": _list(TEXT)}),
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
NUMBED = _object(
    {
        "zone": TEXT,
        "at_needles_mm": RANGE,
        "front_mm": RANGE,
        "weak_share": NUMBER,
        "absorbed_mg": RANGE,
        "plasma_ug_per_ml": RANGE,
        "share_of_danger": RANGE,
        "depth_mm": _object(CURVE),
        "warnings": _list(TEXT),
    }
)
NUMBING = _object(
    {
        "product": TEXT,
        "title": TEXT,
        "status": TEXT,
        "dwell_min": NUMBER,
        "wait_min": NUMBER,
        "minutes": _list(NUMBER),
        "zones": _list(NUMBED),
        "sources": _list(TEXT),
    }
)
SOLUTE = _object(
    {
        "name": TEXT,
        "title": TEXT,
        "permeability": {"enum": ["measured", "prior"]},
        "dose_ug_per_cm2": RANGE,
        "hours": _list(NUMBER),
        "delivered_ug_per_cm2": _object(CURVE),
        "added_ug_per_cm2": _object(CURVE),
        "blood_ug_per_cm2": _object(CURVE),
        "left_ug_per_cm2": _object(CURVE),
        "layers": _list(_object({"layer": TEXT, **CURVE})),
        "ratio_to_intact": _maybe(RANGE),
        "window_hours": RANGE,
        "held_by": _object(
            {"dose": NUMBER, "drying": NUMBER, "channel": NUMBER, "barrier": NUMBER}
        ),
        "profile": _object({"depth_mm": _list(NUMBER), "mg_per_ml": _list(_list(NUMBER))}),
    }
)
PRODUCT = _object(
    {
        "name": TEXT,
        "title": TEXT,
        "status": TEXT,
        "zone": TEXT,
        "glide": {"type": "boolean"},
        "stays_hours": _maybe(NUMBER),
        "covered": {"type": "boolean"},
        "open_channels": {"enum": ["avoid", "no evidence", "usual"]},
        "reasons": _list(TEXT),
        "said_of_all": TEXT,
        "solutes": _list(SOLUTE),
        "sources": _list(TEXT),
    }
)
ZONE_OF_HEAT = _object(
    {
        "of": {"enum": ["cells", "collagen"]},
        "status": TEXT,
        "width_mm": RANGE,
        "height_mm": RANGE,
    }
)
HEAT = _object(
    {
        "zone": TEXT,
        "setting": {"type": "object"},
        "sets": {"type": "object", "additionalProperties": ZONE_OF_HEAT},
        "cells_width_mm": RANGE,
        "cells_height_mm": RANGE,
        "peak_celsius": RANGE,
        "energy_per_pin_mj": RANGE,
        "impedance_ohm": RANGE,
        "chance_char": NUMBER,
        "chance_burn": NUMBER,
        "chance_fat": NUMBER,
        "at_least": {"type": "boolean"},
        "by_depth": _list(_object({"depth_mm": NUMBER, "dead": RANGE, "denatured": RANGE})),
        "warnings": _list(TEXT),
    }
)
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
PER = {"enum": ["person_course", "person_session", "puncture"]}
SEEN = _object(
    {
        "events": WHOLE,
        "people": {"anyOf": [WHOLE, _list(WHOLE)]},
        "counted_per": PER,
        "sessions": _maybe(WHOLE),
        "phototype": TEXT,
        "device": TEXT,
        "body_site": TEXT,
        "follow_up_days": _maybe(WHOLE),
        "told": {"enum": ["all", "serious"]},
        "assumed": _list(TEXT),
        "note": TEXT,
        "sources": _list(TEXT),
    },
    procedure=TEXT,
    text=TEXT,
)
LASTED = _object(
    {
        "hours": _list(NUMBER),
        "sd_hours": _maybe(NUMBER),
        "people": _maybe(WHOLE),
        "device": TEXT,
        "body_site": TEXT,
        "note": TEXT,
        "sources": _list(TEXT),
    }
)
SIDE_EFFECT = _object(
    {
        "name": TEXT,
        "key": TEXT,
        "kind": {"enum": ["rate", "bound", "expected", "unknown", "not_forecast"]},
        "counted_per": PER,
        "definition": TEXT,
        "lasting": {"type": "boolean"},
        "mean": _maybe(SHARE),
        "probability": _maybe(RANGE),
        "range_of": TEXT,
        "bound_95": _maybe(SHARE),
        "bound_95_if_few_were_asked": _maybe(SHARE),
        "asked_share": _maybe(_list(SHARE)),
        "seen": _list(SEEN),
        "beside": _list(SEEN),
        "highest_published": _maybe(
            _object({"percent": NUMBER, "of": TEXT, "sources": _list(TEXT)})
        ),
        "people_like_this": _maybe(WHOLE),
        "prior_share": _maybe({"type": "object", "additionalProperties": SHARE}),
        "transfer": _maybe(TEXT),
        "not_modelled": _list(TEXT),
        "untreated": _maybe(SHARE),
        "worst_plausible": _maybe(SHARE),
        "worst_text": _maybe(TEXT),
        "icons": _object(
            {
                "drawn": _maybe({"enum": ["filled", "hollow", "hatched"]}),
                "of": _maybe(WHOLE),
                "count": _maybe(WHOLE),
                "low": _maybe(WHOLE),
                "high": _maybe(WHOLE),
            }
        ),
        "rows_fitted": _list(TEXT),
        "rows_tested": _list(TEXT),
        "sources": _list(TEXT),
        "duration_hours": _maybe(RANGE),
        "duration_published": _list(LASTED),
        "text": TEXT,
    },
    chance_longer_than_hours={"type": "object", "additionalProperties": NUMBER},
    stands_in=TEXT,
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
                "numbing": _maybe(NUMBING),
                "products": _list(PRODUCT),
                "heat": _list(HEAT),
                "side_effects": _list(SIDE_EFFECT),
                "beside_needling": _list(BESIDE),
                "not_forecast": _list(NOT_FORECAST),
            }
        ),
    }
