"""Pictures of a forecast: a sheet of one day, a strip of several, and one photograph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pinprick.appearance.picture import GOOD, Picture, frame, sheet, strip
from pinprick.forecasting.figures.skin import FRAME, POOR, RANKS, TYPICAL, Skin
from pinprick.forecasting.plan import AFTER_LAST

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pinprick.forecasting.forecast import Forecast

DAYS = (0.0, 1.0, 3.0, 7.0, 30.0, 90.0, 180.0)
EMBEDDED = 256  # pixels across a photograph in a sheet for a report


def picture_sheet(
    forecast: Forecast,
    day: float = AFTER_LAST,
    *,
    kind: str = "",
    size: int = FRAME,
    small: bool = False,
    phototype: int = 0,
) -> Picture:
    """Poor, typical and good responder side by side on a day, above the same skin untreated.

    Args:
        forecast: of a case with acne scars or wrinkles.
        day: from the first session.
        kind: of the scar; that of the case if empty.
        size: pixels across a photograph.
        small: with fewer colours and words, for a report.
        phototype: 1 to 6; that of the case if 0.

    Raises:
        InputError: if the day or the kind of scar cannot be shown.
        NotForecastError: if the case has no concern that is drawn.

    >>> import pinprick as pp
    >>> made = pp.forecast(pp.Case.load(pp.example_path("acne-scars")), members=4)
    >>> drawn = picture_sheet(made, 90, size=64, small=True)
    >>> [who for who in RANKS if f"{who}, day 90" in drawn.alt]
    ['poor responder', 'typical responder', 'good responder']
    """
    skin = Skin(forecast, kind, size, phototype)
    scenes = [(skin.scene(who), skin.state(who, day)) for who in RANKS]
    return sheet(scenes, k=skin.numbers, small=small)


def picture_frame(skin: Skin, who: str, day: float) -> Picture:
    """One photograph of the poor or the typical responder, with blood and melanin in false colour.

    Raises:
        InputError: if the good responder is asked for alone, or the day cannot be shown.
    """
    return frame(skin.scene(who), skin.state(who, day), with_maps=True, k=skin.numbers)


def picture_strip(
    forecast: Forecast,
    days: Sequence[float] = DAYS,
    *,
    people: Sequence[str] = (POOR, TYPICAL, GOOD),
    kind: str = "",
    size: int = FRAME,
    small: bool = False,
) -> Picture:
    """A film strip: a row for each responder and one for untreated skin, a column for each day.

    Raises:
        InputError: if a good responder would stand alone, or a day or the kind cannot be shown.
        NotForecastError: if the case has no concern that is drawn.

    >>> import pinprick as pp
    >>> made = pp.forecast(pp.Case.load(pp.example_path("acne-scars")), members=4)
    >>> drawn = picture_strip(made, [0, 90], people=[TYPICAL], size=64, small=True)
    >>> "typical responder, day 90" in drawn.alt  # the last one shown is described
    True
    """
    skin = Skin(forecast, kind, size)
    rows = [(skin.scene(who), [skin.state(who, day) for day in days]) for who in people]
    return strip(rows, k=skin.numbers, small=small)


def figure(forecast: Forecast, day: float = AFTER_LAST, *, size: int = FRAME) -> Figure:
    """The sheet as a Matplotlib figure, pixel for pixel at its own resolution."""
    import io

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    made = picture_sheet(forecast, day, size=size)
    dots = 100
    shown = Figure(figsize=(made.width / dots, made.height / dots), dpi=dots)
    FigureCanvasAgg(shown)
    axes = shown.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    with Image.open(io.BytesIO(made.png)) as image:
        axes.imshow(np.asarray(image.convert("RGB")), aspect="auto", interpolation="none")
    return shown
