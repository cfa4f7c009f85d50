"""Rows of the decision table about enrolled invented figures."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.ids import derived_id
from fingerprint.models import Modality
from licensing.known import Known, UnknownPolicy
from registry.models.characters import Character, CharacterState, Doubt, Invented
from registry.models.evidence import UnknownPerson
from registry.models.works import (
    Declaration,
    DeclaredExtras,
    DeclaredFigure,
    DeclaredUse,
    KindOfUse,
)
from tests.unit.licensing.decision_rows import MATCH_ID
from tests.unit.licensing.examples import ANNA, declaration, licence, stranger, use

Row = tuple[str, str, dict[str, Any]]
CLEARED, REFUSED, REVIEW, UNKNOWN = "CLEARED", "REFUSED", "REVIEW", "UNKNOWN PERSON"
ORACLE = derived_id("chr", "the oracle")
ENDS = (CharacterState.REFUSED, CharacterState.ENDED, CharacterState.WITHDRAWN)


def figure(
    state: CharacterState = CharacterState.ACTIVE,
    doubt: Doubt = Doubt.NONE,
    *,
    frozen: bool = False,
    by_person: bool = False,
) -> Invented:
    """The studio's oracle, found or named in a cut."""
    character = Character(
        id=ORACLE,
        tenant_id="ten_studio",
        name="The Oracle",
        state=state,
        statement_sha256="0" * 64,
        stated_by="per_ada",
        parts=(Modality.VOICE,),
        notice_until=None,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        ended_at=None,
        frozen=frozen,
    )
    return Invented(character, doubt, by_person)


def seen(invented: Invented, **changes: Any) -> UnknownPerson:
    """Somebody whom no print of a person explains, and who is the oracle."""
    return replace(stranger(), invented=invented, **changes)


def invented_to_dict(invented: Invented) -> dict[str, Any]:
    """What of a figure a row of the table says."""
    return {
        "state": invented.character.state.value,
        "doubt": invented.doubt.value,
        "frozen": invented.character.frozen,
        "by_person": invented.by_person,
    }


def invented_from_dict(data: dict[str, Any]) -> Invented:
    """Inverse of `invented_to_dict`."""
    return figure(
        CharacterState(data["state"]),
        Doubt(data["doubt"]),
        frozen=data["frozen"],
        by_person=data["by_person"],
    )


def figure_rows() -> Iterator[Row]:
    """(name, verdict, facts and what is expected of them) of every row."""
    yield from alone()
    yield from beside_other_words()
    yield from beside_people()
    yield from declared()


def alone() -> Iterator[Row]:
    over = [
        (f"figure-{state.lower()}", figure(state), UNKNOWN, ["unknown-person", "figure-over"])
        for state in ENDS
    ]
    for name, invented, verdict, codes in (
        ("figure-found", figure(), CLEARED, ["figure-invented"]),
        ("figure-named-by-a-person", figure(by_person=True), CLEARED, ["figure-invented"]),
        (
            "figure-weakly-found",
            figure(doubt=Doubt.WEAK),
            UNKNOWN,
            ["unknown-person", "figure-likely"],
        ),
        ("figure-collides", figure(doubt=Doubt.COLLIDES), REVIEW, ["figure-collides"]),
        ("figure-disputed", figure(frozen=True), REVIEW, ["figure-disputed"]),
        (
            "figure-disputed-though-named",
            figure(frozen=True, by_person=True),
            REVIEW,
            ["figure-disputed"],
        ),
        (
            "figure-in-its-notice-period",
            figure(CharacterState.NOTICE, by_person=True),
            REVIEW,
            ["figure-waits"],
        ),
        ("figure-held", figure(CharacterState.HELD, by_person=True), REVIEW, ["figure-waits"]),
        *over,
    ):
        facts = {"spans": [(verdict, codes)], "unknown": [seen(invented)]}
        reasons = ["unknown-in-title"] if verdict == UNKNOWN else []
        title = CLEARED if verdict == CLEARED else REVIEW
        yield name, title, {**facts, "declared": declaration(), "reasons": reasons}
    tolerated = Known(unknowns=UnknownPolicy.TOLERATE)
    yield (
        "a-disputed-figure-is-never-tolerated",
        REVIEW,
        {
            "spans": [(REVIEW, ["figure-disputed"])],
            "unknown": [seen(figure(frozen=True))],
            "declared": declaration(),
            "known": tolerated,
        },
    )


