"""A drawing of a device: its needles face on or unrolled, one needle from the side, to scale."""

from __future__ import annotations

from math import tan
from xml.sax.saxutils import escape

from pinprick.devices.layout import layout
from pinprick.devices.model import Device
from pinprick.units import MICRO, MILLI

_INK, _QUIET, _STEEL = "#1d1d1d", "#595959", "#0064a3"
_FACE, _MARGIN = 320.0, 40.0  # size of the drawing of the face
_ROWS, _COLUMNS = 13, 39  # of the drawing in letters


def svg(item: Device) -> str:
    """The drawing as the text of an SVG file.

    >>> from pinprick.devices import device
    >>> svg(device("pen")).count("<circle")
    15
    """
    face, below = _face(item)
    needle = _needle(item, _FACE + 2 * _MARGIN + 30)
    width, height = 760, max(below, 400.0)
    title = item.title
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" '
            f'width="{width}" height="{height:.0f}" role="img" '
            'font-family="system-ui, sans-serif" font-size="13">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{width}" height="{height:.0f}" fill="#fff"/>',
            _text(20, 24, title, _INK, 'font-weight="700" font-size="15"'),
            *face,
            *needle,
            "</svg>",
            "",
        ]
    )


def letters(item: Device) -> str:
    """The drawing in letters, for a screen.

    >>> from pinprick.devices import device
    >>> print(letters(device("pen-6")).splitlines()[-1])
    6 needles, face on; 9 mm wide
    """
    places = layout(item)
    wide, high = _size(item)
    if item.kind == "pen":
        columns = [round((x / wide + 0.5) * (_COLUMNS - 1)) for x, _ in places]
        rows = [round((0.5 - y / wide) * (_ROWS - 1)) for _, y in places]
    else:
        # a lattice: one sign a needle; a drum lies on its side, so that it fits a line
        xs, ys = (sorted({round(p[axis], 9) for p in places}) for axis in (0, 1))
        columns = [2 * xs.index(round(x, 9)) for x, _ in places]
        rows = [ys.index(round(y, 9)) for _, y in places]
        if item.kind == "roller":
            columns, rows = [2 * row for row in rows], [column // 2 for column in columns]
    grid = [[" "] * (max(columns) + 1) for _ in range(max(rows) + 1)]
    for column, row in zip(columns, rows, strict=True):
        grid[row][column] = "o"
    lines = ["".join(line).rstrip() for line in grid]
    what = "the drum unrolled, on its side" if item.kind == "roller" else "face on"
    size = f"{wide / MILLI:.3g} mm wide"
    if item.kind == "roller":
        size += f", {high / MILLI:.3g} mm round"
    while not lines[0]:
        lines.pop(0)
    return "\n".join([*lines, f"{item.needles} needles, {what}; {size}"])


def _size(item: Device) -> tuple[float, float]:
    """Width and height of what is drawn, in metres."""
    if item.drum_diameter is not None:
        ys = sorted({y for _, y in layout(item)})
        return item.working_width, len(ys) * (ys[1] - ys[0])
    return item.working_width, item.working_width


def _face(item: Device) -> tuple[list[str], float]:
    """The needles with outline and scale; and where the drawing ends."""
    wide, high = _size(item)
    scale = _FACE / max(wide, high)
    cx, cy = _MARGIN + _FACE / 2, 52 + high * scale / 2
    bottom = 52 + high * scale
    if item.kind == "pen":
        edge = f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{wide * scale / 2:.1f}" '
    else:
        edge = (
            f'<rect x="{cx - wide * scale / 2:.1f}" y="52" width="{wide * scale:.1f}" '
            f'height="{high * scale:.1f}" '
        )
    parts = [edge + f'fill="#f4f6f8" stroke="{_QUIET}"/>']
    radius = max(item.shaft_diameter * scale / 2, 1.0)
    parts += [
        f'<circle cx="{cx + x * scale:.1f}" cy="{cy - y * scale:.1f}" r="{radius:.1f}" '
        f'fill="{_STEEL}"/>'
        for x, y in layout(item)
    ]
    mm = next(n for n in (10, 5, 2, 1) if n * MILLI * scale < _FACE / 2)
    left, long = _MARGIN, mm * MILLI * scale
    parts.append(
        f'<path d="M{left:.1f} {bottom + 18:.1f}h{long:.1f}" stroke="{_INK}" stroke-width="3"/>'
    )
    what = "the drum, unrolled" if item.kind == "roller" else "face on"
    parts.append(_text(left + long + 8, bottom + 22, f"{mm} mm, {what}", _INK))
    parts.append(_text(left, bottom + 44, "Where the needles stand is assumed; see the sources.",
                       _QUIET, 'font-size="12"'))  # fmt: skip
    return parts, bottom + 62


def _needle(item: Device, left: float) -> list[str]:
    """One needle at its longest setting, point down."""
    high = 250.0
    scale = high / item.length_max
    tip, shaft = item.tip_diameter * scale / 2, item.shaft_diameter * scale / 2
    cone = (item.shaft_diameter - item.tip_diameter) / (2 * tan(item.cone_angle / 2))
    shoulder = max(item.length_max - cone, 0.0)
    top_half = shaft if shoulder > 0 else tip + item.length_max * scale * tan(item.cone_angle / 2)
    x, top = left + 60, 62.0
    right = [(top_half, 0.0), (top_half, shoulder * scale), (tip, high)]
    outline = [(x - w, top + z) for w, z in right] + [(x + w, top + z) for w, z in right[::-1]]
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in outline)
    marks = [
        f"longest {item.length_max / MILLI:.3g} mm",
        f"shaft {item.shaft_diameter / MILLI:.3g} mm",
        f"tip {item.tip_diameter / MICRO:.3g} µm",
        f"full cone angle {item.figures['cone_angle'].text}",
    ]
    parts = [f'<polygon points="{points}" fill="{_STEEL}"/>']
    parts += [_text(x + 50, top + 20 + 22 * i, words, _INK) for i, words in enumerate(marks)]
    parts.append(
        f'<path d="M{x - 45:.1f} {top}v{high}" stroke="{_INK}" stroke-width="1.5"/>'
        f'<path d="M{x - 50:.1f} {top}h10M{x - 50:.1f} {top + high}h10" stroke="{_INK}"/>'
    )
    parts.append(_text(left - 20, top + high + 26, "one needle from the side, one scale", _QUIET))
    return parts


def _text(x: float, y: float, words: str, colour: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" {more}>{escape(words)}</text>'
