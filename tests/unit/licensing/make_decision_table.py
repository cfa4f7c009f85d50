"""Writes the golden decision table: facts of a release and the verdict that a person expects.

The expectations are written here by hand, row by row; nothing of `licensing` computes them.
Run `python -m tests.unit.licensing.make_decision_table [--check]` from the repository's root.
"""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from core.clock import to_text
from fingerprint.models import Decision, Modality
from licensing.known import NOTHING_ELSE, Known
from licensing.models import ANY, Context, LicenceInForce
from licensing.models_clearance import CutPlace
from licensing.models_suspension import Suspension
from licensing.terms import terms_to_dict
from registry.declaration import to_dict
from registry.models.evidence import UnknownPerson, Use
from registry.models.works import Declaration, DeclaredUse, KindOfUse, Medium
from tests.unit.licensing.decision_rows import further_rows
from tests.unit.licensing.examples import (
    ANNA,
    AT,
    BERT,
    CUT,
    EPISODE,
    FILM,
    OTHER_CUT,
    PLACE,
    RIVAL,
    declaration,
    licence,
    stranger,
    use,
)
from tests.unit.licensing.figure_rows import figure_rows, invented_to_dict
from tests.unit.licensing.queue_rows import word_rows

TABLE = Path(__file__).with_name("decision_table.json")
K, V, F = KindOfUse, Modality.VOICE, Modality.FACE
BOTH = (Modality.VOICE, Modality.FACE)
CLONE = DeclaredUse(ANNA, K.SYNTHESISE_VOICE)
CLEARED, REFUSED, REVIEW, UNKNOWN = "CLEARED", "REFUSED", "REVIEW", "UNKNOWN PERSON"
COVERS = ["licence-covers"]
STRANGE = ["unknown-in-title"]


def row(
    name: str,
    verdict: str,
    *,
    spans: Sequence[tuple[str, Sequence[str]]],
    found: Sequence[Use] = (),
    unknown: Sequence[UnknownPerson] = (),
    licences: Sequence[LicenceInForce] = (),
    declared: Declaration | None = None,
    at: datetime = AT,
    place: CutPlace = PLACE,
    reasons: Sequence[str] = (),
    warnings: Sequence[str] = (),
    provisional: bool = False,
    known: Known = NOTHING_ELSE,
) -> dict[str, Any]:
    """One row; `spans` are verdict and reason codes per span, in order of time and performer."""
    return {
        "name": name,
        "at": to_text(at),
        "place": {
            "cut_id": place.cut_id,
            "studio_id": place.studio_id,
            "scope_ids": sorted(place.scope_ids),
            "format": place.format,
        },
        "provisional": provisional,
        "declaration": to_dict(declared or declaration(CLONE)),
        "uses": [_use(item) for item in found],
        "unknowns": [_unknown(person) for person in unknown],
        "licences": [_licence(item) for item in licences],
        "known": known_to_dict(known),
        "expect": {
            "verdict": verdict,
            "spans": [[said, list(codes)] for said, codes in spans],
            "reasons": list(reasons),
            "warnings": list(warnings),
        },
    }


def rows() -> list[dict[str, Any]]:
    """Every row, in the order of the table."""
    return [
        *covered(),
        *one_gap(),
        *edges_of_time(),
        *many_licences(),
        *own_performances(),
        *doubts(),
        *not_found(),
        *several_people(),
        *labels(),
        *(row(name, verdict, **facts) for name, verdict, facts in further_rows()),
        *(row(name, verdict, **facts) for name, verdict, facts in word_rows()),
        *(row(name, verdict, **facts) for name, verdict, facts in figure_rows()),
    ]


