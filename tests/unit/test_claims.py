"""The register of popular claims: complete, cited, worded with care, and each one handled."""

from __future__ import annotations

import importlib
import importlib.util
import re
import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pinprick import devices
from pinprick.cli.verbs import app
from pinprick.evidence import listing, registry
from pinprick.evidence.claims import (
    VERDICTS,
    Claim,
    any_case,
    claim,
    claims,
    for_case,
    questions,
    sentences,
    words,
)
from pinprick.exports.reports import claims as claims_part
from pinprick.faults import InputError

EXAMPLES = Path(__file__).parents[2] / "examples"
# How many claims were read in each article, and how many set articles against each other.
NUMBERED = {"C000": 34, "C001": 28, "C002": 36, "C003": 19, "C004": 47, "CX": 17}
COUNTS = {"supported": 77, "partly": 75, "contradicted": 16, "unclear": 13}
ALL = list(claims().values())


def data(room: str, name: str) -> dict[str, Any]:
    """A data file of the package; empty where it is not there."""
    path = files(f"pinprick.{room}").joinpath(name)
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


# ---- the register ----


def test_every_claim_is_there_once() -> None:
    wanted = [f"{a}-{n:02d}" for a, last in NUMBERED.items() for n in range(1, last + 1)]
    assert len(wanted) == 181
    assert sorted(claims()) == sorted(wanted)
    assert all(name == found.id for name, found in claims().items())


def test_the_verdicts_are_those_that_were_given() -> None:
    assert Counter(found.verdict for found in ALL) == COUNTS
    assert set(COUNTS) == set(VERDICTS)


def test_every_row_is_a_fact() -> None:
    rows = {row for found in ALL for row in found.rows}
    assert rows - set(registry().facts) == set()


def test_a_claim_without_rows_says_so_or_was_only_recalled() -> None:
    bare = [found.id for found in ALL if not found.rows and found.status == "read"]
    said = ("no trial", "nothing", "no row", "none", "punctures", "read in", "embedded")
    assert [name for name in bare if not any(word in claim(name).words for word in said)] == []


def test_what_repeats_a_claim_answers_the_same() -> None:
    for found in ALL:
        if found.like:
            assert found.topic == claim(found.like).topic, found.id
            assert claim(found.like).id != found.id


def test_an_unknown_claim_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"did you mean C000-[02]6"):
        claim("C000-6")


# ---- what is done about each ----

REFERENCE = re.compile(
    r"safety rule R\d\d|not_forecast '[^']+'|(?:parameter|task|device) [\w.-]+|[a-z_]+(?:\.\w+)+"
)


def missing(reference: str) -> bool:
    """Whether what a claim refers to is nowhere in the program."""
    kind, _, name = reference.partition(" ")
    if kind == "safety":
        rules = data("safety", "rules.toml")
        return not any(re.fullmatch(f"{name.removeprefix('rule ')}[a-z]?", rule) for rule in rules)
    if kind == "not_forecast":
        groups = data("evidence", "not_forecast.toml").values()
        return not any(name.strip("'") in group for group in groups)
    if kind == "parameter":
        return name not in registry().parameters
    if kind == "device":
        return name not in devices.catalogue()
    if kind == "task":
        return name not in {task["id"] for task in data("safety", "tasks.toml").get("task", ())}
    return not resolves(reference)


def resolves(path: str) -> bool:
    """Whether ``path`` names a module of the package, or something in one."""
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        name = ".".join(["pinprick", *parts[:end]])
        try:
            spec = importlib.util.find_spec(name)
        except ModuleNotFoundError:
            continue
        if spec is not None:
            found: Any = importlib.import_module(name)
            for part in parts[end:]:
                if not hasattr(found, part):
                    return False
                found = getattr(found, part)
            return True
    return False


def texts() -> set[str]:
    """Ids of the sentences that a claim may point to: its own file's, and those of the sheets."""
    found = set(sentences())
    for name, body in data("safety", "texts.toml").items():
        found |= {name} if "text" in body else {f"{name}.{inner}" for inner in body}
    return found


