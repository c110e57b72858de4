"""Relief: the height map of a patch of skin, built from its ground and its concerns."""

from pinprick.appearance.relief.concerns import KINDS, Kind, Lines, Scar, crows_feet, scar
from pinprick.appearance.relief.numbers import Numbers, numbers
from pinprick.appearance.relief.patch import Patch, height, patch
from pinprick.appearance.relief.plane import Grid, square
from pinprick.appearance.relief.roughness import Roughness, roughness

__all__ = [
    "KINDS",
    "Grid",
    "Kind",
    "Lines",
    "Numbers",
    "Patch",
    "Roughness",
    "Scar",
    "crows_feet",
    "height",
    "numbers",
    "patch",
    "roughness",
    "scar",
    "square",
]