def covered() -> list[dict[str, Any]]:
    one = [(CLEARED, COVERS)]
    clone = {"found": [use()]}
    return [
        row("covered", CLEARED, spans=one, licences=[licence()], **clone),
        row("any-territory", CLEARED, spans=one, licences=[licence(territories=(ANY,))], **clone),
        row("any-language", CLEARED, spans=one, licences=[licence(languages=(ANY,))], **clone),
        row("any-medium", CLEARED, spans=one, licences=[licence(media=(ANY,))], **clone),
        row("any-work", CLEARED, spans=one, licences=[licence(works=(ANY,))], **clone),
        row("episode-named", CLEARED, spans=one, licences=[licence(works=(EPISODE,))], **clone),
        row("cut-named", CLEARED, spans=one, licences=[licence(works=(CUT,))], **clone),
        row("no-longest-time", CLEARED, spans=one, licences=[licence(seconds_max=None)], **clone),
        row(
            "more-kinds-licensed",
            CLEARED,
            spans=one,
            licences=[licence(kinds=(K.DUB, K.SYNTHESISE_VOICE))],
            **clone,
        ),
        row(
            "all-licensed-territories",
            CLEARED,
            spans=one,
            licences=[licence()],
            declared=declaration(CLONE, territories=("AT", "CH", "DE")),
            **clone,
        ),
        row(
            "worldwide-under-worldwide",
            CLEARED,
            spans=one,
            licences=[licence(territories=(ANY,))],
            declared=declaration(CLONE, territories=(ANY,)),
            **clone,
        ),
        row(
            "regional-language-under-language",
            CLEARED,
            spans=one,
            licences=[licence()],
            declared=declaration(CLONE, language="de-AT"),
            **clone,
        ),
        row(
            "exactly-the-longest-time",
            CLEARED,
            spans=one,
            licences=[licence(seconds_max=4)],
            **clone,
        ),
        row(
            "full-replica",
            CLEARED,
            spans=one,
            licences=[licence(kinds=(K.FULL_REPLICA,), modalities=BOTH)],
            declared=declaration(DeclaredUse(ANNA, K.FULL_REPLICA)),
            found=[use(K.FULL_REPLICA, modalities=BOTH)],
        ),
        row(
            "training-named",
            CLEARED,
            spans=one,
            licences=[licence(kinds=(K.TRAIN_MODEL,))],
            declared=declaration(DeclaredUse(ANNA, K.TRAIN_MODEL)),
            found=[use(K.TRAIN_MODEL)],
        ),
        row(
            "two-spans",
            CLEARED,
            spans=one * 2,
            licences=[licence()],
            found=[use(spans=((0, 1_000), (4_000, 6_000)))],
        ),
        row(
            "a-still-has-no-duration",
            CLEARED,
            spans=one,
            licences=[licence(kinds=(K.REPLICATE_FACE,), modalities=(F,))],
            declared=declaration(DeclaredUse(ANNA, K.REPLICATE_FACE)),
            found=[use(K.REPLICATE_FACE, modalities=(F,), spans=((0, 0),))],
        ),
        row(
            "contexts-are-told",
            CLEARED,
            spans=one,
            licences=[licence(contexts_prohibited=(Context.POLITICAL,))],
            warnings=["contexts-prohibited"],
            **clone,
        ),
    ]


