"""A product of one's own, from a YAML file: what the bottle says, as text with units.

name: my-serum
title: niacinamide serum
kind: serum                # serum, solution, hydrogel, mask, moisturiser, plasma or numbing cream
solutes:                   # in mg/mL, or in per cent of weight in volume; `none`
  niacinamide: 5 %
ph: 6
layer: 20 um               # what is put on; 20 um is 2 mg/cm2
stirred: yes               # a liquid that mixes itself; no for a gel, an emulsion, a sheet
drying: 10 min             # half of its water, in air; `none` if it does not dry
covered: no
sterile: no
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from pinprick import files, units
from pinprick.evidence.figure import OWN, Figure
from pinprick.faults import Fault, InputError
from pinprick.fields import Number, Quantity, Reader, Text, Word, YesNo, quantity_text
from pinprick.fields.plain import plain_lines, read_lines
from pinprick.permeation.product import (
    KINDS,
    Kind,
    Label,
    OpenUse,
    Product,
    Reason,
    reasons,
    reasons_of,
    usual,
)
from pinprick.permeation.solutes import solute

_WHAT = "a file of a product"
_NONE = "none"
_LAYER = Quantity(low="1 um", high="10 mm", like="20 um", shown_in=("um",))
_DRYING = Quantity(low="1 s", high="24 h", like="10 min", shown_in=("min", "s"))
_STRENGTH = Quantity(low="1e-9 mg/mL", high="1000 mg/mL", like="50 mg/mL", shown_in=("mg/mL",))
_STRENGTH_ALLOWED = "1e-9 to 1000 mg/mL or up to 100 %, with its unit, such as 50 mg/mL or 5 %"
_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "name": Text(what="a name for the product"),
        "title": Text(what="what it is, in a few words"),
        "kind": Word(words=KINDS),
        "ph": Number(low=1, high=10, what="(pH)"),
        "layer": _LAYER,
        "stirred": YesNo(),
        "covered": YesNo(),
        "sterile": YesNo(),
    }
)
_KEYS = (*_READERS, "solutes", "drying")


def load(path: str | Path) -> Product:
    """The product that a file describes; a case names it by the file's path.

    Raises:
        InputError: one line for each figure that is missing, wrong or impossible, and for each
            solute that is not known.
    """
    return _load(str(path), files.stamp(path))


@lru_cache(maxsize=10)
def _load(path: str, stamp: int) -> Product:
    data = plain_lines(files.read_text(path, what=_WHAT), path, _KEYS)
    values, faults = _read(data)
    strengths, wrong = _strengths(data.get("solutes"))
    faults += wrong
    if faults:
        raise InputError([Fault(f"{path} {f.where}", f.found, f.allowed) for f in faults])
    return _product(values, strengths)


def _read(data: Mapping[Any, Any]) -> tuple[dict[str, Any], list[Fault]]:
    values, faults = read_lines(data, _READERS, _KEYS)
    drying = data.get("drying")
    try:
        values["drying"] = None if drying == _NONE else _DRYING.read(drying, from_file=True)
    except InputError as error:
        found = error.faults[0]
        faults.append(Fault("drying", found.found, f"{found.allowed}, or `{_NONE}`"))
    return values, faults


def _strengths(given: Any) -> tuple[dict[str, float], list[Fault]]:
    """Strength in kg/m³ by the solute's own name."""
    if given == _NONE:
        return {}, []
    if not isinstance(given, dict) or not given:
        allowed = f"`solute: strength` lines, such as `niacinamide: 5 %`, or `{_NONE}`"
        return {}, [Fault("solutes", str(given or "nothing"), allowed)]
    found: dict[str, float] = {}
    faults: list[Fault] = []
    for word, text in given.items():
        try:
            name = solute(str(word)).name
        except InputError as error:
            faults += [Fault(f"solutes.{word}", "an unknown solute", error.faults[0].allowed)]
            continue
        if name in found:
            faults.append(Fault(f"solutes.{word}", f"{name} again", "each solute once"))
        try:
            found[name] = _strength(text)
        except InputError as error:
            faults.append(Fault(f"solutes.{word}", error.faults[0].found, _STRENGTH_ALLOWED))
    return found, faults


def _strength(text: Any) -> float:
    """Strength in kg/m³ of ``50 mg/mL`` or ``5 %`` (of weight in volume: 1 % is 10 kg/m³)."""
    words = str(text).strip()
    if words.endswith("%"):
        share = units.quantity(words, "%")
        text = f"{units.from_si(share, '%') * 10!r} mg/mL"
    return float(_STRENGTH.read(text, from_file=True))


def _product(v: Mapping[str, Any], strengths: Mapping[str, float]) -> Product:
    kind = cast(Kind, v["kind"])
    inside = None if v["stirred"] else _inside(kind)
    found = {f"strengths.{name}": _own(x, ("mg/mL",)) for name, x in strengths.items()}
    found["ph"] = Figure(float(v["ph"]), f"{v['ph']:g}", (), OWN)
    found["layer"] = _own(v["layer"], _LAYER.shown_in)
    found["density"] = usual(kind)["density"]
    if inside is not None:
        found["diffusivity_share"] = inside
    if v["drying"] is not None:
        found["drying"] = _own(v["drying"], _DRYING.shown_in)
    use, why = _fitness(strengths, bool(v["sterile"]))
    return Product(
        name=str(v["name"]),
        title=str(v["title"]),
        kind=kind,
        aliases=(),
        strengths=MappingProxyType(dict(strengths)),
        solubilities=MappingProxyType({}),
        uptakes=MappingProxyType({}),
        ph=float(v["ph"]),
        density=found["density"].value,
        layer=float(v["layer"]),
        diffusivity_share=None if inside is None else inside.value,
        drying=v["drying"],
        occluded=bool(v["covered"]),
        sterile=bool(v["sterile"]),
        label=Label(),
        open_use=use,
        reasons=tuple(why),
        figures=MappingProxyType(found),
    )


def _inside(kind: Kind) -> Figure:
    """Diffusivity in it over that in water, as in a gel where its kind is usually a liquid."""
    return usual(kind).get("diffusivity_share") or usual("hydrogel")["diffusivity_share"]


def _fitness(strengths: Mapping[str, float], sterile: bool) -> tuple[OpenUse, Iterable[Reason]]:
    """Nothing is known of a product of one's own but its solutes and whether it is sterile."""
    why = reasons_of(strengths)
    if not sterile:
        return "avoid", (*why, reasons()["cosmetic"])
    return ("avoid" if why else "no evidence"), why


def _own(value: float, shown_in: tuple[str, ...]) -> Figure:
    return Figure(value, quantity_text(value, shown_in), (), OWN)
