"""Harms in words: natural frequencies, what was seen, and what is not ruled out.

The sentences stand in ``texts.toml``; this fills their blanks. All that is said of one case is said
out of the same number of people, as its circles are drawn; a count of none is never said as a rate
of none, and never without its people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import floor, log10
from typing import Any

import numpy as np

from pinprick import units
from pinprick.safety.bounds import LEFT, exact, zero_bound
from pinprick.safety.harms import Seen, Statement
from pinprick.safety.texts import Texts, Words, texts, title

HUNDRED, THOUSAND = round(1 / units.PERCENT), round(1 / units.MILLI)
UNTESTED = "These hours are set on two statements and not tested."
_ELSEWHERE = {
    "other device": "another device",
    "other site": "another part of the body",
    "other device and site": "another device and part of the body",
}
_DRAWN = {"rate": "filled", "bound": "hollow", "unknown": "hatched"}


def words(statement: Statement, said: Texts | None = None) -> Words:
    """The entry of the texts that this statement takes.

    >>> from pinprick.case import Case, example
    >>> from pinprick.safety.harms import statements
    >>> found = statements(Case.loads(example("home-roller")))
    >>> [words(each).key for each in found if each.harm.id == "lasting"]
    ['risk.lasting_unknown']
    """
    harm, known = statement.harm, texts() if said is None else said
    changed = "" if statement.kind == harm.kind else f"_{statement.kind}"
    return known[f"risk.{harm.id}{changed}"]


def per_of(found: Iterable[Statement]) -> int:
    """Out of how many all harms of a case are told: 1,000 where a rate is below 1 of 100.

    A bound does not decide: what is below 1 of 100 is said as one in so many.

    >>> from pinprick.case import Case, example
    >>> from pinprick.safety.harms import statements
    >>> case = Case.loads(example("acne-scars"))
    >>> per_of(statements(case)), per_of(statements(case.with_(phototype=1, sessions=1)))
    (100, 1000)
    """
    rates = [float(each.draws.mean()) for each in found if each.draws is not None]
    return THOUSAND if min(rates, default=1.0) < units.PERCENT else HUNDRED


def told_out_of(rows: Iterable[Mapping[str, Any]]) -> int:
    """Out of how many the side effects of a record are told; 100 where none has a number.

    >>> told_out_of([{"icons": {"of": None}}, {"icons": {"of": 1000}}])
    1000
    """
    return next((row["icons"]["of"] for row in rows if row["icons"]["of"]), HUNDRED)


def say(
    statement: Statement, redness: str, *, per: int, forecast: bool, said: Texts | None = None
) -> str:
    """What is told of a harm, as plain sentences.

    Args:
        statement: of the harm.
        redness: how long redness shows, in words.
        per: out of how many people it is told.
        forecast: whether those words come from a forecast, which nothing tests.
        said: the words; ours if left out.

    >>> from pinprick.case import Case, example
    >>> from pinprick.safety.harms import statements
    >>> found = statements(Case.loads(example("acne-scars")))
    >>> (serious,) = (each for each in found if each.harm.id == "serious")
    >>> print(say(serious, "", per=100, forecast=False))
    None was reported in 1,845 people of 58 scar studies. Up to 1 in 600 cannot be ruled out if all
    of them were asked, and up to 1 in 200 if only a third were.
    """
    filled = {"redness": redness, "untested": UNTESTED if forecast else ""}
    filled |= {"seen": counts(statement.seen), "own": own(statement, per)}
    filled |= {"chance": chance(statement, per), "elsewhere": elsewhere(statement)}
    filled |= {"bound": "", "bound_if_few": "", "people": "", "highest": ""}
    if statement.bounds:
        filled["bound"] = left_open(statement.bounds[0], per)
        filled["bound_if_few"] = left_open(statement.bounds[-1], per)
    if statement.seen:
        filled["people"] = f"{sum(each.people[0] for each in statement.seen):,}"
    if statement.harm.highest:
        filled["highest"] = out_of(statement.harm.highest.percent * units.PERCENT, per)
    filled["none_beside"] = _none_of(statement.beside, per)
    return " ".join(words(statement, said).said(**filled).split())


def sources(statement: Statement, said: Texts | None = None) -> tuple[str, ...]:
    """Rows behind what is told: those that were counted, else those of the words.

    >>> from pinprick.case import Case, example
    >>> from pinprick.safety.harms import statements
    >>> found = statements(Case.loads(example("acne-scars")))
    >>> [sources(each) for each in found if each.harm.id == "lasting"]
    [('safety:SAF045',)]
    """
    spoken = words(statement, said)
    if spoken.own or statement.kind not in ("rate", "bound"):
        return spoken.rows
    return tuple(sorted({each.rows[0] for each in statement.seen}))


def chance(statement: Statement, per: int) -> str:
    """A rate as people out of ``per``, with the range of clinics; nothing where there is none."""
    if statement.draws is None:
        return ""
    mean, low, high = summary(statement.draws)
    known = statement.phototype is not None and statement.harm.model == "pih"
    who = f"people with skin type {statement.phototype}" if known else "people"
    ends = f"{whole(low, per)} to {whole(high, per)}"
    type_ = ""
    if statement.harm.model == "pih" and not known:
        type_ = " and on the skin type, which is not reported"
    return f"About {out_of(mean, per)} {who} ({ends}, depending on the clinic{type_})."


def counts(seen: Sequence[Seen]) -> str:
    """Counts side by side, never added up: events, people, types and visits.

    >>> from pinprick.safety.harms import harms
    >>> counts(harms()["tram_tracks"].seen)
    '2 of 30 to 36 (types IV-V, 5 visits)'
    """
    said = [_count(each) for each in seen]
    return (
        said[0] if len(said) == 1 else ", ".join(said[:-1]) + (" and " + said[-1] if said else "")
    )


def own(statement: Statement, per: int) -> str:
    """How many people of the same skin type stand behind a rate, in a sentence.

    >>> from pinprick.case import Case, example
    >>> from pinprick.safety.harms import statements
    >>> dark = statements(Case.loads(example("rf-laxity")).with_(phototype=6))
    >>> [own(each, 100) for each in dark if each.harm.model == "pih"]
    ['Whether anyone of your skin type was among them is not said.']
    """
    if statement.phototype is None:
        return ""
    if statement.people_like_this is None:
        if any(statement.phototype in each.mix for each in statement.seen if each.says_types):
            return "People of your skin type were seen in mixed groups only."
        return "Whether anyone of your skin type was among them is not said."
    there = [each for each in statement.seen if statement.phototype in each.own]
    about = "about " if any("own" in each.assumed for each in there) else ""
    people = statement.people_like_this
    seen = f"Of your skin type alone {about}{people} people were seen"
    if any(each.events for each in there):
        return f"{seen}."
    open_ = left_open(zero_bound(people), per)
    return f"{seen}, none of them with it; that alone leaves up to {open_} open."


def elsewhere(statement: Statement) -> str:
    """That the counts come from another device or site, in a sentence; nothing where they do not.

    >>> from pinprick.case import Case, example
    >>> from pinprick.safety.harms import statements
    >>> found = statements(Case.loads(example("skinpen-neck")))
    >>> [elsewhere(each) for each in found if each.harm.id == "lasting"]
    ['That was on another part of the body; what that changes was not measured.']
    """
    other = _ELSEWHERE.get(statement.transfer or "")
    return f"That was on {other}; what that changes was not measured." if other else ""


def worst(statement: Statement, per: int) -> str | None:
    """The worst plausible case of a rate, with what a picture of it would have to assume."""
    if statement.draws is None:
        return None
    _, _, high = summary(statement.draws)
    people = statement.people_like_this
    rests = f"{people} people of this skin type" if people else "no group of this skin type alone"
    text = f"Worst plausible: {out_of(high, per)}, in a clinic worse than 19 of 20"
    if statement.harm.model != "pih":
        return f"{text}."
    return (
        f"{text}; it rests on {rests}. How dark, how large and how lasting a patch is was "
        "never measured, so any picture of it is drawn, not forecast."
    )


def shown(statement: Statement, per: int) -> dict[str, Any]:
    """Icons of an array: how many of ``per``, and how they are drawn.

    A rate is filled, a bound hollow (one icon at least), an unknown a hatched row; nothing is left
    out.
    """
    made: dict[str, Any] = {"drawn": _DRAWN.get(statement.kind), "of": None}
    made |= {"count": None, "low": None, "high": None}
    if statement.draws is not None:
        ends = (round(each * per) for each in summary(statement.draws))
        made |= {"of": per, **dict(zip(("count", "low", "high"), ends, strict=True))}
    elif statement.bounds:
        made |= {"of": per, "count": 0, "low": 0, "high": max(round(statement.bounds[0] * per), 1)}
    return made


def summary(draws: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, float, float]:
    """Mean, 5 % and 95 % of the draws of a rate."""
    low, high = np.quantile(draws, [LEFT, 1 - LEFT])
    return float(draws.mean()), float(low), float(high)


def whole(share: float, per: int) -> str:
    """A share as whole people; what rounds to nobody is *fewer than 1*.

    >>> whole(0.046, 100), whole(0.002, 100)
    ('5', 'fewer than 1')
    """
    return f"{round(share * per):,}" if round(share * per) else "fewer than 1"


def out_of(share: float, per: int) -> str:
    """A share as whole people out of so many.

    >>> out_of(0.046, 100), out_of(0.002, 1000)
    ('5 of 100', '2 of 1,000')
    """
    return f"{whole(share, per)} of {per:,}"


def left_open(bound: float, per: int) -> str:
    """What is not ruled out: people out of ``per``, or one in so many where that is less than one.

    >>> left_open(0.0705, 100), left_open(1 / 616, 100), left_open(1 / 616, 1000)
    ('7 of 100', '1 in 600', '2 of 1,000')
    """
    if bound * per >= 1:
        return out_of(bound, per)
    step = 10 ** floor(log10(1 / bound))
    return f"1 in {round(1 / bound / step) * step:,}"


def beside(seen: Seen, per: int) -> str:
    """A count of another procedure, in words, with what it leaves open by itself.

    Nothing is said to be left open of counted sessions: those of one person are alike.

    >>> from pinprick.safety.harms import harms
    >>> beside(harms()["dark_patches"].beside[-1], 100)
    'Fractional CO2 laser: 9 of 30 people (4 visits), which leaves 17 to 47 of 100.'
    """
    start = f"{title(seen.procedure or 'needling')}: "
    if seen.per == "person_session":
        return f"{start}{_count(seen, 'sessions')}."
    if not seen.events:
        bound = left_open(zero_bound(seen.people[0]), per)
        return f"{start}{_count(seen, 'people')}; up to {bound} not ruled out."
    low, high = exact(seen.events, seen.people[0])
    ends = f"{whole(low, per)} to {out_of(high, per)}"
    return f"{start}{_count(seen, 'people')}, which leaves {ends}."


def _none_of(seen: Sequence[Seen], per: int) -> str:
    """Counts of none side by side, each with what it leaves open by itself."""
    return " and ".join(
        f"{_count(each)} (up to {left_open(zero_bound(each.people[0]), per)} not ruled out)"
        for each in seen
        if not each.events and each.per == "person_course"
    )


def _count(seen: Seen, what: str = "") -> str:
    about = "about " if "people" in seen.assumed else ""
    people = " to ".join(f"{n:,}" for n in dict.fromkeys(seen.people))
    types = "types" if "-" in seen.phototype else "type"
    noted = [f"{types} {seen.phototype}"] if seen.says_types else []
    if seen.sessions and "sessions" not in seen.assumed:
        noted.append("1 visit" if seen.sessions == 1 else f"{seen.sessions} visits")
    if seen.told != "all":
        noted.append("only serious harm was told")
    inside = f" ({', '.join(noted)})" if noted else ""
    return f"{seen.events} of {about}{people}{f' {what}' if what else ''}{inside}"
