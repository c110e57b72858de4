"""Harms in words: natural frequencies, what was seen, and what is not ruled out.

The sentences stand in ``texts.toml``; this fills their blanks. A mean is said out of 100, below 1 %
out of 1,000; a count of none is never said as a rate of none, and never without its people.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Any

import numpy as np

from pinprick import units
from pinprick.safety.bounds import LEFT, exact, zero_bound
from pinprick.safety.harms import Seen, Statement
from pinprick.safety.texts import Texts, Words, texts

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

    >>> from pinprick.case.model import Case, example
    >>> from pinprick.safety.harms import statements
    >>> found = statements(Case.loads(example("home-roller")))
    >>> [words(each).key for each in found if each.harm.id == "lasting"]
    ['risk.lasting_unknown']
    """
    harm, known = statement.harm, texts() if said is None else said
    changed = "" if statement.kind == harm.kind else f"_{statement.kind}"
    return known[f"risk.{harm.id}{changed}"]


def say(statement: Statement, redness: str, *, forecast: bool, said: Texts | None = None) -> str:
    """What is told of a harm, as plain sentences.

    Args:
        statement: of the harm.
        redness: how long redness shows, in words.
        forecast: whether those words come from a forecast, which nothing tests.
        said: the words; ours if left out.

    >>> from pinprick.case.model import Case, example
    >>> from pinprick.safety.harms import statements
    >>> found = statements(Case.loads(example("acne-scars")))
    >>> (serious,) = (each for each in found if each.harm.id == "serious")
    >>> print(say(serious, "", forecast=False))
    None was reported in 1,845 people of 58 scar studies. Up to 1 in 600 is not ruled out if all of
    them were asked, and 1 in 200 if only a third were.
    """
    filled = {"redness": redness, "untested": UNTESTED if forecast else ""}
    filled |= {"seen": counts(statement.seen), "own": own(statement)}
    filled["elsewhere"] = elsewhere(statement)
    filled |= {"chance": "", "bound": "", "bound_if_few": "", "people": "", "highest": ""}
    if statement.draws is not None:
        filled["chance"] = chance(statement)
    if statement.bounds:
        filled["bound"] = left_open(statement.bounds[0])
        filled["bound_if_few"] = left_open(statement.bounds[-1])
    if statement.seen:
        filled["people"] = f"{sum(each.people[0] for each in statement.seen):,}"
    if statement.harm.highest:
        filled["highest"] = f"{statement.harm.highest.percent:g} of {HUNDRED}"
    return " ".join(words(statement, said).said(**filled).split())


def sources(statement: Statement, said: Texts | None = None) -> tuple[str, ...]:
    """Rows behind what is told: those that were counted, else those of the words.

    >>> from pinprick.case.model import Case, example
    >>> from pinprick.safety.harms import statements
    >>> found = statements(Case.loads(example("acne-scars")))
    >>> [sources(each) for each in found if each.harm.id == "lasting"]
    [('safety:SAF045',)]
    """
    spoken = words(statement, said)
    if spoken.own or statement.kind not in ("rate", "bound"):
        return spoken.rows
    return tuple(sorted({each.rows[0] for each in statement.seen}))


def chance(statement: Statement) -> str:
    """A rate as people of a hundred, with the range of clinics; nothing where there is no rate."""
    if statement.draws is None:
        return ""
    mean, low, high = summary(statement.draws)
    per = out_of(mean)
    known = statement.phototype is not None and statement.harm.model == "pih"
    who = f"people with skin type {statement.phototype}" if known else "people"
    ends = f"{whole(low, per)} to {whole(high, per)}"
    type_ = ""
    if statement.harm.model == "pih" and not known:
        type_ = " and on the skin type, which is not reported"
    return f"About {whole(mean, per)} of {per:,} {who} ({ends}, depending on the clinic{type_})."


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


def own(statement: Statement) -> str:
    """How many people of the same skin type stand behind a rate, in a sentence."""
    if statement.phototype is None:
        return ""
    if statement.people_like_this is None:
        return "People of your skin type were seen in mixed groups only."
    there = [each for each in statement.seen if statement.phototype in each.own]
    about = "about " if any("own" in each.assumed for each in there) else ""
    people = statement.people_like_this
    seen = f"Of your skin type alone {about}{people} people were seen"
    if any(each.events for each in there):
        return f"{seen}."
    open_ = left_open(zero_bound(people))
    return f"{seen}, none of them with it; that alone leaves up to {open_} open."


