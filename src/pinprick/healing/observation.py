"""How each instrument reads the same tissue.

One tissue gives different figures to different methods: a stained area is not a mass, an echo is
not a mass, the flow that light sees falls where the light fades sooner. So every published figure
names its instrument, and is compared with what that instrument would read of the model's fields.

Every reader takes :class:`~pinprick.healing.fields.Fields` and the members' parameters and returns
the change against the day before the first session as a share of what was there then (0.53 is
+53 %), shape (days, members). At rest all of them return 0.

Fields are volume means of roused and unroused tissue; a reader that is not linear in them reads
the mean, as an instrument does that sees many tracks at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick import units
from pinprick.evidence import Lanes
from pinprick.evidence.records import Basis
from pinprick.healing.fields import Fields
from pinprick.healing.fields import gain as share_gained
from pinprick.medium.reactions import positive

Array = np.ndarray[Any, np.dtype[np.float64]]
Reader = Callable[[Fields, Lanes], Array]
_MM = units.MILLI  # the column is in metres, the biology counts in millimetres


# ---- what several instruments share ----


def gain(fields: Fields) -> Array:
    """Collagen gained, as a share of the intact collagen there, shape (days, cells, members)."""
    return share_gained(fields.by_species, fields.intact)


def _made(fields: Fields) -> Array:
    """Collagen made and not yet matured, mg/mL."""
    return np.asarray(fields.by_species["collagen_3"] + fields.by_species["collagen_1"])


def _old(fields: Fields) -> Array:
    """Collagen that is not of the new pools, mg/mL: intact, less what was lost, with matured."""
    return np.asarray(
        fields.intact + fields.by_species["matured"] - fields.by_species["mature_lost"]
    )


def _top(fields: Fields, value: Array) -> Array:
    """Volume mean over the papillary dermis, the column's first layer."""
    return fields.column.mean(value, next(iter(fields.column.layers)))


def _all(fields: Fields, value: Array) -> Array:
    """Volume mean over the whole dermis."""
    width = fields.column.width
    return np.asarray((value * width).sum(axis=-2) / width.sum(axis=0))


def _swelling(fields: Fields) -> Array:
    return 1.0 + _top(fields, fields.by_species["oedema"])


def _area(fields: Fields, lanes: Lanes, new: Array, share: Array | float) -> Array:
    """Change of the papillary area that a stain fills.

    A = min(full, A0·s·(1 + b·new/s + old)/(1 + swelling)): thin new fibres cover more area per
    mass than old bundles (b), a full section takes no more, water dilutes. ``new`` is the new
    collagen that takes the stain over the intact collagen, ``share`` (s) the part of the old that
    does.
    """
    k = lanes.stage("healing")
    old = _top(fields, _old(fields) / fields.intact) - 1.0
    first = k.baseline_area * share
    filled = first * (1.0 + k.area_per_mass * _top(fields, new) / share + old) / _swelling(fields)
    return np.asarray(np.minimum(filled, k.full_area) / first - 1.0)


# ---- stains ----


def stained_area(fields: Fields, lanes: Lanes) -> Array:
    """Masson trichrome: the papillary area that all collagen fills, change since before.

    A share (1), shape (days, members). Intact skin reads 0; new fibres fill more than their mass:

    >>> from pinprick.evidence import registry
    >>> from pinprick.healing.reactions import TABLE
    >>> from pinprick.medium import column
    >>> skin = column(np.zeros(1), {"papillary dermis": (np.full(1, 1.5e-4), 1)})
    >>> kinds = {s.name: np.zeros((2, 1, 1)) for s in TABLE.species}
    >>> kinds["collagen_1"][1] = 2.0
    >>> at = Fields(np.array([0.0, 28.0]), skin, np.full((1, 1), 100.0), kinds, np.ones((2, 1, 1)))
    >>> read = stained_area(at, Lanes(registry(), 0, [0]))[:, 0]
    >>> bool(read[0] == 0 and read[1] > 0.02)
    True
    """
    return _area(fields, lanes, _made(fields) / fields.intact, 1.0)


def silver_area(fields: Fields, lanes: Lanes) -> Array:
    """Silver: the papillary area of fine fibres, read as type III."""
    return type3_area(fields, lanes)