def one_gap() -> list[dict[str, Any]]:
    def refused(name: str, code: str, **facts: Any) -> dict[str, Any]:
        facts.setdefault("found", [use()])
        return row(name, REFUSED, spans=[(REFUSED, [code])], **facts)

    return [
        refused("no-licence", "no-licence"),
        refused("somebody-else-s-licence", "no-licence", licences=[licence(performer_id=BERT)]),
        refused("another-licensee", "other-licensee", licences=[licence(licensee_id=RIVAL)]),
        refused("revoked", "licence-revoked", licences=[licence(revoked_days_ago=1)]),
        refused("kind", "kind-not-licensed", licences=[licence(kinds=(K.DUB,))]),
        refused(
            "training-is-not-implied",
            "kind-not-licensed",
            licences=[licence(kinds=tuple(kind for kind in K if kind is not K.TRAIN_MODEL))],
            declared=declaration(DeclaredUse(ANNA, K.TRAIN_MODEL)),
            found=[use(K.TRAIN_MODEL)],
        ),
        refused(
            "modality",
            "modality-not-licensed",
            licences=[licence(kinds=(K.EDIT,))],
            declared=declaration(DeclaredUse(ANNA, K.EDIT)),
            found=[use(K.EDIT, modalities=BOTH)],
        ),
        refused(
            "a-voice-licence-is-no-face-licence",
            "modality-not-licensed",
            licences=[licence(kinds=(K.EDIT,))],
            declared=declaration(DeclaredUse(ANNA, K.EDIT)),
            found=[use(K.EDIT, modalities=(F,))],
        ),
        refused(
            "one-territory-too-many",
            "territory-not-licensed",
            licences=[licence()],
            declared=declaration(CLONE, territories=("DE", "FR")),
        ),
        refused(
            "worldwide-under-three-countries",
            "territory-not-licensed",
            licences=[licence()],
            declared=declaration(CLONE, territories=(ANY,)),
        ),
        refused(
            "language",
            "language-not-licensed",
            licences=[licence()],
            declared=declaration(CLONE, language="en"),
        ),
        refused(
            "language-under-regional-language",
            "language-not-licensed",
            licences=[licence(languages=("de-AT",))],
        ),
        refused(
            "a-longer-tag-is-another-language",
            "language-not-licensed",
            licences=[licence()],
            declared=declaration(CLONE, language="den"),
        ),
        refused(
            "medium",
            "medium-not-licensed",
            licences=[licence()],
            declared=declaration(CLONE, medium=Medium.ADVERT),
        ),
        refused("work", "work-not-licensed", licences=[licence(works=(FILM,))]),
        refused("another-cut", "work-not-licensed", licences=[licence(works=(OTHER_CUT,))]),
        refused("too-long", "over-length", licences=[licence(seconds_max=3)]),
        refused(
            "too-long-by-a-hair",
            "over-length",
            licences=[licence(seconds_max=4)],
            found=[use(spans=((1_000, 5_001),))],
        ),
        refused(
            "label-wanted-by-the-licence",
            "label-required",
            licences=[licence()],
            declared=declaration(CLONE, ai_labelled=False, territories=("CH",)),
        ),
        row(
            "every-gap-is-told",
            REFUSED,
            spans=[
                (
                    REFUSED,
                    [
                        "licence-revoked",
                        "licence-expired",
                        "kind-not-licensed",
                        "territory-not-licensed",
                        "medium-not-licensed",
                        "language-not-licensed",
                        "work-not-licensed",
                    ],
                )
            ],
            found=[use()],
            licences=[
                licence(
                    revoked_days_ago=2,
                    valid_until=datetime(2026, 6, 1, tzinfo=UTC),
                    kinds=(K.DUB,),
                    territories=("US",),
                    media=("game",),
                    languages=("en",),
                    works=(FILM,),
                )
            ],
        ),
    ]


def edges_of_time() -> list[dict[str, Any]]:
    day = datetime(2026, 12, 1, tzinfo=UTC)
    hour = timedelta(hours=1)

    def edge(name: str, code: str, at: datetime = AT, **term: datetime) -> dict[str, Any]:
        verdict = CLEARED if code == "licence-covers" else REFUSED
        return row(
            name,
            verdict,
            spans=[(verdict, [code])],
            found=[use()],
            licences=[licence(**term)],
            at=at,
        )

    covers, over, early = "licence-covers", "licence-expired", "licence-not-yet-valid"
    return [
        edge("ends-as-the-day-begins", over, valid_until=day),
        edge("ends-within-the-day", covers, valid_until=day + hour),
        edge("ended-before-now-on-the-day", over, at=day + 2 * hour, valid_until=day + hour),
        edge("ends-later-on-the-day", covers, at=day + hour, valid_until=day + 2 * hour),
        edge("begins-as-the-day-begins", covers, valid_from=day),
        edge("begins-within-the-day", covers, valid_from=day + hour),
        edge("begins-as-the-day-ends", early, valid_from=day + 24 * hour),
        row(
            "released-while-it-was-in-force",
            CLEARED,
            spans=[(CLEARED, COVERS)],
            found=[use()],
            licences=[licence()],
            at=datetime(2027, 3, 1, tzinfo=UTC),
            warnings=["release-in-past"],
        ),
        row(
            "an-earlier-release-does-not-undo-a-revocation",
            REFUSED,
            spans=[(REFUSED, ["licence-revoked"])],
            found=[use()],
            licences=[licence(revoked_days_ago=1)],
            declared=declaration(CLONE, release_at=date(2026, 10, 1)),
            warnings=["release-in-past"],
        ),
    ]


