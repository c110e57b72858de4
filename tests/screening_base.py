"""A case without findings, and changes of it, for the tests of the screening."""

from __future__ import annotations

from functools import cache
from typing import Any

from pinprick.case import Case, example_path
from pinprick.fields import build


@cache
def base_text() -> Case:
    return Case.load(example_path("acne-scars"))


def make(change: dict[str, Any], *, bare: bool = False) -> Case:
    """The base case with a change; ``bare`` keeps only the answers of the change."""
    form = base_text().model_dump(mode="json")
    form["person"] |= {"phototype": "III", **change.get("person", {})}
    form["operator"] = change.get("operator", "nurse")
    form["answers"] = {**({} if bare else form["answers"]), **change.get("answers", {})}
    form["course"]["start"] = change.get("start", "2026-03-09")
    if "clinic" in change:
        form["clinic"] = change["clinic"]
    if "overrides" in change:
        form["overrides"] = change["overrides"]
    consent = change.get("consent", True)
    form["consent"] = {"given": consent} if consent is not None else None
    if consent is None:
        del form["consent"]
    if "concern" in change:
        form["concerns"].append({"type": change["concern"], "body_site": "cheek"})
    numb, _clean, needle, apply = form["course"]["steps"]
    numb["numb"]["wiped_off"] = change.get("wiped_off", True)
    needle["needle"]["device"] = change.get("device", "pen")
    needle["needle"]["glide_product"] = change.get("glide", "sterile hyaluronic acid gel")
    apply["apply"]["product"] = change.get("after", "plain hydrogel")
    [zone] = needle["needle"]["zones"]
    zone["depth"] = change.get("depth", "0.5 mm")
    zone["body_site"] = change.get("site", "cheek")
    zone["name"] = change.get("zone", "cheeks")
    zone["area"], zone["dose"] = "not reported", "not reported"
    for name, site in change.get("more_zones", {}).items():
        needle["needle"]["zones"].append({**zone, "name": name, "body_site": site})
    if change.get("numb") is False:
        form["course"]["steps"].remove(numb)
    case: Case = build(Case, form)
    return case
