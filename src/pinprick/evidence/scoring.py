"""Scores of a face from what is counted or rated on it, such as for the baseline of a case.

Weights, ranges and bands stand in ``scales.toml`` with where they were read. A rating outside its
range, or of a part that the scale does not have, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from pinprick.evidence.scales import Part, Scale, scale
from pinprick.faults import Fault, InputError, did_you_mean


def goodman_baron_points(lesions: Mapping[str, float]) -> float:
    """Goodman and Baron's quantitative score, 0 to 84 points, from counts of lesions by kind.

    Args:
        lesions: numbers by kind; thick scars by their area in cm². A kind left out counts as none.

    Raises:
        InputError: for a kind that the scale does not have, or a count below 0.

    >>> goodman_baron_points({"dish-like, moderately atrophic": 12, "linear or troughed": 2})
    7.0
    >>> goodman_baron_points({"hypertrophic or keloidal, cm²": 5})
    12.0
    """
    return _from_counts(scale("goodman-baron-quantitative"), lesions)


def ecca(lesions: Mapping[str, float]) -> float:
    """The ECCA score, 0 to 540 points, from counts of lesions by kind.

    Args:
        lesions: numbers by kind; one that is left out counts as none.

    Raises:
        InputError: for a kind that the scale does not have, or a count below 0.

    >>> ecca({"V-shaped, narrower than 2 mm": 4, "M-shaped, wider than 4 mm": 21})
    90.0
    """
    return _from_counts(scale("ecca"), lesions)


def goodman_baron_grade(
    *, contour: bool, shows_at_50_cm: bool, covered: bool, flat_when_stretched: bool
) -> int:
    """Goodman and Baron's qualitative grade, 1 to 4, from what is seen.

    Args:
        contour: whether the surface is raised or sunken at all, not only coloured.
        shows_at_50_cm: whether it is obvious from 50 cm or more.
        covered: whether make-up, beard or hair hides it easily.
        flat_when_stretched: whether it flattens when the skin is stretched by hand.

    >>> goodman_baron_grade(
    ...     contour=True, shows_at_50_cm=True, covered=False, flat_when_stretched=True
    ... )
    3
    """
    if not contour:
        return 1
    if not shows_at_50_cm or covered:
        return 2
    return 3 if flat_when_stretched else 4


def total(name: str, ratings: Mapping[str, float]) -> float:
    """The sum of a scale's rated items: POSAS (either part), the Vancouver scale, DLQI.

    Args:
        name: of the scale, as ``pinprick evidence scales`` lists it.
        ratings: of every part, by its name.

    Raises:
        InputError: one line for every item that is missing, unknown or outside its range.

    >>> total("vancouver", {"vascularity": 3, "pigmentation": 2, "pliability": 5, "height": 3})
    13.0
    """
    named = scale(name)
    parts = {part.name: part for part in named.definition.parts}
    faults = [
        Fault(f"{name}.{part}", "nothing", f"{parts[part].low:g} to {parts[part].high:g}")
        for part in parts
        if part not in ratings
    ]
    faults += [
        Fault(name, part, did_you_mean(part, parts)) for part in ratings if part not in parts
    ]
    for part, rating in ratings.items():
        if part in parts and not parts[part].low <= rating <= parts[part].high:
            found = parts[part]
            faults.append(
                Fault(f"{name}.{part}", f"{rating:g}", f"{found.low:g} to {found.high:g}")
            )
    if faults:
        raise InputError(faults)
    return sum(parts[part].weight * rating for part, rating in ratings.items())


def area_rating(share: float, name: str = "masi") -> int:
    """The rating 0 to 6 of the share of a region that is affected, for MASI and mMASI alike.

    Raises:
        InputError: for a share outside 0 to 1.

    >>> [area_rating(share) for share in (0, 0.09, 0.1, 0.3, 0.5, 0.7, 0.9, 1)]
    [0, 1, 2, 3, 4, 5, 6, 6]
    """
    if not 0 <= share <= 1:
        raise InputError([Fault(f"{name}.area", f"{share:g}", "a share from 0 to 1")])
    first, *others = scale(name).definition.area_from
    return int(share > first) + sum(share >= start for start in others)


def masi(regions: Mapping[str, tuple[float, float, float]]) -> float:
    """MASI, 0 to 48, from the share affected (0 to 1), darkness and homogeneity (0 to 4 each).

    Args:
        regions: ``forehead``, ``right malar``, ``left malar`` and ``chin``; a region that is left
            out is clear.

    Raises:
        InputError: for another region, or a rating outside its range.

    >>> masi({region: (1.0, 4, 4) for region in ("forehead", "right malar", "left malar", "chin")})
    48.0
    """
    return _by_region("masi", regions)


def mmasi(regions: Mapping[str, tuple[float, float]]) -> float:
    """Modified MASI, 0 to 24, from the share affected (0 to 1) and the darkness (0 to 4).

    Args:
        regions: as those of :func:`masi`.

    Raises:
        InputError: for another region, or a rating outside its range.

    >>> mmasi({"chin": (0.95, 4)})
    2.4
    """
    return _by_region("mmasi", regions)


def grade_text(name: str, value: float) -> str:
    """What a step of a scale says; of a value between two steps, both.

    Raises:
        InputError: for a value outside the scale.

    >>> grade_text("lemperle", 3)
    'moderately deep'
    >>> grade_text("lemperle", 2.5)
    'between shallow and moderately deep'
    """
    grades = scale(name).grades
    if value in grades:
        return grades[value]
    below = [step for step in grades if step < value]
    above = [step for step in grades if step > value]
    if not below or not above:
        raise InputError(
            [Fault(name, f"{value:g}", f"{scale(name).low:g} to {scale(name).high:g}")]
        )
    return f"between {grades[max(below)]} and {grades[min(above)]}"


def _from_counts(named: Scale, lesions: Mapping[str, float]) -> float:
    parts = {part.name: part for part in named.definition.parts}
    faults = [
        Fault(named.name, kind, did_you_mean(kind, parts)) for kind in lesions if kind not in parts
    ]
    faults += [
        Fault(f"{named.name}.{kind}", f"{count:g}", "0 or more")
        for kind, count in lesions.items()
        if not isfinite(count) or count < 0
    ]
    if faults:
        raise InputError(faults)
    return sum((parts[kind].weight * _banded(parts[kind], n) for kind, n in lesions.items()), 0.0)


def _banded(part: Part, count: float) -> int:
    """Rating of a count: 0 for none, then 1, 2 and 3 by the part's bands."""
    if part.bands is None or count == 0:
        return 0
    below, upto = part.bands
    return 1 if count < below else 2 if count <= upto else 3


def _by_region(name: str, regions: Mapping[str, tuple[float, ...]]) -> float:
    definition = scale(name).definition
    parts = {part.name: part for part in definition.parts}
    faults = [
        Fault(name, region, did_you_mean(region, parts))
        for region in regions
        if region not in parts
    ]
    for region, (_, *ratings) in regions.items():
        faults += [
            Fault(f"{name}.{region}.{what}", f"{rating:g}", f"0 to {high:g}")
            for (what, high), rating in zip(definition.ratings.items(), ratings, strict=True)
            if not 0 <= rating <= high
        ]
    if faults:
        raise InputError(faults)
    score = sum(
        parts[region].weight * area_rating(share, name) * sum(ratings)
        for region, (share, *ratings) in regions.items()
    )
    return round(score, 4)
