"""Skin at a body site: layers from the surface down, and vessels relative to the dermis.

Thicknesses by site and sex stand in ``sites.toml``; how people differ, and how far the methods of
measurement disagree, are parameters of the stage ``people``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from pinprick import units
from pinprick.evidence.entries import toml
from pinprick.evidence.lanes import Lanes
from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.medium.layers import Layer, Skin

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class SiteFigure:
    """A figure of a site in SI: mean, standard deviation between people, source rows, status."""

    value: float
    sd: float
    rows: tuple[str, ...]
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Site:
    """A body site with its other names and its figures."""

    name: str
    aliases: tuple[str, ...]
    figures: Mapping[str, SiteFigure]


@cache
def sites() -> Mapping[str, Site]:
    """All body sites that are known, by name.

    >>> "cheek" in sites()
    True
    """
    data = toml("pinprick.people", "sites.toml")
    return MappingProxyType({name: _read(name, body) for name, body in data.items()})


def body_site(name: str) -> Site:
    """The body site of that name, also by its plural or another name.

    Raises:
        InputError: if it is not known; the fault names the nearest.

    >>> body_site("Cheeks").name
    'cheek'
    """
    key = " ".join(name.lower().replace("_", " ").split())
    for site in sites().values():
        if key == site.name or key in site.aliases:
            return site
    raise InputError([Fault("body site", name, did_you_mean(name, sites()))])


def treated_area(site: str) -> float:
    """Area in m² that is usually treated at a site (assumed: no row prints one).

    >>> round(units.from_si(treated_area("cheek"), "cm2"))
    120
    """
    return body_site(site).figures["area"].value


def skin_at(site: str, sex: str | None, lanes: Lanes) -> Skin:
    """Layers of the skin at a body site for every member.

    A person's dermis is log-normal about the mean of site and sex, at the same number of
    deviations everywhere on the body; ``dermis_method`` carries that ultrasound, from which most
    rows come, draws the lower border higher than histology does. With no sex given the mean of
    both is taken.

    Raises:
        InputError: if the site is not known.

    Thicknesses are (members,) in metres; each figure of ``sites.toml`` names its registry rows.

    >>> from pinprick.evidence import registry
    >>> cheek = skin_at("cheek", "female", Lanes(registry(), 0, range(4)))
    >>> [layer.name for layer in cheek.layers][-2:]
    ['reticular dermis', 'subcutis']
    >>> (cheek.thickness("papillary dermis") * 1e6).round()
    array([119., 159., 113., 120.])
    """
    known = body_site(site)
    k = lanes.stage("people")
    mean, sd = _dermis(known, sex)
    # log-normal with the site's own mean and standard deviation
    sigma = np.sqrt(np.log1p((sd / mean) ** 2))
    dermis = mean * np.exp(sigma * k.dermis_deviate - sigma**2 / 2) * k.dermis_method
    papillary = dermis * k.papillary_share
    layers = {
        "stratum corneum": known.figures["stratum_corneum"].value * k.stratum_corneum_factor,
        "viable epidermis": known.figures["viable_epidermis"].value * k.viable_epidermis_factor,
        "papillary dermis": papillary,
        "reticular dermis": dermis - papillary,
        "subcutis": np.full(len(lanes), known.figures["subcutis"].value),
    }
    return Skin(known.name, tuple(Layer(name, np.asarray(t)) for name, t in layers.items()))


def vessels(skin: Skin, lanes: Lanes) -> dict[str, Array]:
    """Depths of the vessels below the surface in metres, each relative to the dermis.

    Capillary loops stand half way up the papillary dermis, the superficial plexus at its lower
    border, the deep plexus at ``deep_plexus_share`` of the dermis. A plexus at a fixed 1-1.5 mm
    (mechanics:C013) would lie below most facial dermis, so its depth goes with the dermis here.
    Each depth is (members,); ``skin`` has the members of ``lanes``.

    >>> from pinprick.evidence import registry
    >>> depths = {"viable epidermis": 1e-4, "papillary dermis": 2e-4, "reticular dermis": 1.8e-3}
    >>> skin = Skin("cheek", tuple(Layer(name, np.full(2, h)) for name, h in depths.items()))
    >>> found = vessels(skin, Lanes(registry(), 0, range(2)))
    >>> {name: (depth * 1e3).round(2).tolist() for name, depth in found.items()}  # mm
    {'capillary loops': [0.2, 0.2], 'superficial plexus': [0.3, 0.3], 'deep plexus': [2.63, 2.63]}
    """
    k = lanes.stage("people")
    top = skin.top("papillary dermis")
    papillary = skin.thickness("papillary dermis")
    dermis = papillary + skin.thickness("reticular dermis")
    return {
        "capillary loops": top + papillary / 2,
        "superficial plexus": top + papillary,
        "deep plexus": top + dermis * np.maximum(k.deep_plexus_share, k.papillary_share),
    }


def _dermis(site: Site, sex: str | None) -> tuple[float, float]:
    woman, man = site.figures["dermis_female"], site.figures["dermis_male"]
    if sex == "female":
        return woman.value, woman.sd
    if sex == "male":
        return man.value, man.sd
    return (woman.value + man.value) / 2, (woman.sd + man.sd) / 2


def _read(name: str, body: Mapping[str, Any]) -> Site:
    figures = {
        key: SiteFigure(
            value=units.to_si(float(item["value"]), item["unit"]),
            sd=units.to_si(float(item.get("sd", 0.0)), item["unit"]),
            rows=tuple(item["rows"]),
            status=str(item["status"]),
            note=str(item.get("note", "")),
        )
        for key, item in body.items()
        if isinstance(item, dict)
    }
    return Site(name, tuple(body["aliases"]), MappingProxyType(figures))