def type3_area(fields: Fields, lanes: Lanes) -> Array:
    """Antibody to type III: new III, and its share of the mature."""
    new = fields.by_species["collagen_3"] / fields.intact
    return _area(fields, lanes, new, lanes.stage("healing").mature_type3_share)


def type1_area(fields: Fields, lanes: Lanes) -> Array:
    """Antibody to type I: new I, and its share of the mature."""
    new = fields.by_species["collagen_1"] / fields.intact
    return _area(fields, lanes, new, 1.0 - lanes.stage("healing").mature_type3_share)


def type7_area(fields: Fields, _: Lanes) -> Array:
    """Antibody to type VII: anchoring fibrils, a line along the junction that water cannot thin."""
    return _top(fields, fields.by_species["collagen_7"])


def new_collagen(fields: Fields, lanes: Lanes) -> Array:
    """Antibody to newly made collagen: its papillary area over that of all collagen at rest."""
    made = _top(fields, _made(fields) / fields.intact)
    return np.asarray(lanes.stage("healing").area_per_mass * made / _swelling(fields))


def elastin_area(fields: Fields, lanes: Lanes) -> Array:
    """Elastin stain: the papillary area of elastic fibres, thinned by water and by new matrix.

    (1 + amount)/J - 1 with J = 1 + oedema + volume per collagen · gain of collagen.
    """
    matrix = lanes.stage("healing").volume_per_collagen * _top(fields, gain(fields))
    amount = 1.0 + _top(fields, _elastin(fields))
    return np.asarray(amount / (_swelling(fields) + matrix) - 1.0)


# ---- a biopsy ground up ----


def _elastin(fields: Fields) -> Array:
    s = fields.by_species
    return np.asarray(s["elastin_new"] + s["tropoelastin"] - s["elastin_lost"])


def elastin_amount(fields: Fields, _: Lanes) -> Array:
    """Elastin protein of the whole dermis by amount: old, new and not yet fibre."""
    return _all(fields, _elastin(fields))


def _induced(fields: Fields, lanes: Lanes) -> tuple[Array, Array]:
    """Synthesis that the injury induced, mg/mL/d, and the type III share of it.

    As rows R17 of the reaction table, with the mean gain in the ceiling. A body's own output is
    left out: it scales the synthesis at rest as well.
    """
    k, s = lanes.stage("healing"), fields.by_species
    gained = positive(gain(fields)) / k.collagen_ceiling
    cells = s["fibroblasts"] + k.myofibroblast_output_ratio * (
        s["myofibroblasts"] + 0.5 * s["committed"]
    )
    made = k.collagen_output * units.MICRO * cells / (1.0 + gained * gained)
    share = k.type3_share + k.type3_rise * positive(-gain(fields))
    return np.asarray(made), np.asarray(share)


def mrna_1(fields: Fields, lanes: Lanes) -> Array:
    """Type I procollagen mRNA of the whole dermis, over the synthesis of intact skin."""
    made, share = _induced(fields, lanes)
    return _message(fields, lanes, made * (1.0 - share), 1.0 - _third(lanes))


def mrna_3(fields: Fields, lanes: Lanes) -> Array:
    """Type III procollagen mRNA of the whole dermis, over the synthesis of intact skin."""
    made, share = _induced(fields, lanes)
    return _message(fields, lanes, made * share, _third(lanes))


def _third(lanes: Lanes) -> Array:
    return lanes.stage("healing").mature_type3_share


def _message(fields: Fields, lanes: Lanes, made: Array, share: Array) -> Array:
    """Induced synthesis over the measured fractional synthesis of intact skin (FSR·C0).

    The basis decides: over the upkeep of a pool with a half-life of decades the same cells would
    read 37- to 83-fold; most of what is made at rest never becomes fibre.
    """
    rest = lanes.stage("healing").synthesis_at_rest * _all(fields, fields.intact) * share
    return np.asarray(_all(fields, made) / rest)


def cross_links(fields: Fields, lanes: Lanes) -> Array:
    """Mature cross-links per collagen of the papillary dermis.

    Of the intact collagen a share f0 is young, so its mature share is 1 - f0.
    """
    mature = 1.0 - lanes.stage("healing").young_share
    intact = fields.intact - fields.by_species["mature_lost"]
    linked = _top(fields, mature * intact + fields.by_species["matured"])
    return np.asarray(linked / _top(fields, _old(fields) + _made(fields)) / mature - 1.0)


