"""Rows of the decision table about people's words: doubts, answers, invented figures."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fingerprint.models import Decision, Span
from licensing.known import Known
from licensing.models_standing import Stance, Standing
from registry.models.evidence import UnknownPerson
from registry.models.figures import Answer, FigureAnswer
from registry.models.works import Declaration, DeclaredExtras, DeclaredUse, KindOfUse
from tests.unit.licensing.decision_rows import MATCH_ID
from tests.unit.licensing.examples import ANNA, declaration, licence, stranger, use

Row = tuple[str, str, dict[str, Any]]
CLEARED, REFUSED, REVIEW, UNKNOWN = "CLEARED", "REFUSED", "REVIEW", "UNKNOWN PERSON"
FIGURE = "fig_one"
NEVER_TOLD = ["standing-never", "no-licence"]


def answered(answer: Answer, **said: str) -> UnknownPerson:
    """Somebody unknown whose figure was answered for."""
    made = FigureAnswer(
        id="fga_one",
        figure_id=FIGURE,
        answer=answer,
        reference=said.get("reference", ""),
        performer_id="",
        into="",
        reviewer="key_x",
        seq=1,
        recorded_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    return replace(stranger(), figure_id=FIGURE, answer=made)


def word_rows() -> Iterator[Row]:
    """(name, verdict, facts and what is expected of them) of every row."""
    yield from doubts()
    yield from answers()
    yield from standing_declarations()
    yield from extras()


def doubts() -> Iterator[Row]:
    doubted, asked = Known(doubted=frozenset({MATCH_ID})), ["second-opinion-asked"]
    unsure = replace(use(), decision=Decision.REVIEW)
    licensed: dict[str, Any] = {"licences": [licence()], "known": doubted}
    yield (
        "second-opinion-on-a-doubtful-find",
        REVIEW,
        {"spans": [(REVIEW, ["uncertain-match", *asked])], "found": [unsure], **licensed},
    )
    yield (
        "second-opinion-beats-a-licence",
        REVIEW,
        {"spans": [(REVIEW, asked)], "found": [use()], **licensed},
    )
    yield (
        "second-opinion-on-another-find",
        CLEARED,
        {
            "spans": [(CLEARED, ["licence-covers"])],
            "found": [use()],
            "licences": [licence()],
            "known": Known(doubted=frozenset({"mch_other"})),
        },
    )
    disputed = Known(collisions=frozenset({MATCH_ID}), disputed=frozenset({MATCH_ID}))
    yield (
        "an-invented-figure-that-a-performer-disputes",
        REVIEW,
        {
            "spans": [(REVIEW, ["character-disputed"])],
            "found": [use()],
            "licences": [licence()],
            "known": disputed,
        },
    )
    collides = Known(collisions=frozenset({MATCH_ID}))
    yield (
        "an-invented-figure-like-somebody-enrolled",
        REVIEW,
        {
            "spans": [(REVIEW, ["character-collides"])],
            "found": [use()],
            "licences": [licence()],
            "known": collides,
        },
    )


def answers() -> Iterator[Row]:
    for name, verdict, code, person in (
        ("extra", CLEARED, "extra-released", answered(Answer.EXTRA, reference="release 1")),
        ("character", CLEARED, "character-invented", answered(Answer.CHARACTER, reference="Z")),
        ("nobody", CLEARED, "not-a-person", answered(Answer.NOBODY)),
    ):
        yield (
            f"answered-{name}",
            verdict,
            {
                "spans": [(verdict, [code])],
                "unknown": [person],
                "declared": declaration(),
            },
        )
    yield (
        "answered-licence-to-be-asked",
        REVIEW,
        {
            "spans": [(UNKNOWN, ["unknown-person", "licence-to-be-asked"])],
            "unknown": [answered(Answer.ASK)],
            "declared": declaration(),
            "reasons": ["unknown-in-title"],
        },
    )
    yield (
        "an-answer-clears-nobody-else",
        REVIEW,
        {
            "spans": [(CLEARED, ["not-a-person"]), (UNKNOWN, ["unknown-person"])],
            "unknown": [answered(Answer.NOBODY), stranger(9_000, 10_000)],
            "declared": declaration(),
            "reasons": ["unknown-in-title"],
        },
    )


def standing_declarations() -> Iterator[Row]:
    """Told first where consent lacks, and never in the way of a licence."""

    def declares(stance: Stance, kind: KindOfUse = KindOfUse.SYNTHESISE_VOICE) -> Known:
        return Known(standings={ANNA: (Standing(ANNA, kind, stance),)})

    for stance in Stance:
        known, first = declares(stance), f"standing-{stance.value}"
        yield (
            f"declared-{stance.value}-without-licence",
            REFUSED,
            {"spans": [(REFUSED, [first, "no-licence"])], "found": [use()], "known": known},
        )
        yield (
            f"declared-{stance.value}-under-a-licence",
            CLEARED,
            {
                "spans": [(CLEARED, ["licence-covers"])],
                "found": [use()],
                "licences": [licence()],
                "known": known,
            },
        )
        yield (
            f"declared-{stance.value}-and-the-licence-is-too-narrow",
            REFUSED,
            {
                "spans": [(REFUSED, [first, "territory-not-licensed"])],
                "found": [use()],
                "licences": [licence(territories=("FR",))],
                "known": known,
            },
        )
    yield (
        "declared-never-of-another-kind",
        REFUSED,
        {
            "spans": [(REFUSED, ["no-licence"])],
            "found": [use()],
            "known": declares(Stance.NEVER, KindOfUse.DUB),
        },
    )
    yield (
        "declared-never-and-not-found",
        REVIEW,
        {
            "spans": [],
            "reasons": [
                "nothing-found",
                "declared-without-licence",
                "standing-never",
                "no-licence",
            ],
            "warnings": ["declared-not-found"],
            "known": declares(Stance.NEVER),
        },
    )


def extras() -> Iterator[Row]:
    """A release answers for as many unknown people as signed, where it says, and for no more."""
    one, two = stranger(8_000, 9_000), stranger(9_000, 10_000)
    seen_twice = [replace(item, figure_id=FIGURE) for item in (one, two)]
    declared, unknown = ["extra-declared"], ["unknown-person", "extras-too-many"]

    def released(*entries: DeclaredExtras, **more: Any) -> Declaration:
        return replace(declaration(), extras=entries, **more)

    for name, entry, people, verdict in (
        ("one", DeclaredExtras("r 1"), [one], CLEARED),
        ("two", DeclaredExtras("r 1", 2), [one, two], CLEARED),
        ("too-many", DeclaredExtras("r 1"), [one, two], REVIEW),
        ("somebody-seen-twice-is-one", DeclaredExtras("r 1"), seen_twice, CLEARED),
        ("there", DeclaredExtras("r 1", 1, (Span(7_000, 9_500),)), [one], CLEARED),
    ):
        codes = declared if verdict == CLEARED else unknown
        span = CLEARED if verdict == CLEARED else UNKNOWN
        yield (
            f"extras-{name}",
            verdict,
            {
                "spans": [(span, codes) for _ in people],
                "unknown": people,
                "declared": released(entry),
                "reasons": [] if verdict == CLEARED else ["unknown-in-title"],
            },
        )
    elsewhere = DeclaredExtras("r 1", 5, (Span(0, 1_000),))
    yield (
        "extras-elsewhere",
        REVIEW,
        {
            "spans": [(UNKNOWN, ["unknown-person"])],
            "unknown": [one],
            "declared": released(elsewhere),
            "reasons": ["unknown-in-title"],
        },
    )
    yield (
        "extras-do-not-train-a-model",
        REVIEW,
        {
            "spans": [(UNKNOWN, ["unknown-person"])],
            "unknown": [one],
            "declared": released(DeclaredExtras("r 1"), dataset=True),
            "reasons": ["unknown-in-title"],
        },
    )
    yield (
        "extras-do-not-clear-a-performer",
        REFUSED,
        {
            "spans": [(REFUSED, ["no-licence"]), (CLEARED, declared)],
            "found": [use()],
            "unknown": [one],
            "declared": replace(
                declaration(DeclaredUse(ANNA, KindOfUse.SYNTHESISE_VOICE)),
                extras=(DeclaredExtras("r 1", 9),),
            ),
        },
    )
    yield (
        "an-answer-beats-a-declared-release",
        REVIEW,
        {
            "spans": [(UNKNOWN, ["unknown-person", "licence-to-be-asked"])],
            "unknown": [answered(Answer.ASK)],
            "declared": released(DeclaredExtras("r 1", 9)),
            "reasons": ["unknown-in-title"],
        },
    )