def unhandled(found: Claim) -> list[str]:
    kind, _, rest = found.handled.partition(": ")
    if kind == "text":
        return [] if rest in texts() else [f"no sentence {rest}"]
    if kind == "not in scope":
        return [] if len(rest.split()) > 3 else ["no reason"]
    if kind != "behaviour":
        return [f"handled by {kind}"]
    names, _, does = rest.partition(": ")
    said = names.split(", ")
    wrong = [name for name in said if not REFERENCE.fullmatch(name) or missing(name)]
    return wrong + ([] if len(does.split()) > 3 else ["does not say what it does"])


@pytest.mark.parametrize("found", ALL, ids=lambda found: str(found.id))
def test_every_claim_is_handled(found: Claim) -> None:
    assert unhandled(found) == []


@pytest.mark.parametrize(
    "reference",
    [
        "safety rule R99",
        "not_forecast 'moon spots'",
        "parameter needling.none",
        "device pen-99",
        "task sleep",
        "needling.pattern.none",
        "needling.none",
    ],
)
def test_a_reference_to_nothing_is_noticed(reference: str) -> None:
    assert missing(reference)


def test_every_sentence_answers_some_claim() -> None:
    used = {found.handled.partition(": ")[2] for found in ALL}
    assert set(sentences()) - used == set()


# ---- wording ----

GIVE_UP = re.compile(
    r"\b(stop|stops|stopped|stopping|discontinue|quit|halt|come off|leave off|give up|skip)\b", re.I
)
MEDICINE = re.compile(
    r"aspirin|anticoag|blood thinner|isotretinoin|retinoid|tretinoin|benzoyl|medicine|drug|tablet"
    r"|prescri",
    re.I,
)


def written() -> list[str]:
    parts = [(f.claim, f.words, f.says, f.handled, f.note) for f in ALL]
    return [text for part in parts for text in part] + list(sentences().values())


def test_nobody_is_told_to_give_up_a_prescribed_medicine() -> None:
    assert [text for text in written() if GIVE_UP.search(text) and MEDICINE.search(text)] == []
    assert GIVE_UP.search("Stop aspirin a week before") and MEDICINE.search("Stop aspirin")


def test_where_a_medicine_may_be_prescribed_the_prescriber_is_named() -> None:
    for name in ("C000-23", "C000-24", "C000-25", "C003-18", "C004-35"):
        assert re.search("prescri", claim(name).says), name


def test_no_rate_is_printed_that_nobody_counted() -> None:
    """The pooled 3.1 %, the guessed 5 % of flares, 3 % of bruises, 2 % of herpes, 0.02 %."""
    never = re.compile(r"\b(?:3\.1|0\.02|7/225) ?%|\b(?:acne|flare)\w* 5 %|bruis\w* 3 %", re.I)
    assert [f.id for f in ALL if never.search(f.says + f.words)] == []
    assert [f.id for f in ALL if {"safety:SAF214", "safety:SAF215"} & set(f.rows)] == []
    for found in ALL:
        if "safety:SAF209" in found.rows:
            assert "rate unknown" in found.says, found.id


def test_nothing_is_called_safe_without_a_count() -> None:
    for found in ALL:
        if re.search(r"\bserious event\b", found.says):
            assert re.search(r"\d", found.says), found.id
    assert not [text for text in written() if re.search(r"\b(perfectly|completely) safe", text)]


def test_sentences_are_sentences() -> None:
    for text in [*(f.says for f in ALL), *(f.claim for f in ALL), *sentences().values()]:
        assert text[0].isupper() or text[0].isdigit(), text
        assert text.endswith("."), text
        assert len(text) < 260, text


def test_no_study_that_is_held_back_is_cited() -> None:
    held = re.compile(
        r"Afra|Osman|Rana 2017|Ablon|Saleh|Patil 2016|jbsaps|Ibrahim MK|Sohag|SkinStylus|Svenning"
        r"|Park 2012|Khater|Ismail 2019|Markantoni|Fabbrocini 2011|PMC7759059|Navyadevi|PMC9110589"
        r"|Suh 2021|Nilforoushzadeh"
    )
    rows = {row for found in ALL for row in found.rows}
    assert [row for row in sorted(rows) if held.search(registry().facts[row].source)] == []


# ---- which claims touch a case ----


def test_claims_touch_by_their_tags() -> None:
    assert for_case(frozenset()) == ()
    assert {f.id for f in for_case({"isotretinoin"})} == {"C000-24", "C000-26"}
    first = for_case({"cold sores", *any_case()})[0]
    assert first.id == "C002-15"