def type3_of_all(fields: Fields, lanes: Lanes) -> Array:
    """Type III per collagen of the papillary dermis."""
    third = _third(lanes)
    three = _top(fields, fields.by_species["collagen_3"] + third * _old(fields))
    return np.asarray(three / _top(fields, _old(fields) + _made(fields)) / third - 1.0)


def collagen_mass(fields: Fields, _: Lanes) -> Array:
    """Collagen of the whole dermis by mass; no study of needled human skin weighed it."""
    gained = _all(fields, gain(fields) * fields.intact)
    return np.asarray(gained / _all(fields, fields.intact))


def papillary_mass(fields: Fields, _: Lanes) -> Array:
    """Collagen of the papillary dermis by mass; no study of needled human skin weighed it."""
    return _top(fields, gain(fields))


# ---- sound and light ----


def echo_density(fields: Fields, lanes: Lanes) -> Array:
    """Ultrasound echo density of the dermis: ((C/C0)/(1 + W))^p - 1.

    One published figure and one free number (p), so it carries no information on mass, and is
    never fitted together with it.
    """
    collagen = 1.0 + collagen_mass(fields, lanes)
    water = 1.0 + _all(fields, fields.by_species["oedema"])
    return np.asarray((collagen / water) ** lanes.stage("healing").ultrasound_exponent - 1.0)


def _path(fields: Fields, lanes: Lanes) -> Array:
    """Part of each cell that light crosses down to the set depth in mm, (days, cells, members).

    The depth counts from the surface, so a thicker epidermis leaves less dermis above it.
    """
    edges = fields.column.edges / _MM
    thicker = _top(fields, fields.by_species["epidermis"]) * edges[0]
    below = (lanes.stage("healing").oct_depth - thicker)[:, None, :] - edges[:-1]
    return np.asarray(np.clip(below, 0.0, np.diff(edges, axis=0)))


def _brighter(fields: Fields, lanes: Lanes) -> Array:
    """Attenuation gained, as a share of that at rest: mu = mu0·(1 + g·ΔC/C0)."""
    return np.asarray(lanes.stage("healing").oct_gain * gain(fields))


def attenuation(fields: Fields, lanes: Lanes) -> Array:
    """OCT attenuation of the dermis, mean from its top to the depth at which flow is read."""
    path = _path(fields, lanes)
    crossed = path.sum(axis=1)
    mean = (_brighter(fields, lanes) * path).sum(axis=1)
    return np.asarray(mean / np.where(crossed > 0, crossed, 1.0))


def oct_flow(fields: Fields, lanes: Lanes) -> Array:
    """Flow that OCT sees 300 um below the surface: V·exp(-m·Δmu·z) - 1.

    The blood there may be as before: light that fades sooner shows less of it. m is between 1
    (amplitude) and 2 (intensity); Δmu·z is summed over the cells above.
    """
    k = lanes.stage("healing")
    path = _path(fields, lanes)
    faded = (_brighter(fields, lanes) / k.oct_length * path).sum(axis=1)
    last = path * (np.roll(path, -1, axis=1) == 0)  # the cell in which the depth lies
    reached = last.sum(axis=1)
    vessels = (fields.by_species["vessels"] * last).sum(axis=1) / np.where(reached > 0, reached, 1)
    return np.asarray((1.0 + vessels) * np.exp(-k.oct_order * faded) - 1.0)


def perfusion(fields: Fields, _: Lanes) -> Array:
    """Vessels of the papillary dermis, what a reading of redness by colour follows in weeks."""
    return _top(fields, fields.by_species["vessels"])


def epidermis(fields: Fields, _: Lanes) -> Array:
    """Epidermal thickness by histology."""
    return _top(fields, fields.by_species["epidermis"])


# ---- the table ----


@dataclass(frozen=True, slots=True)
class Instrument:
    """One way to read the tissue.

    ``name`` says what is reported, ``where`` which part of the tissue it is read from, ``model``
    the formula, ``unit`` that of its change (always a share of the value before), ``read`` the
    function, ``rows`` the measurements behind the *model of reading*, ``basis`` how that model
    stands.
    """

    name: str
    where: str
    model: str
    read: Reader
    basis: Basis
    rows: tuple[str, ...] = ()
    note: str = ""
    unit: str = "1"