def many_licences() -> list[dict[str, Any]]:
    narrow = licence("narrow", seq=3, territories=("US",))
    dead = licence("dead", seq=9, revoked_days_ago=3)
    far = licence("far", seq=7, territories=("US",), media=("game",))
    return [
        row(
            "one-of-two-covers",
            CLEARED,
            spans=[(CLEARED, COVERS)],
            found=[use()],
            licences=[narrow, licence()],
        ),
        row(
            "a-revoked-one-beside-a-good-one",
            CLEARED,
            spans=[(CLEARED, COVERS)],
            found=[use()],
            licences=[licence(), dead],
        ),
        row(
            "the-nearest-one-gives-the-reasons",
            REFUSED,
            spans=[(REFUSED, ["territory-not-licensed"])],
            found=[use()],
            licences=[far, narrow],
        ),
        row(
            "the-newest-of-two-equally-near",
            REFUSED,
            spans=[(REFUSED, ["licence-revoked"])],
            found=[use()],
            licences=[narrow, dead],
        ),
        row(
            "two-halves-do-not-make-one-licence",
            REFUSED,
            spans=[(REFUSED, ["modality-not-licensed"])],
            declared=declaration(DeclaredUse(ANNA, K.FULL_REPLICA)),
            found=[use(K.FULL_REPLICA, modalities=BOTH)],
            licences=[
                licence("voice", kinds=(K.FULL_REPLICA,), modalities=(V,)),
                licence("face", kinds=(K.FULL_REPLICA,), modalities=(F,)),
            ],
        ),
    ]


def own_performances() -> list[dict[str, Any]]:
    own = declaration(DeclaredUse(ANNA, K.OWN_PERFORMANCE, engagement_ref="contract 7"))
    bare = declaration(DeclaredUse(ANNA, K.OWN_PERFORMANCE))
    acted = use(K.OWN_PERFORMANCE, modalities=BOTH, engagement_ref="contract 7")
    unnamed = use(K.OWN_PERFORMANCE, modalities=BOTH)
    licensed = licence(kinds=(K.OWN_PERFORMANCE,), modalities=BOTH)
    engaged = (CLEARED, ["engagement-declared"])
    return [
        row("own-performance", CLEARED, spans=[engaged], found=[acted], declared=own),
        row(
            "own-performance-without-engagement",
            REVIEW,
            spans=[(REVIEW, ["engagement-missing"])],
            found=[unnamed],
            declared=bare,
        ),
        row(
            "own-performance-under-a-licence",
            CLEARED,
            spans=[(CLEARED, COVERS)],
            found=[unnamed],
            declared=bare,
            licences=[licensed],
        ),
        row(
            "own-performance-after-its-licence",
            REVIEW,
            spans=[(REVIEW, ["engagement-missing"])],
            found=[unnamed],
            declared=bare,
            licences=[licence(kinds=(K.OWN_PERFORMANCE,), modalities=BOTH, revoked_days_ago=1)],
        ),
        row(
            "own-face-and-cloned-voice",
            REFUSED,
            spans=[engaged, (REFUSED, ["no-licence"])],
            found=[use(K.OWN_PERFORMANCE, modalities=(F,), engagement_ref="contract 7"), use()],
            declared=declaration(
                DeclaredUse(ANNA, K.OWN_PERFORMANCE, F, "contract 7"),
                DeclaredUse(ANNA, K.SYNTHESISE_VOICE),
            ),
        ),
        row(
            "own-face-and-licensed-voice",
            CLEARED,
            spans=[engaged, (CLEARED, COVERS)],
            found=[use(K.OWN_PERFORMANCE, modalities=(F,), engagement_ref="contract 7"), use()],
            declared=declaration(
                DeclaredUse(ANNA, K.OWN_PERFORMANCE, F, "contract 7"),
                DeclaredUse(ANNA, K.SYNTHESISE_VOICE),
            ),
            licences=[licence()],
        ),
    ]