def test_every_tag_can_arise_from_a_case() -> None:
    from pinprick.people.person import BODY_SITES, CONCERNS

    arises = {*any_case(), *CONCERNS, *BODY_SITES, *devices.catalogue(), *words(), *questions()}
    arises |= {device.kind for device in devices.catalogue().values()} | {"radiofrequency"}
    arises |= {"numbing", "no numbing", "products", "home device", "words"}
    arises |= {"phototype I-III", "phototype IV-VI"}
    assert {tag for found in ALL for tag in found.touches} - arises == set()


def test_the_questions_exist() -> None:
    asked = data("safety", "questions.toml")
    assert asked
    assert {name for names in questions().values() for name in names} - set(asked) == set()


def case(**changes: Any) -> dict[str, Any]:
    needle = {"device": "pen", "zones": [{"body_site": "cheek"}], "glide_product": "not reported"}
    return {
        "operator": "nurse",
        "person": {"phototype": "II", "medicines": []},
        "concerns": [{"type": "acne scars"}],
        "course": {"steps": [{"needle": needle}]},
        **changes,
    }


def test_tags_follow_the_case() -> None:
    plain = claims_part.tags(case())
    assert {"acne scars", "pen", "cheek", "no numbing", "phototype I-III"} <= plain
    assert not {"products", "home device", "cold sores", "phototype IV-VI"} & plain
    more = claims_part.tags(
        case(
            operator="self",
            person={
                "phototype": "VI",
                "medicines": ["Roaccutane 20 mg"],
                "history": ["no rosacea", "fever blisters twice a year"],
            },
            course={
                "steps": [{"numb": {"product": "x"}}, {"apply": {"product": "Vitamin C serum"}}]
            },
        )
    )
    assert {"home device", "isotretinoin", "cold sores", "phototype IV-VI", "numbing"} <= more
    assert {"products", "serum"} <= more
    assert not {"rosacea", "no numbing", "phototype I-III"} & more


def test_answers_of_the_screening_give_tags() -> None:
    answers = {"cold_sore_history": "yes", "isotretinoin": {"last_dose": "2026-01-05"}}
    silent = {"keloid": "no", "rosacea": "not reported", "active_acne": False}
    found = claims_part.tags(case(answers={**answers, **silent}))
    assert {"cold sores", "isotretinoin"} <= found
    assert not {"keloid", "rosacea", "acne"} & found


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: str(path.stem))
def test_the_section_of_an_example_is_short_and_begins_with_what_does_not_hold(path: Path) -> None:
    from pinprick.case import Case

    tags = claims_part.tags(Case.load(path).model_dump(mode="json"))
    some, more = claims_part.shown(tags)
    assert 0 < len(some) <= claims_part.MOST
    assert more > 0
    order = [VERDICTS.index(found.verdict) for found in some]
    assert order == sorted(order)
    assert max(Counter(found.topic for found in some).values()) <= claims_part.MOST_OF_A_TOPIC
    assert len({found.says for found in some}) == len(some)
    concerns = {concern.type for concern in Case.load(path).concerns}
    assert concerns <= {tag for found in some for tag in found.touches}


def test_the_section_holds_what_it_shows() -> None:
    html = claims_part.part(case()).replace("\u00a0", " ")
    some, more = claims_part.shown(claims_part.tags(case()))
    for found in some:
        assert found.says.split("'")[0].split("&")[0] in html
    assert f"{more} more claims" in html
    assert 'id="claims"' in html


# ---- listing ----


def test_claims_are_listed_by_id_topic_and_word() -> None:
    columns, rows = listing.claims(registry())
    assert len(rows) == 181
    assert all(len(row) == len(columns) for row in rows)
    assert [row[0] for row in listing.claims(registry(), "c000-06")[1]] == ["C000-06"]
    assert {row[-1] for row in listing.claims(registry(), "stretch marks")[1]} >= {"stretch marks"}
    with pytest.raises(InputError):
        listing.claims(registry(), "zzzzzz")


def test_the_command_prints_a_claim() -> None:
    done = CliRunner().invoke(app, ["evidence", "claims", "C004-33"])
    assert done.exit_code == 0
    assert "Pinpoint bleeding is expected" in done.stdout
