"""Who is treated: the person, their concerns, and the skin at a site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pinprick.people.person import (
    ACNE_SCARS,
    BODY_SITES,
    CONCERNS,
    FORECAST_CONCERNS,
    OBSERVERS,
    ROMAN,
    SUN_DAMAGE,
    Baseline,
    Concern,
    Person,
)

if TYPE_CHECKING:
    from pinprick.people.skin import skin_at, vessels

__all__ = [
    "ACNE_SCARS",
    "BODY_SITES",
    "CONCERNS",
    "FORECAST_CONCERNS",
    "OBSERVERS",
    "ROMAN",
    "SUN_DAMAGE",
    "Baseline",
    "Concern",
    "Person",
    "skin_at",
    "vessels",
]


def __getattr__(name: str) -> Any:
    """Skin and vessels need the registry's numbers; a case file does not."""
    if name in ("skin_at", "vessels"):
        from pinprick.people import skin

        return getattr(skin, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