def doubts() -> list[dict[str, Any]]:
    unsure = use(decision=Decision.REVIEW)
    return [
        row(
            "uncertain-though-licensed",
            REVIEW,
            spans=[(REVIEW, ["uncertain-match"])],
            found=[unsure],
            licences=[licence()],
        ),
        row(
            "uncertain-and-unlicensed",
            REVIEW,
            spans=[(REVIEW, ["uncertain-match", "no-licence"])],
            found=[unsure],
        ),
        row(
            "uncertain-and-licensed-elsewhere-until-before",
            REVIEW,
            spans=[
                (REVIEW, ["uncertain-match", "licence-expired", "territory-not-licensed"]),
            ],
            found=[unsure],
            licences=[licence(territories=("AT",), valid_until=AT)],
        ),
        row(
            "uncertain-and-played-in-person",
            REVIEW,
            spans=[(REVIEW, ["uncertain-match"])],
            found=[use(K.OWN_PERFORMANCE, decision=Decision.REVIEW)],
            declared=declaration(DeclaredUse(ANNA, K.OWN_PERFORMANCE)),
        ),
        row(
            "found-not-declared",
            REVIEW,
            spans=[(REVIEW, ["found-not-declared"])],
            found=[use(None)],
            declared=declaration(),
        ),
        row(
            "found-not-declared-though-licensed",
            REVIEW,
            spans=[(REVIEW, ["found-not-declared"])],
            found=[use(None)],
            declared=declaration(),
            licences=[licence()],
        ),
        row(
            "uncertain-and-not-declared",
            REVIEW,
            spans=[(REVIEW, ["found-not-declared", "uncertain-match"])],
            found=[use(None, decision=Decision.REVIEW)],
            declared=declaration(),
        ),
        row(
            "an-unsure-use-does-not-use-up-seconds",
            REVIEW,
            spans=[(CLEARED, COVERS), (REVIEW, ["uncertain-match"])],
            declared=declaration(CLONE, DeclaredUse(ANNA, K.DUB)),
            found=[
                use(),
                use(K.DUB, spans=((10_000, 90_000),), decision=Decision.REVIEW),
            ],
            licences=[licence(kinds=(K.DUB, K.SYNTHESISE_VOICE))],
        ),
        row(
            "two-sure-uses-share-the-seconds",
            REFUSED,
            spans=[(REFUSED, ["over-length"]), (REFUSED, ["over-length"])],
            declared=declaration(CLONE, DeclaredUse(ANNA, K.DUB)),
            found=[use(), use(K.DUB, spans=((10_000, 90_000),))],
            licences=[licence(kinds=(K.DUB, K.SYNTHESISE_VOICE))],
        ),
        row(
            "seconds-of-another-kind-do-not-count",
            CLEARED,
            spans=[(CLEARED, COVERS), (CLEARED, ["engagement-declared"])],
            declared=declaration(
                CLONE, DeclaredUse(ANNA, K.OWN_PERFORMANCE, F, engagement_ref="contract 7")
            ),
            found=[
                use(),
                use(
                    K.OWN_PERFORMANCE,
                    modalities=(F,),
                    spans=((10_000, 90_000),),
                    engagement_ref="contract 7",
                ),
            ],
            licences=[licence()],
        ),
        row(
            "seconds-of-another-performer-do-not-count",
            REFUSED,
            spans=[(CLEARED, COVERS), (REFUSED, ["no-licence"])],
            declared=declaration(CLONE, DeclaredUse(BERT, K.SYNTHESISE_VOICE)),
            found=[use(), use(performer_id=BERT, spans=((10_000, 90_000),))],
            licences=[licence()],
        ),
        row(
            "overlapping-uses-count-once",
            CLEARED,
            spans=[(CLEARED, COVERS), (CLEARED, COVERS)],
            declared=declaration(CLONE, DeclaredUse(ANNA, K.DUB)),
            found=[use(), use(K.DUB)],
            licences=[licence(kinds=(K.DUB, K.SYNTHESISE_VOICE), seconds_max=4)],
        ),
        row(
            "provisional-thresholds-are-told",
            CLEARED,
            spans=[(CLEARED, COVERS)],
            found=[use()],
            licences=[licence()],
            provisional=True,
            warnings=["provisional-threshold"],
        ),
    ]


