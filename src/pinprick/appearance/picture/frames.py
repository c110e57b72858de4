"""Frames, film strips and sheets: photographs with everything that must stand beside them.

A good responder is never shown alone, and no photograph leaves without its stamp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pinprick.appearance.light import Lamp, raking
from pinprick.appearance.picture.files import Picture, picture
from pinprick.appearance.picture.layout import layout
from pinprick.appearance.picture.maps import maps
from pinprick.appearance.picture.overlay import stamped
from pinprick.appearance.picture.page import Page, beside, mount, paragraph
from pinprick.appearance.picture.profile import profile, section
from pinprick.appearance.picture.scene import Scene, changes, filled, sources, told
from pinprick.appearance.picture.shot import Shot
from pinprick.appearance.picture.state import State
from pinprick.appearance.relief.numbers import Numbers, numbers
from pinprick.faults import Fault, InputError

if TYPE_CHECKING:
    from PIL.Image import Image

GOOD = "good responder"


def frame(
    scene: Scene,
    state: State,
    *,
    lamp: Lamp | None = None,
    with_maps: bool = False,
    k: Numbers | None = None,
) -> Picture:
    """One photograph with its clocks, profile, numbers and sources.

    Args:
        scene: the patch and the person it stands for.
        state: the day.
        lamp: raking light from the upper left if None.
        with_maps: maps of blood and melanin beneath.
        k: the numbers; the parameters' own values if None.

    Returns:
        A PNG with its text; sizes in pixels.

    Raises:
        InputError: if the scene is a good responder, who is never shown alone.

    >>> from pinprick.appearance.colour import colour_table, typical
    >>> from pinprick.appearance.relief import patch, square
    >>> skin, colours = patch(square(2e-3, 40), 1, []), colour_table(typical(3))
    >>> scene = Scene("wrinkles", 3, "typical responder", "50th percentile", skin, colours)
    >>> made = frame(scene, State(30, 2, 2, 3))
    >>> made.png[1:4], "day 30 since the first session" in made.alt
    (b'PNG', True)
    >>> frame(replace(scene, who=GOOD), State(30, 2, 2, 3))
    Traceback (most recent call last):
    pinprick.faults.InputError: picture: found a good responder alone; allowed: ...
    """
    _not_alone([scene])
    k = k or numbers()
    lamp = lamp or raking(k)
    now, before = scene.shot(state, lamp, k), scene.shot(scene.resting(state), lamp, k)
    photographs = exposures(scene, now, lamp, k)
    page = _page(photographs)
    page.text(scene.title, "title", bold=True)
    page.text(state.clocks(), bold=True)
    if scene.rank:
        page.text(scene.rank, "small", faint=True)
    page.mounted(photographs)
    page.add(_profile([("untreated", before), (f"day {state.day:g}", now)], page.inner))
    page.text(changes(now, before, k), "small")
    if with_maps:
        page.add(maps(now))
    _close(page, [scene], lamp)
    facts = {**scene.facts(), "Day": f"{state.day:g}"}
    return picture(page.finish(), told(scene, state, now), facts)


def exposures(scene: Scene, shot: Shot, lamp: Lamp, k: Numbers) -> list[Image]:
    """The photograph; for dark skin a second one, one stop brighter and marked so.

    Args:
        scene: the patch and the person it stands for.
        shot: the photograph of its day.
        lamp: the light, for its arrow.
        k: the numbers; the step is ``exposure_step``.

    >>> from pinprick.appearance.colour import colour_table, typical
    >>> from pinprick.appearance.relief import patch, square
    >>> skin, colours = patch(square(2e-3, 40), 1, []), colour_table(typical(5))
    >>> scene, lamp, k = Scene("wrinkles", 5, "", "", skin, colours), raking(), numbers()
    >>> shot = scene.shot(State(30, 2, 2, 3))
    >>> fair = replace(scene, phototype=4)
    >>> len(exposures(fair, shot, lamp, k)), len(exposures(scene, shot, lamp, k))
    (1, 2)
    """
    pixel = shot.made.grid.pixel
    out = [stamped(shot.pixels(k=k), pixel, lamp)]
    if scene.dark:
        step = k.exposure_step
        out.append(stamped(shot.pixels(step, k), pixel, lamp, f"+{step:g} EV"))
    return out


def strip(
    rows: Sequence[tuple[Scene, Sequence[State]]],
    *,
    lamp: Lamp | None = None,
    k: Numbers | None = None,
    small: bool = False,
) -> Picture:
    """A film strip: one row a scene and one of untreated skin, one photograph a day.

    Light and exposure are the same in all of them.

    Args:
        rows: scenes, each with its states, one or more and the same days in every row.
        lamp: as in :func:`frame`.
        k: as in :func:`frame`.
        small: fewer colours, for a page that holds the picture.

    Raises:
        InputError: if there is no row, days differ, or only good responders are shown.

    >>> from pinprick.appearance.colour import colour_table, typical
    >>> from pinprick.appearance.relief import patch, square
    >>> skin, colours = patch(square(2e-3, 40), 1, []), colour_table(typical(3))
    >>> scene = Scene("wrinkles", 3, "typical responder", "50th percentile", skin, colours)
    >>> days = [State(1, 1, 1, 3, redness=4), State(30, 2, 2, 3, redness=1.5)]
    >>> one, two = strip([(scene, days[:1])]), strip([(scene, days)])
    >>> two.width - one.width >= 20, "day 30" in two.alt
    (True, True)
    """
    scenes = [scene for scene, _ in rows]
    _not_alone(scenes)
    _same_days([states for _, states in rows])
    k = k or numbers()
    lamp = lamp or raking(k)
    films = [_film(scene, states, lamp, k) for scene, states in rows]
    films.append(_untreated_film(*rows[0], lamp, k))
    page = _page([pair[0] for pair in films[0].photographs])
    for film in films:
        for n in range(len(film.photographs[0])):
            page.text(film.head + (f" +{k.exposure_step:g} EV" if n else ""), bold=True)
            page.mounted([pair[n] for pair in film.photographs])
        wide = film.photographs[0][0].width
        page.row([_caption(shot, wide) for shot in film.shots])
    last = rows[0][1][-1].day
    page.text(f"Profiles on day {last:g}", "small", bold=True)
    lines = [(scene.who, f.shots[-1]) for scene, f in zip(scenes, films, strict=False)]
    page.add(_profile([("untreated", films[-1].shots[-1]), *lines], page.inner))
    _close(page, scenes, lamp)
    words = [told(s, f.shots[-1].state, f.shots[-1]) for s, f in zip(scenes, films, strict=False)]
    facts = {**scenes[0].facts(), "Shown": "; ".join(film.head for film in films)}
    return picture(page.finish(), " ".join(words), facts, small=small)


@dataclass(frozen=True)
class _Film:
    """One row of a strip: its heading, and for each day the shot and its exposures."""

    head: str
    shots: list[Shot]
    photographs: list[list[Image]]


def _film(scene: Scene, states: Sequence[State], lamp: Lamp, k: Numbers) -> _Film:
    shots = [scene.shot(state, lamp, k) for state in states]
    head = f"{scene.title}. {scene.rank}".strip()
    return _Film(head, shots, [exposures(scene, shot, lamp, k) for shot in shots])


def _untreated_film(scene: Scene, states: Sequence[State], lamp: Lamp, k: Numbers) -> _Film:
    """Untreated skin stays as it is, so it is photographed once."""
    rest = [scene.resting(state) for state in states]
    shot = scene.shot(rest[0], lamp, k)
    shots = [replace(shot, state=state) for state in rest]
    head = f"{scene.title.partition(':')[0]}: untreated"
    return _Film(head, shots, [exposures(scene, shot, lamp, k)] * len(shots))


def sheet(
    scenes: Sequence[tuple[Scene, State]],
    *,
    lamp: Lamp | None = None,
    k: Numbers | None = None,
    small: bool = False,
) -> Picture:
    """Poor, typical and good responder side by side on one day, above the same skin untreated.

    Args:
        scenes: people, each with their state on that day.
        lamp: as in :func:`frame`.
        k: as in :func:`frame`.
        small: as in :func:`strip`.

    Raises:
        InputError: if there is nobody, or only good responders are shown.

    >>> from pinprick.appearance.colour import colour_table, typical
    >>> from pinprick.appearance.relief import patch, square
    >>> skin, colours = patch(square(2e-3, 40), 1, []), colour_table(typical(3))
    >>> poor = Scene("wrinkles", 3, "poor responder", "10th percentile", skin, colours)
    >>> good, state = replace(poor, who=GOOD, rank="90th percentile"), State(30, 2, 2, 3)
    >>> made = sheet([(poor, state), (good, replace(state, fill=0.2))])
    >>> "poor responder" in made.alt, GOOD in made.alt
    (True, True)
    """
    people = [scene for scene, _ in scenes]
    _not_alone(people)
    k = k or numbers()
    lamp = lamp or raking(k)
    shots = [scene.shot(state, lamp, k) for scene, state in scenes]
    first, state = scenes[0]
    rest = first.shot(first.resting(state), lamp, k)
    cells = [exposures(s, shot, lamp, k) for s, shot in zip(people, shots, strict=True)]
    page = _page([cell[0] for cell in cells])
    concern = first.title.partition(":")[0]
    names = ", ".join(s.who for s in people)
    page.text(f"{concern}: {names}", "title", bold=True)
    page.text(state.clocks(), bold=True)
    heads = [f"{s.who[0].upper()}{s.who[1:]}. {s.rank}" for s in people]
    wide = cells[0][0].width
    page.row([paragraph(head, wide, "small", bold=True) for head in heads])
    for n in range(len(cells[0])):
        page.mounted([cell[n] for cell in cells])
    page.row([paragraph(filled(shot), wide, "tiny", faint=True) for shot in shots])
    lines = [("untreated", rest), *((s.who, shot) for s, shot in zip(people, shots, strict=True))]
    bare = _bare(first, rest, lamp, k)
    room = page.inner - bare.width - layout("page").gap
    page.row([bare, _side(lines, sources(people), room, k)])
    page.text(first.foot(lamp), "tiny", faint=True)
    words = " ".join(told(s, at, shot) for (s, at), shot in zip(scenes, shots, strict=True))
    facts = {**first.facts(), "Day": f"{state.day:g}", "Shown": "; ".join(heads)}
    return picture(page.finish(), words, facts, small=small)


def _side(lines: Sequence[tuple[str, Shot]], texts: Sequence[str], width: int, k: Numbers) -> Image:
    """Profiles, changes and sources, beside the untreated skin."""
    page = Page(width)
    page.text("Profiles", "small", bold=True)
    page.add(_profile(lines, width, max(width // (2 * 2), layout("profile").height)))
    for who, shot in lines[1:]:
        page.text(f"{who}: {changes(shot, lines[0][1], k)}", "tiny")
    for text in texts:
        page.text(text, "tiny", faint=True)
    return page.finish()


def _bare(scene: Scene, rest: Shot, lamp: Lamp, k: Numbers) -> Image:
    """The untreated skin with its heading."""
    photographs = mount(exposures(scene, rest, lamp, k)[:1])
    page = Page(photographs.width)
    page.text("Untreated, the same skin on the same day", "small", bold=True)
    page.add(photographs)
    return page.finish()


def _caption(shot: Shot, width: int) -> Image:
    """The clocks and the fill beneath a photograph of a film."""
    page = Page(width)
    page.text(shot.state.clocks(), "tiny", bold=True)
    if shot.state.since is not None:
        page.text(filled(shot), "tiny", faint=True)
    return page.finish()


def _profile(lines: Sequence[tuple[str, Shot]], width: int, height: int | None = None) -> Image:
    made = lines[0][1].made
    drawn = [(name, section(made, shot.height)[0]) for name, shot in lines]
    way = section(made, lines[0][1].height)[1]
    return profile(drawn, made.grid.pixel, width, height, way)


def _page(photographs: Sequence[Image]) -> Page:
    size = layout("page")
    width = beside(photographs, size.gap).width + 2 * size.margin
    return Page(width, size.margin)


def _close(page: Page, scenes: Sequence[Scene], lamp: Lamp) -> None:
    for text in sources(scenes):
        page.text(text, "tiny", faint=True)
    page.text(scenes[0].foot(lamp), "tiny", faint=True)


def _not_alone(scenes: Sequence[Scene]) -> None:
    if all(scene.who == GOOD for scene in scenes):
        allowed = "the good responder beside the poor and the typical one, as on the sheet"
        raise InputError([Fault("picture", "a good responder alone", allowed)])


def _same_days(rows: Sequence[Sequence[State]]) -> None:
    days = {tuple(state.day for state in states) for states in rows}
    if len(days) != 1 or () in days:
        found = " and ".join(", ".join(f"{day:g}" for day in each) or "none" for each in days)
        raise InputError([Fault("days", found, "one or more, the same in every row")])