def beside_other_words() -> Iterator[Row]:
    """A figure is no extra and no performer: neither releases nor consents to train concern it."""
    released = replace(declaration(), extras=(DeclaredExtras("r 1"),))
    yield (
        "figure-needs-no-release",
        CLEARED,
        {
            "spans": [(CLEARED, ["figure-invented"]), (CLEARED, ["extra-declared"])],
            "unknown": [seen(figure()), stranger(9_000, 10_000)],
            "declared": released,
        },
    )
    yield (
        "a-release-answers-for-no-disputed-figure",
        REVIEW,
        {
            "spans": [(REVIEW, ["figure-disputed"])],
            "unknown": [seen(figure(frozen=True))],
            "declared": released,
        },
    )
    yield (
        "a-release-answers-for-whom-a-figure-is-weakly-like",
        CLEARED,
        {
            "spans": [(CLEARED, ["extra-declared"])],
            "unknown": [seen(figure(doubt=Doubt.WEAK))],
            "declared": released,
        },
    )
    yield (
        "a-figure-may-train-a-model",
        CLEARED,
        {
            "spans": [(CLEARED, ["figure-invented"])],
            "unknown": [seen(figure())],
            "declared": declaration(dataset=True),
        },
    )


def beside_people() -> Iterator[Row]:
    clone = declaration(DeclaredUse(ANNA, KindOfUse.SYNTHESISE_VOICE))
    yield (
        "figure-beside-a-performer-without-licence",
        REFUSED,
        {
            "spans": [(REFUSED, ["no-licence"]), (CLEARED, ["figure-invented"])],
            "found": [use()],
            "unknown": [seen(figure())],
            "declared": clone,
        },
    )
    yield (
        "figure-beside-a-performer-with-licence",
        CLEARED,
        {
            "spans": [(CLEARED, ["licence-covers"]), (CLEARED, ["figure-invented"])],
            "found": [use()],
            "unknown": [seen(figure())],
            "licences": [licence()],
            "declared": clone,
        },
    )
    yield (
        "figure-where-a-performer-was-found",
        REVIEW,
        {
            "spans": [(REVIEW, ["character-collides"])],
            "found": [use()],
            "licences": [licence()],
            "declared": clone,
            "known": Known(collisions=frozenset({MATCH_ID})),
        },
    )


def declared() -> Iterator[Row]:
    own = Known(figures={ORACLE: "The Oracle"})

    def naming(*, inherited: bool = False, **changes: Any) -> Declaration:
        return declaration(figures=(DeclaredFigure(ORACLE, inherited),), **changes)

    found = {"spans": [(CLEARED, ["figure-invented"])], "unknown": [seen(figure())]}
    none: dict[str, Any] = {"spans": [], "reasons": ["nothing-found"]}
    for name, facts, named, warnings, known in (
        ("found", found, naming(), [], own),
        ("not-found", none, naming(), ["figure-not-found"], own),
        ("of-the-series-not-found", none, naming(inherited=True), ["figures-absent"], own),
        ("foreign", none, naming(), ["figure-unknown"], Known()),
        ("unlabelled", found, naming(ai_labelled=False), ["label-missing"], own),
        (
            "unlabelled-in-two-laws",
            found,
            naming(ai_labelled=False, territories=("CN", "FR")),
            ["label-missing", "label-missing"],
            own,
        ),
    ):
        more = {"declared": named, "warnings": warnings, "known": known}
        yield f"declared-figure-{name}", CLEARED, {**facts, **more}
    yield (
        "undeclared-figure-unlabelled",
        CLEARED,
        {**found, "declared": declaration(ai_labelled=False), "warnings": ["label-missing"]},
    )