def not_found() -> list[dict[str, Any]]:
    return [
        row("nothing-at-all", CLEARED, spans=[], declared=declaration(), reasons=["nothing-found"]),
        row(
            "declared-licensed-and-not-found",
            CLEARED,
            spans=[],
            licences=[licence()],
            reasons=["nothing-found"],
            warnings=["declared-not-found"],
        ),
        row(
            "declared-unlicensed-and-not-found",
            REVIEW,
            spans=[],
            reasons=["nothing-found", "declared-without-licence", "no-licence"],
            warnings=["declared-not-found"],
        ),
        row(
            "declared-revoked-and-not-found",
            REVIEW,
            spans=[],
            licences=[licence(revoked_days_ago=1)],
            reasons=["nothing-found", "declared-without-licence", "licence-revoked"],
            warnings=["declared-not-found"],
        ),
        row(
            "own-performance-not-found",
            CLEARED,
            spans=[],
            declared=declaration(DeclaredUse(ANNA, K.OWN_PERFORMANCE)),
            reasons=["nothing-found"],
            warnings=["declared-not-found"],
        ),
        row(
            "one-found-and-one-not",
            CLEARED,
            spans=[(CLEARED, COVERS)],
            declared=declaration(CLONE, DeclaredUse(BERT, K.OWN_PERFORMANCE)),
            found=[use()],
            licences=[licence()],
            warnings=["declared-not-found"],
        ),
        row(
            "the-voice-found-and-the-face-not",
            CLEARED,
            spans=[(CLEARED, COVERS)],
            declared=declaration(*(DeclaredUse(ANNA, K.EDIT, part) for part in BOTH)),
            found=[use(K.EDIT)],
            licences=[licence(kinds=(K.EDIT,), modalities=BOTH)],
            warnings=["declared-not-found"],
        ),
    ]


def several_people() -> list[dict[str, Any]]:
    bert = use(performer_id=BERT, spans=((6_000, 7_000),))
    both = declaration(CLONE, DeclaredUse(BERT, K.SYNTHESISE_VOICE))
    return [
        row(
            "unknown-person",
            REVIEW,
            spans=[(UNKNOWN, ["unknown-person"])],
            unknown=[stranger()],
            declared=declaration(),
            reasons=STRANGE,
        ),
        row(
            "unknown-person-beside-a-cleared-one",
            REVIEW,
            spans=[(CLEARED, COVERS), (UNKNOWN, ["unknown-person"])],
            found=[use()],
            unknown=[stranger()],
            licences=[licence()],
            reasons=STRANGE,
        ),
        row(
            "review-outranks-unknown",
            REVIEW,
            spans=[(REVIEW, ["uncertain-match", "no-licence"]), (UNKNOWN, ["unknown-person"])],
            found=[use(decision=Decision.REVIEW)],
            unknown=[stranger()],
            reasons=STRANGE,
        ),
        row(
            "refused-outranks-all",
            REFUSED,
            spans=[
                (REVIEW, ["uncertain-match", "no-licence"]),
                (REFUSED, ["no-licence"]),
                (UNKNOWN, ["unknown-person"]),
            ],
            found=[use(decision=Decision.REVIEW), bert],
            unknown=[stranger()],
            declared=both,
            reasons=STRANGE,
        ),
        row(
            "one-licensed-one-not",
            REFUSED,
            spans=[(CLEARED, COVERS), (REFUSED, ["no-licence"])],
            found=[use(), bert],
            licences=[licence()],
            declared=both,
        ),
        row(
            "both-licensed",
            CLEARED,
            spans=[(CLEARED, COVERS), (CLEARED, COVERS)],
            found=[use(), bert],
            licences=[licence(), licence("bert", performer_id=BERT)],
            declared=both,
        ),
        row(
            "two-strangers",
            REVIEW,
            spans=[(UNKNOWN, ["unknown-person"]), (UNKNOWN, ["unknown-person"])],
            unknown=[stranger(0, 500), stranger(700, 900)],
            declared=declaration(),
            reasons=STRANGE,
        ),
    ]


def labels() -> list[dict[str, Any]]:
    lax = licence(label_ai=False)
    own = DeclaredUse(ANNA, K.OWN_PERFORMANCE, engagement_ref="contract 7")

    def unlabelled(name: str, warnings: Sequence[str], **changes: Any) -> dict[str, Any]:
        return row(
            name,
            CLEARED,
            spans=[(CLEARED, COVERS)],
            found=[use()],
            licences=[licence(label_ai=False, territories=(ANY,))],
            declared=declaration(CLONE, ai_labelled=False, **changes),
            warnings=warnings,
        )

    return [
        unlabelled("label-missing-in-the-union", ["label-missing"]),
        unlabelled("no-label-law-known", [], territories=("US",)),
        unlabelled("two-label-laws", ["label-missing", "label-missing"], territories=("CN", "FR")),
        unlabelled("worldwide-meets-every-law", ["label-missing"] * 2, territories=(ANY,)),
        unlabelled(
            "before-the-law", ["release-in-past"], release_at=date(2026, 5, 1), territories=("DE",)
        ),
        row(
            "labelled",
            CLEARED,
            spans=[(CLEARED, COVERS)],
            found=[use()],
            licences=[lax],
        ),
        row(
            "own-performance-needs-no-label",
            CLEARED,
            spans=[(CLEARED, ["engagement-declared"])],
            found=[use(K.OWN_PERFORMANCE, engagement_ref="contract 7")],
            declared=declaration(own, ai_labelled=False),
        ),
        row(
            "a-label-does-not-cure-missing-consent",
            REFUSED,
            spans=[(REFUSED, ["no-licence"])],
            found=[use()],
            declared=declaration(CLONE, ai_labelled=True),
        ),
    ]


