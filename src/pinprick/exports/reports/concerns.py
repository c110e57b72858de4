"""The section of the report on what is rated: scales, what counts, evidence, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from pinprick.evidence import registry
from pinprick.evidence.comparators import amount
from pinprick.evidence.concerns import Reason, concern
from pinprick.evidence.listing import told
from pinprick.evidence.scales import Scale, scale, scales_for
from pinprick.exports.html import fill


def part(case: Mapping[str, Any]) -> Markup:
    """Each concern of the case with scales, what counts, evidence and forecast.

    Args:
        case: a case as plain data; empty for a case without concerns.

    >>> "none published" in part({"concerns": [{"type": "acne scars"}]})
    True
    """
    study = case.get("kind") == "study"
    rows = [_concern(said, study) for said in case.get("concerns") or ()]
    return fill("pinprick.exports.reports", "concerns", concerns=rows) if rows else Markup("")


def _concern(said: Mapping[str, Any], study: bool) -> dict[str, Any]:
    """One concern of a case as plain rows; a study is shown at its own site as anywhere."""
    known, site = concern(str(said["type"])), str(said.get("body_site") or "")
    where = "" if study else site
    given = said.get("baseline")
    named = given.get("scale") if isinstance(given, Mapping) else None  # else "not reported"
    first = [scale(name) for name in ([named] if named else []) + list(known.scales[:1])]
    read_by = list(dict.fromkeys(each.name for each in first)) or [
        each.name for each in scales_for(known.name)[:1]
    ]
    reason = known.reason(where)
    return {
        "title": known.title,
        "site": site,
        "subtype": said.get("subtype") if said.get("subtype") != "not reported" else None,
        "is": known.is_,
        "scales": [_scale(scale(name)) for name in read_by],
        "others": [each.title for each in scales_for(known.name) if each.name not in read_by],
        "evidence": known.evidence,
        "link": known.link,
        "forecast": known.forecast_at(where),
        "how": known.how_at(where),
        "range": known.range_at(where),
        "reason": _reason(reason) if reason else None,
    }


def _scale(each: Scale) -> dict[str, str]:
    rule = each.smallest_change
    return {
        "title": each.title,
        "range": f"{each.range_text}, {each.better} is better",
        "rule": rule.text if rule else "no rule set",
        "matters": each.matters.text if each.matters else "none published",
        "told": told(each),
        "status": "" if each.definition.status == "read" else "its table is recalled",
    }


def _reason(reason: Reason) -> dict[str, Any]:
    facts = registry().facts
    return {
        "why": reason.why,
        "known": reason.known,
        "published": [
            {
                "said": ": ".join(
                    filter(None, (amount(facts[row], turn=False), facts[row].quantity))
                ),
                "people": facts[row].n,
                "row": row,
                "source": facts[row].source,
            }
            for row in reason.rows
        ],
    }
