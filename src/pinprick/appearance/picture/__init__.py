"""Pictures of skin: photographs of a patch by day, with everything that must stand beside them."""

from pinprick.appearance.picture.files import Picture
from pinprick.appearance.picture.frames import GOOD, frame, sheet, strip
from pinprick.appearance.picture.marks import Colours
from pinprick.appearance.picture.scene import Scene
from pinprick.appearance.picture.shot import Shot, photograph
from pinprick.appearance.picture.state import Part, State, untreated

__all__ = [
    "GOOD",
    "Colours",
    "Part",
    "Picture",
    "Scene",
    "Shot",
    "State",
    "frame",
    "photograph",
    "sheet",
    "strip",
    "untreated",
]