def _use(item: Use) -> dict[str, Any]:
    return {
        "id": item.id,
        "performer_id": item.performer_id,
        "kind": None if item.kind is None else item.kind.value,
        "modalities": [name.value for name in item.modalities],
        "decision": item.decision.value,
        "spans": [[span.start_ms, span.end_ms] for span in item.spans],
        "engagement_ref": item.engagement_ref,
    }


def _unknown(person: UnknownPerson) -> dict[str, Any]:
    spans = [[span.start_ms, span.end_ms] for span in person.spans]
    data: dict[str, Any] = {"modality": person.modality.value, "spans": spans}
    if person.figure_id and person.answer is None:
        data["figure_id"] = person.figure_id
    if person.answer is not None:
        data["answer"] = [person.answer.answer.value, person.answer.reference]
    if person.invented is not None:
        data["invented"] = invented_to_dict(person.invented)
    return data


def known_to_dict(known: Known) -> dict[str, Any]:
    """What is known beside, as plain values; what is empty is left out."""
    data = {
        "suspensions": {
            who: [_suspension(item) for item in found] for who, found in known.suspensions.items()
        },
        "under": {
            name: [_suspension(item) for item in found] for name, found in known.under.items()
        },
        "minors": {who: day.isoformat() for who, day in known.minors.items()},
        "deceased": {who: day.isoformat() for who, day in known.deceased.items()},
        "standings": {
            who: [[item.kind.value, item.stance.value] for item in found]
            for who, found in known.standings.items()
        },
        "rivals": [_licence(item) for item in known.rivals],
        "acts": {
            licence_id: {
                "approved": acts.approved,
                "noticed_at": None if acts.noticed_at is None else to_text(acts.noticed_at),
            }
            for licence_id, acts in known.acts.items()
        },
        "other_cuts": dict(known.other_cuts),
        "confirmed": sorted(known.confirmed),
        "doubted": sorted(known.doubted),
        "collisions": sorted(known.collisions),
        "disputed": sorted(known.disputed),
        "figures": dict(known.figures),
        "packs": [pack.id for pack in known.packs],
        "labels": None
        if known.labels is None
        else [[item.scheme.value, item.state.value] for item in known.labels],
        "unknowns": known.unknowns.value,
        "unread": known.unread,
    }
    plain = {
        "labels": None,
        "unknowns": "review",
        "unread": 0,
        "packs": [],
        "confirmed": [],
        "doubted": [],
        "collisions": [],
        "disputed": [],
        "rivals": [],
    }
    return {name: value for name, value in data.items() if value not in (plain.get(name), {})}


def _suspension(item: Suspension) -> dict[str, Any]:
    return {
        "kinds": sorted(kind.value for kind in item.kinds),
        "since": to_text(item.since),
        "lifted_at": None if item.lifted_at is None else to_text(item.lifted_at),
        "clause": item.clause,
    }


def _licence(item: LicenceInForce) -> dict[str, Any]:
    return {
        "id": item.id,
        "seq": item.seq,
        "revoked_at": None if item.revoked_at is None else to_text(item.revoked_at),
        **({} if item.guarded else {"guarded": False}),
        "signed_at": None if item.signed_at is None else to_text(item.signed_at),
        "terms": terms_to_dict(item.terms),
    }


def main(arguments: Sequence[str]) -> int:
    """Write the table, or with `--check` say whether the file is what would be written."""
    lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in rows())
    text = f'{{"rows": [\n{lines}\n]}}\n'
    if "--check" in arguments:
        return 0 if TABLE.read_text(encoding="utf-8") == text else 1
    TABLE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