PAPILLARY, DERMIS, LIGHT = "papillary dermis", "whole dermis", "dermis down to 300 um"
_RATE, _THIRD = ("healing:HEAL-ECM002",), ("healing:HEAL-ECM001",)
_LINKS = ("healing:HEAL-WT005", "healing:HEAL-WT007")
_AREA = "min(full, A0·(1 + b·new + old)/(1 + W))"
_UNWEIGHED = "in the model only: nobody weighed it"
_LATE = "the dip of the first day is not modelled"

_TABLE = (
    Instrument("collagen area, trichrome", PAPILLARY, _AREA, stained_area, "assumed",
               note="in normal skin area and mass go together at r = 0.79; A0 and b are assumed"),
    Instrument("fine fibres, silver", PAPILLARY, f"{_AREA} of III", silver_area, "assumed",
               _THIRD, "mature collagen keeps its share of III"),
    Instrument("collagen I, antibody", PAPILLARY, f"{_AREA} of I", type1_area, "assumed", _THIRD),
    Instrument("collagen III, antibody", PAPILLARY, f"{_AREA} of III", type3_area, "assumed",
               _THIRD),
    Instrument("collagen VII, antibody", "junction", "C7", type7_area, "assumed"),
    Instrument("newly made collagen, antibody", PAPILLARY, "b·(C3 + C1)/C0/(1 + W)", new_collagen,
               "assumed", note="as a share of all collagen before"),
    Instrument("COL1 mRNA", DERMIS, "S·(1 - s3)/(FSR·C0·0.8)", mrna_1, "derived", _RATE, _LATE),
    Instrument("COL3 mRNA", DERMIS, "S·s3/(FSR·C0·0.2)", mrna_3, "derived", _RATE, _LATE),
    Instrument("elastin protein", DERMIS, "old + made, by amount", elastin_amount, "assumed"),
    Instrument("elastin, stained", PAPILLARY, "(1 + amount)/J - 1, J = 1 + W + v·ΔC/C0",
               elastin_area, "assumed", note="new matrix and water thin what did not change"),
    Instrument("mature cross-links per collagen", PAPILLARY, "mature/(all·(1 - f0)) - 1",
               cross_links, "assumed", _LINKS, "proportional to mature collagen"),
    Instrument("collagen III per collagen", PAPILLARY, "(C3 + 0.2·old)/(all·0.2) - 1",
               type3_of_all, "derived", _THIRD),
    Instrument("ultrasound density", DERMIS, "((C/C0)/(1 + W))^p - 1", echo_density, "assumed",
               note="one figure, one free number: no information on mass"),
    Instrument("OCT attenuation", LIGHT, "g·ΔC/C0", attenuation, "assumed",
               note="a caution: hypertrophic scars attenuate less"),
    Instrument("flow seen by OCT", LIGHT, "(1 + V)·exp(-m·Δmu·z) - 1", oct_flow, "assumed",
               note="light that fades sooner shows less of the same flow"),
    Instrument("vessels", PAPILLARY, "V", perfusion, "assumed",
               note="apart from the flow that OCT sees"),
    Instrument("epidermal thickness", "epidermis", "e", epidermis, "assumed"),
    Instrument("collagen by mass", DERMIS, "ΔC/C0", collagen_mass, "derived", note=_UNWEIGHED),
    Instrument("papillary collagen by mass", PAPILLARY, "ΔC/C0", papillary_mass, "derived",
               note=_UNWEIGHED),
)  # fmt: skip
INSTRUMENTS = {one.read.__name__: one for one in _TABLE}


def listing() -> list[tuple[str, str, str]]:
    """The table for readers: observable, model, status.

    >>> listing()[0][0]
    'collagen area, trichrome, papillary dermis'
    >>> all(len(row) == 3 for row in listing())
    True
    """
    return [
        (
            f"{one.name}, {one.where}",
            one.model,
            "; ".join(part for part in (one.basis, one.note, ", ".join(one.rows)) if part),
        )
        for one in INSTRUMENTS.values()
    ]
