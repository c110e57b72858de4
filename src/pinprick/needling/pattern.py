"""Pattern: how many holes a session leaves per area, and how long it takes.

A roller's density is its drum's holes times the passes. A pen's depends on the *seconds per area*
and on the share of strokes that open a new track; how fast it glides sets only the evenness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick import units
from pinprick.devices import Device, device
from pinprick.evidence.lanes import Lanes
from pinprick.people.skin import treated_area

if TYPE_CHECKING:
    from pinprick.courses.steps import Dose, Zone

Array = np.ndarray[Any, np.dtype[np.float64]]


def passes(tool: Device, dose: Dose | None, lanes: Lanes) -> Array:
    """Passes over every point of the zone.

    ``until`` redness or bleeding is a prior of passes, up to ``max_passes``: no row tells the two
    end points apart. The same prior stands where nothing is reported.

    Raises:
        ValueError: if time is given for a device without a motor (a case file refuses it before).
    """
    k = lanes.stage("courses")
    prior = k.unreported_roller_passes if tool.kind == "roller" else k.unreported_pen_passes
    if dose is None:
        return prior
    if dose.seconds_per_cm2 is not None:
        raise ValueError(f"{tool.name} is dosed in passes, not in seconds")
    if dose.passes is not None:
        return np.full(len(lanes), float(dose.passes))
    if dose.max_passes is not None:
        return np.minimum(prior, float(dose.max_passes))
    return prior


def seconds(tool: Device, dose: Dose | None, lanes: Lanes) -> Array:
    """Time the device spends on an area, in seconds per square metre."""
    if tool.kind == "pen" and dose is not None and dose.seconds_per_cm2 is not None:
        return np.full(len(lanes), dose.seconds_per_cm2 * units.PER_CM2)
    return passes(tool, dose, lanes) * _pass_seconds(tool, lanes)


def holes(tool: Device, dose: Dose | None, lanes: Lanes, session: int) -> Array:
    """Holes per square metre that the needles attempt in one session.

    Pen: ``needles · stroke rate · seconds per area · new-track share``. Roller and stamp: holes
    per pass times passes, a roller's measured against the 192-needle drum. Sessions of one person
    vary about that.
    """
    k = lanes.stage("needling")
    if tool.stroke_rate is not None:
        plain = tool.needles * tool.stroke_rate * seconds(tool, dose, lanes) * k.new_track_share
    elif tool.kind == "roller":
        plain = k.roller_holes_per_pass * _drum(tool) * passes(tool, dose, lanes)
    else:
        plain = (tool.holes_per_pass or 0.0) * passes(tool, dose, lanes)
    wobble = lanes.normals(f"needling.session/{session}", "people")
    return np.asarray(plain * np.exp(k.session_sd * wobble))


def needling_time(tool: Device, zone: Zone, lanes: Lanes) -> Array:
    """Time with the device on the skin in seconds: time per area times the area of the zone."""
    if zone.area is not None:
        area = np.full(len(lanes), float(zone.area))
    else:
        area = treated_area(zone.body_site) * lanes.stage("courses").unreported_area
    return np.asarray(seconds(tool, zone.dose, lanes) * area)


def _pass_seconds(tool: Device, lanes: Lanes) -> Array:
    """Seconds per square metre of one pass."""
    if tool.kind == "pen":
        return lanes.stage("courses").pen_pass_seconds
    return np.asarray(1 / (tool.working_width * lanes.stage("needling").roller_speed))


def _drum(tool: Device) -> float:
    """Holes per pass of a drum over those of the 192-needle drum."""
    return (tool.holes_per_pass or 0.0) / (device("roller-192").holes_per_pass or 1.0)