def elsewhere(statement: Statement) -> str:
    """That the counts come from another device or site, in a sentence; nothing where they do not.

    >>> from pinprick.case.model import Case, example
    >>> from pinprick.safety.harms import statements
    >>> found = statements(Case.loads(example("skinpen-neck")))
    >>> [elsewhere(each) for each in found if each.harm.id == "lasting"]
    ['That was on another part of the body; what that changes was not measured.']
    """
    other = _ELSEWHERE.get(statement.transfer or "")
    return f"That was on {other}; what that changes was not measured." if other else ""


def worst(statement: Statement) -> str | None:
    """The worst plausible case of a rate, with what a picture of it would have to assume."""
    if statement.draws is None:
        return None
    mean, _, high = summary(statement.draws)
    per = out_of(mean)
    people = statement.people_like_this
    rests = f"{people} people of this skin type" if people else "no group of this skin type alone"
    text = f"Worst plausible: {whole(high, per)} of {per:,}, in a clinic worse than 19 of 20"
    if statement.harm.model != "pih":
        return f"{text}."
    return (
        f"{text}; it rests on {rests}. How dark, how large and how lasting a patch is was "
        "never measured: a picture of it is drawn, not forecast."
    )


def shown(statement: Statement) -> dict[str, Any]:
    """Icons of an array: how many of a hundred or thousand, and how they are drawn.

    A rate is filled, a bound hollow, an unknown a hatched row; nothing is left out.
    """
    drawn = _DRAWN.get(statement.kind)
    if statement.draws is not None:
        mean, low, high = summary(statement.draws)
        per = out_of(mean)
        ends = {"count": round(mean * per), "low": round(low * per), "high": round(high * per)}
        return {"drawn": drawn, "of": per, **ends}
    if statement.bounds:
        bound = statement.bounds[0]
        per = out_of(bound)
        return {"drawn": drawn, "of": per, "count": 0, "low": 0, "high": round(bound * per)}
    return {"drawn": drawn, "of": None, "count": None, "low": None, "high": None}


def summary(draws: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, float, float]:
    """Mean, 5 % and 95 % of the draws of a rate."""
    low, high = np.quantile(draws, [LEFT, 1 - LEFT])
    return float(draws.mean()), float(low), float(high)


def out_of(share: float) -> int:
    """Out of how many a share is said: 100 from 1 % on, 1,000 below.

    >>> out_of(0.046), out_of(0.004)
    (100, 1000)
    """
    return HUNDRED if share >= units.PERCENT else THOUSAND


def whole(share: float, per: int) -> str:
    """A share as whole people; what rounds to nobody is *fewer than 1*.

    >>> whole(0.046, 100), whole(0.002, 100)
    ('5', 'fewer than 1')
    """
    return f"{round(share * per):,}" if round(share * per) else "fewer than 1"


def left_open(bound: float) -> str:
    """What is not ruled out: of a hundred, or one in so many where that is less than 1 %.

    >>> left_open(0.0705), left_open(1 / 616), left_open(1 / 206)
    ('7 of 100', '1 in 600', '1 in 200')
    """
    if bound >= units.PERCENT:
        return f"{whole(bound, HUNDRED)} of {HUNDRED}"
    step = 10 ** floor(log10(1 / bound))
    return f"1 in {round(1 / bound / step) * step:,}"


def beside(seen: Seen) -> str:
    """A count of another procedure, in words, with what it leaves open by itself.

    Nothing is said to be left open of counted sessions: those of one person are alike.

    >>> from pinprick.safety.harms import harms
    >>> beside(harms()["dark_patches"].beside[-1])
    'Fractional CO2 laser: 9 of 30 people (types III-V, 4 visits), which leaves 17 to 47 of 100.'
    """
    name = seen.procedure or "needling"
    start = f"{name[:1].upper()}{name[1:]}: "
    if seen.per == "person_session":
        return f"{start}{_count(seen, 'sessions')}."
    if not seen.events:
        bound = left_open(zero_bound(seen.people[0]))
        return f"{start}{_count(seen, 'people')}; up to {bound} not ruled out."
    low, high = (whole(end, HUNDRED) for end in exact(seen.events, seen.people[0]))
    return f"{start}{_count(seen, 'people')}, which leaves {low} to {high} of {HUNDRED}."


def _count(seen: Seen, what: str = "") -> str:
    about = "about " if "people" in seen.assumed else ""
    people = " to ".join(f"{n:,}" for n in dict.fromkeys(seen.people))
    types = "types" if "-" in seen.phototype else "type"
    noted = [] if seen.phototype == "not said" else [f"{types} {seen.phototype}"]
    if seen.sessions and "sessions" not in seen.assumed:
        noted.append("1 visit" if seen.sessions == 1 else f"{seen.sessions} visits")
    if seen.told != "all":
        noted.append("only serious harm was told")
    inside = f" ({', '.join(noted)})" if noted else ""
    return f"{seen.events} of {about}{people}{f' {what}' if what else ''}{inside}"
