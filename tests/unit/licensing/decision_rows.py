"""Further rows of the decision table: children, strikes, exclusive promises, stages, labels.

Every expectation is written by hand; where a rule holds for all kinds of use, it is written once
and said for each of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.ids import derived_id
from fingerprint.models import Modality
from licensing.known import (
    CutActs,
    Known,
    LabelFound,
    LabelScheme,
    LabelState,
    UnknownPolicy,
)
from licensing.models import ANY, Context, Formation, LicenceInForce
from licensing.models_suspension import Suspension
from licensing.rulepacks.packs import shipped_packs
from registry.models.works import (
    AiShare,
    AiUse,
    CutFormat,
    DeclaredUse,
    Descriptor,
    KindOfUse,
    Medium,
    Privilege,
    Stage,
)
from registry.usekinds import concerned
from tests.unit.licensing.examples import (
    ANNA,
    AT,
    EPISODE,
    FILM,
    PLACE,
    RIVAL,
    declaration,
    licence,
    stranger,
    use,
)

Row = tuple[str, str, dict[str, Any]]
K = KindOfUse
CLEARED, REFUSED, REVIEW, UNKNOWN = "CLEARED", "REFUSED", "REVIEW", "UNKNOWN PERSON"
COVERS = ["licence-covers"]
CLONE = DeclaredUse(ANNA, K.SYNTHESISE_VOICE)
ONE = derived_id("lic", "one")
MATCH_ID = derived_id("mch", ANNA)
CHILD = Known(minors={ANNA: date(2030, 1, 1)})


def further_rows() -> Iterator[Row]:
    """(name, verdict, facts and what is expected of them) of every row."""
    yield from by_kind()
    yield from suspensions()
    yield from frameworks()
    yield from childhood()
    yield from alone()
    yield from surroundings()
    yield from territories()
    yield from exclusivity()
    yield from stages_and_formats()
    yield from conditions()
    yield from privileges()
    yield from labels_in_files()
    yield from the_dead()
    yield from strangers()
    yield from laws()


def clone(name: str, verdict: str, codes: Sequence[str], **facts: Any) -> Row:
    """Anna's synthesised voice, found and declared, under the narrow licence unless said."""
    facts.setdefault("found", [use()])
    facts.setdefault("licences", [licence()])
    return name, verdict, {"spans": [(verdict, codes)], **facts}


def of_kind(kind: KindOfUse) -> dict[str, Any]:
    """A use of that kind of all it concerns, declared, and a licence that names it."""
    parts = tuple(part for part in Modality if part in concerned(kind, None))
    return {
        "found": [use(kind, modalities=parts)],
        "declared": declaration(DeclaredUse(ANNA, kind)),
        "licences": [licence(kinds=(kind,), modalities=parts)],
    }


def by_kind() -> Iterator[Row]:
    for kind in K:
        facts = of_kind(kind)
        others = tuple(other for other in K if other is not kind)
        lacking = {**facts, "licences": [licence(kinds=others, modalities=tuple(Modality))]}
        yield clone(f"{kind}-named", CLEARED, COVERS, **facts)
        if kind is K.OWN_PERFORMANCE:
            yield clone(f"{kind}-not-named", REVIEW, ["engagement-missing"], **lacking)
        else:
            yield clone(f"{kind}-not-named", REFUSED, ["kind-not-licensed"], **lacking)


def strike(since: str, lifted_at: str | None = None, *kinds: KindOfUse) -> Known:
    when = [
        None if text is None else datetime.fromisoformat(text + "+00:00")
        for text in (since, lifted_at)
    ]
    assert when[0] is not None
    found = Suspension("sus", "grp", frozenset(kinds), when[0], 1, when[1], None, "On strike.")
    return Known(suspensions={ANNA: (found,)})


def suspensions() -> Iterator[Row]:
    suspended = ["consent-suspended"]
    now = strike("2026-11-01T00:00:00")
    for kind in K:
        verdict, codes = (CLEARED, COVERS) if kind is K.OWN_PERFORMANCE else (REFUSED, suspended)
        yield clone(f"{kind}-in-a-strike", verdict, codes, known=now, **of_kind(kind))
    for name, verdict, known in (
        ("strike-of-this-kind", REFUSED, strike("2026-11-01T00:00:00", None, K.SYNTHESISE_VOICE)),
        ("strike-of-another-kind", CLEARED, strike("2026-11-01T00:00:00", None, K.EDIT)),
        ("strike-lifted-before", CLEARED, strike("2026-11-01T00:00:00", "2026-12-01T00:00:00")),
        ("strike-lifted-on-the-day", REFUSED, strike("2026-11-01T00:00:00", "2026-12-01T00:00:01")),
        ("strike-begins-on-the-day", REFUSED, strike("2026-12-01T23:59:59")),
        ("strike-begins-after", CLEARED, strike("2026-12-02T00:00:00")),
    ):
        yield clone(name, verdict, COVERS if verdict == CLEARED else suspended, known=known)
    other = Known(suspensions={RIVAL: strike("2026-11-01T00:00:00").suspensions[ANNA]})
    yield clone("strike-of-somebody-else", CLEARED, COVERS, known=other)
    yield clone(
        "strike-and-no-licence", REFUSED, [*suspended, "no-licence"], known=now, licences=[]
    )
    yield (
        "strike-and-not-found",
        REVIEW,
        {
            "spans": [],
            "licences": [licence()],
            "reasons": ["nothing-found", "declared-but-forbidden", *suspended],
            "warnings": ["declared-not-found"],
            "known": now,
        },
    )


def frameworks() -> Iterator[Row]:
    """A licence under a framework stands still with the union, and another one does not."""
    struck = ["framework-suspended"]
    called = strike("2026-11-01T00:00:00").suspensions[ANNA]
    lifted = strike("2026-11-01T00:00:00", "2026-12-01T00:00:00").suspensions[ANNA]
    of_edits = strike("2026-11-01T00:00:00", None, K.EDIT).suspensions[ANNA]
    bound, free = licence("bound"), licence("free", seq=4)
    for name, verdict, codes, found, held in (
        ("framework-struck", REFUSED, struck, called, [bound]),
        ("framework-strike-of-another-kind", CLEARED, COVERS, of_edits, [bound]),
        ("framework-strike-lifted", CLEARED, COVERS, lifted, [bound]),
        ("framework-struck-beside-a-free-licence", CLEARED, COVERS, called, [bound, free]),
    ):
        yield clone(name, verdict, codes, known=Known(under={bound.id: found}), licences=held)
    member = replace(strike("2026-11-01T00:00:00"), under={bound.id: called})
    both = ["consent-suspended", *struck]
    yield clone("framework-and-group-struck", REFUSED, both, known=member, licences=[bound])
    played = of_kind(K.OWN_PERFORMANCE)
    known = Known(under={item.id: called for item in played.get("licences", [])})
    yield clone("framework-struck-own-performance", CLEARED, COVERS, known=known, **played)


def alone() -> Iterator[Row]:
    """What a minor signed without guardians waits for them, and nothing else changes by it."""
    known = Known(minors={ANNA: date(2030, 1, 1)})
    by_now = Known(minors={ANNA: date(2026, 11, 30)})
    bare = replace(licence(), guarded=False)
    yield clone("minor-signed-alone", REFUSED, ["guardians-missing"], known=known, licences=[bare])
    yield clone("minor-of-age-since", REFUSED, ["of-age-since"], known=by_now, licences=[bare])
    yield clone("adult-signed-alone", CLEARED, COVERS, licences=[bare])


def childhood() -> Iterator[Row]:
    person = ["minor-to-person", *COVERS]
    for kind in K:
        verdict, codes = (
            (REFUSED, ["minor-training"]) if kind is K.TRAIN_MODEL else (REVIEW, person)
        )
        yield clone(f"child-{kind}", verdict, codes, known=CHILD, **of_kind(kind))
    confirmed = replace(CHILD, confirmed=frozenset({MATCH_ID}))
    yield clone("child-confirmed", CLEARED, [*COVERS, "minor-confirmed"], known=confirmed)
    yield clone(
        "child-confirmed-training",
        REFUSED,
        ["minor-training"],
        known=confirmed,
        **of_kind(K.TRAIN_MODEL),
    )
    yield clone("child-without-licence", REFUSED, ["no-licence"], known=CHILD, licences=[])
    yield clone(
        "child-undeclared",
        REVIEW,
        ["found-not-declared"],
        known=CHILD,
        found=[use(None)],
        declared=declaration(),
    )
    for name, verdict, codes, day in (
        ("child-until-tomorrow", REVIEW, person, date(2026, 12, 2)),
        ("of-age-on-the-day", REFUSED, ["of-age-since"], date(2026, 12, 1)),
        ("of-age-before-signing", CLEARED, COVERS, date(2026, 1, 1)),
        ("of-age-a-day-after-signing", REFUSED, ["of-age-since"], date(2026, 1, 2)),
    ):
        yield clone(name, verdict, codes, known=Known(minors={ANNA: day}))
    yield (
        "child-declared-and-not-found",
        REVIEW,
        {
            "spans": [],
            "licences": [licence()],
            "reasons": ["nothing-found", "declared-minor-not-found"],
            "warnings": ["declared-not-found"],
            "known": CHILD,
        },
    )


def surroundings() -> Iterator[Row]:
    for context in Context:
        strict = [licence(contexts_prohibited=(context,))]
        said = declaration(CLONE, descriptors=(Descriptor(context.value),))
        told = ["contexts-prohibited"]
        yield clone(
            f"{context}-declared", REFUSED, ["context-prohibited"], licences=strict, declared=said
        )
        yield clone(f"{context}-not-declared", CLEARED, COVERS, licences=strict, warnings=told)
        yield clone(f"{context}-declared-and-allowed", CLEARED, COVERS, declared=said)
        both = [*strict, licence("two", seq=9)]
        yield clone(
            f"{context}-two-licences-disagree",
            REFUSED,
            ["licences-conflict"],
            licences=both,
            declared=said,
        )
    for item in Descriptor:
        said = declaration(CLONE, descriptors=(item,))
        never = item.value in ("sexual", "political", "gambling", "alcohol")
        codes = ["minor-context"] if never else ["minor-to-person", *COVERS]
        yield clone(
            f"child-{item}", REFUSED if never else REVIEW, codes, known=CHILD, declared=said
        )


def territories() -> Iterator[Row]:
    for code in ("AT", "CH", "DE"):
        yield clone(
            f"licensed-in-{code}", CLEARED, COVERS, declared=declaration(CLONE, territories=(code,))
        )
    for code in ("BE", "CN", "FR", "GB", "US"):
        yield clone(
            f"not-licensed-in-{code}",
            REFUSED,
            ["territory-not-licensed"],
            declared=declaration(CLONE, territories=("DE", code)),
        )


def exclusive(seq: int = 3, **changes: Any) -> LicenceInForce:
    wide: dict[str, Any] = {"licensee_id": RIVAL, "works": (ANY,), "exclusive": True}
    made: LicenceInForce = licence("rival", seq=seq, **{**wide, **changes})
    return made


def exclusivity() -> Iterator[Row]:
    taken = ["exclusive-elsewhere"]
    for name, verdict, rival in (
        ("promised-to-another-before", REFUSED, exclusive()),
        ("promised-elsewhere", CLEARED, exclusive(territories=("FR", "US"))),
        ("promised-in-one-shared-territory", REFUSED, exclusive(territories=("DE", "US"))),
        ("promised-worldwide", REFUSED, exclusive(territories=(ANY,))),
        ("promised-for-another-kind", CLEARED, exclusive(kinds=(K.DUB,))),
        ("promised-for-another-medium", CLEARED, exclusive(media=("advert",))),
        ("promised-for-other-works", CLEARED, exclusive(works=(FILM,))),
        ("promised-for-another-language", CLEARED, exclusive(languages=("fr",))),
        ("promised-for-pitches", CLEARED, exclusive(stages=(Stage.PITCH,))),
        ("promised-for-dubs", CLEARED, exclusive(formats=("dub",))),
        (
            "promised-until-before",
            CLEARED,
            exclusive(valid_until=datetime(2026, 12, 1, tzinfo=UTC)),
        ),
        ("not-promised-alone", CLEARED, exclusive(exclusive=False)),
    ):
        codes = COVERS if verdict == CLEARED else taken
        yield clone(name, verdict, codes, known=Known(rivals=(rival,)))
    mine = [licence(parent_licence_id=derived_id("lic", "rival"))]
    yield clone(
        "sublicensed-by-whom-it-was-promised-to",
        CLEARED,
        COVERS,
        licences=mine,
        known=Known(rivals=(exclusive(),)),
    )
    yield clone(
        "promised-in-one-of-the-territories",
        REFUSED,
        taken,
        declared=declaration(CLONE, territories=("AT", "DE")),
        known=Known(rivals=(exclusive(territories=("DE", "US")),)),
    )
    between = replace(exclusive(), id=derived_id("lic", "between"), terms=mine[0].terms)
    between = replace(between, terms=replace(between.terms, exclusive=True, licensee_id=RIVAL))
    yield clone(
        "sublicensed-twice-by-whom-it-was-promised-to",
        CLEARED,
        COVERS,
        licences=[licence(parent_licence_id=between.id)],
        known=Known(rivals=(exclusive(), between)),
    )
    gone = replace(exclusive(), revoked_at=AT)
    yield clone("promise-revoked", CLEARED, COVERS, known=Known(rivals=(gone,)))
    yield clone(
        "promised-to-another-later",
        CLEARED,
        COVERS,
        known=Known(rivals=(exclusive(9),)),
        warnings=["exclusive-later"],
    )


def stages_and_formats() -> Iterator[Row]:
    test = Stage.AUDIENCE_TEST
    for stage in Stage:
        named = [licence(stages=(stage,))]
        said = declaration(CLONE, stage=stage)
        yield clone(f"{stage}-named", CLEARED, COVERS, licences=named, declared=said)
        if stage is not Stage.RELEASE:
            yield clone(f"{stage}-not-named", REFUSED, ["stage-not-licensed"], declared=said)
            yield clone(f"only-{stage}-named", REFUSED, ["stage-not-licensed"], licences=named)
    for name, verdict, codes, days in (
        ("test-as-long-as-allowed", CLEARED, COVERS, 14),
        ("test-a-day-too-long", REFUSED, ["test-too-long"], 15),
        ("test-of-no-length", REFUSED, ["test-days-missing"], None),
    ):
        yield clone(
            name,
            verdict,
            codes,
            licences=[licence(stages=(test,), audience_test_days_max=14)],
            declared=declaration(CLONE, stage=test, audience_test_days=days),
        )
    vertical = [licence(formats=("vertical",))]
    for shape in CutFormat:
        verdict = CLEARED if shape is CutFormat.VERTICAL else REFUSED
        yield clone(
            f"{shape}-under-vertical",
            verdict,
            COVERS if verdict == CLEARED else ["format-not-licensed"],
            licences=vertical,
            place=replace(PLACE, format=shape),
        )
    yield clone("no-format-under-vertical", REFUSED, ["format-not-licensed"], licences=vertical)
    for medium in Medium:
        verdict = CLEARED if medium.value in ("series", "social") else REFUSED
        yield clone(
            f"medium-{medium}",
            verdict,
            COVERS if verdict == CLEARED else ["medium-not-licensed"],
            declared=declaration(CLONE, medium=medium),
        )


def conditions() -> Iterator[Row]:
    three = [licence(uses_max=3)]
    yield clone(
        "third-of-three-cuts", CLEARED, COVERS, licences=three, known=Known(other_cuts={ONE: 2})
    )
    yield clone(
        "fourth-of-three-cuts",
        REFUSED,
        ["uses-exhausted"],
        licences=three,
        known=Known(other_cuts={ONE: 3}),
    )
    strict = [licence(approval_per_cut=True)]
    for name, verdict, codes, approved in (
        ("cut-not-yet-approved", REFUSED, ["cut-not-approved"], None),
        ("cut-approved", CLEARED, COVERS, True),
        ("cut-declined", REFUSED, ["cut-declined"], False),
    ):
        known = Known(acts={ONE: CutActs(approved)})
        yield clone(name, verdict, codes, licences=strict, known=known)
    declined = Known(acts={ONE: CutActs(False)})
    yield clone(
        "declined-under-one-of-two",
        REFUSED,
        ["licences-conflict"],
        known=declined,
        licences=[licence(), licence("two", seq=9)],
    )
    noticed = [licence(use_notice_hours=48)]
    day = datetime(2026, 12, 1, tzinfo=UTC)
    for name, verdict, codes, told in (
        ("no-notice", REFUSED, ["notice-missing"], None),
        ("notice-in-time", CLEARED, COVERS, day - timedelta(hours=48)),
        (
            "notice-late-by-a-second",
            REFUSED,
            ["notice-late"],
            day - timedelta(hours=47, minutes=59, seconds=59),
        ),
    ):
        known = Known(acts={ONE: CutActs(None, told)})
        yield clone(name, verdict, codes, licences=noticed, known=known)


def privileges() -> Iterator[Row]:
    for item in Privilege:
        said = declaration(replace(CLONE, privilege=item))
        yield clone(
            f"{item}-without-licence",
            REVIEW,
            ["privilege-claimed", "no-licence"],
            declared=said,
            licences=[],
        )
        yield clone(f"{item}-with-licence", CLEARED, COVERS, declared=said)
        yield clone(
            f"{item}-of-a-child",
            REVIEW,
            ["privilege-claimed", "no-licence"],
            declared=said,
            licences=[],
            known=CHILD,
        )
    yield (
        "parody-not-found",
        REVIEW,
        {
            "spans": [],
            "declared": declaration(replace(CLONE, privilege=Privilege.PARODY)),
            "reasons": [
                "nothing-found",
                "privilege-claimed",
                "declared-without-licence",
                "no-licence",
            ],
            "warnings": ["declared-not-found"],
        },
    )


def labels_in_files() -> Iterator[Row]:
    """In Germany any of three schemes counts, in China only the key of GB 45438."""
    wide = [licence(territories=(ANY,), label_ai=False)]
    there, broken = LabelState.PRESENT, LabelState.UNVERIFIABLE
    for scheme in LabelScheme:
        for state, told in ((there, "label-met"), (broken, "label-unverifiable")):
            known = Known(labels=(LabelFound(scheme, state),))
            yield clone(
                f"{scheme}-{state}-in-DE",
                CLEARED,
                COVERS,
                licences=wide,
                known=known,
                warnings=[told],
            )
            counts = scheme is LabelScheme.AIGC
            yield clone(
                f"{scheme}-{state}-in-CN",
                CLEARED,
                COVERS,
                licences=wide,
                known=known,
                declared=declaration(CLONE, territories=("CN",)),
                warnings=[told if counts else "label-not-in-file"],
            )
    none = Known(labels=())
    said = declaration(CLONE, ai_labelled=False)
    yield clone(
        "label-declared-and-not-in-file",
        CLEARED,
        COVERS,
        licences=wide,
        known=none,
        warnings=["label-not-in-file"],
    )
    yield clone(
        "label-neither-declared-nor-in-file",
        CLEARED,
        COVERS,
        licences=wide,
        known=none,
        declared=said,
        warnings=["label-missing"],
    )
    c2pa = Known(labels=(LabelFound(LabelScheme.C2PA, there),))
    yield clone(
        "label-in-file-and-not-declared",
        CLEARED,
        COVERS,
        licences=wide,
        known=c2pa,
        declared=said,
        warnings=["label-met"],
    )
    yield clone(
        "label-in-file-cures-no-missing-licence",
        REFUSED,
        ["no-licence"],
        licences=[],
        known=c2pa,
        warnings=["label-met"],
    )
    yield clone(
        "label-in-file-is-not-the-label-licensed",
        REFUSED,
        ["label-required"],
        known=c2pa,
        declared=said,
        warnings=["label-met"],
    )
    own = use(K.OWN_PERFORMANCE, engagement_ref="contract 7")
    acted = DeclaredUse(ANNA, K.OWN_PERFORMANCE, engagement_ref="contract 7")
    made = declaration(acted, ai_labelled=False, ai_use=AiUse(visuals=AiShare.GENERATED))
    yield clone(
        "pictures-made-by-a-machine-need-a-label",
        CLEARED,
        ["engagement-declared"],
        found=[own],
        licences=[],
        declared=made,
        warnings=["label-missing"],
    )
    lie = declaration(CLONE, ai_use=AiUse(voice=AiShare.NONE))
    yield clone(
        "statement-contradicts-declaration",
        CLEARED,
        COVERS,
        declared=lie,
        warnings=["ai-statement-contradicts"],
    )


def the_dead() -> Iterator[Row]:
    def died(day: date) -> Known:
        return Known(deceased={ANNA: day})

    yield clone("died-before", REFUSED, ["not-post-mortem"], known=died(date(2026, 11, 30)))
    yield clone("died-on-the-day", REFUSED, ["not-post-mortem"], known=died(date(2026, 12, 1)))
    yield clone("dies-after", CLEARED, COVERS, known=died(date(2026, 12, 2)))
    yield clone(
        "given-for-after-death",
        CLEARED,
        COVERS,
        known=died(date(2026, 11, 30)),
        licences=[licence(post_mortem=True)],
    )


def strangers() -> Iterator[Row]:
    lax = Known(unknowns=UnknownPolicy.TOLERATE)
    both: dict[str, Any] = {"unknown": [stranger()], "licences": [licence()], "found": [use()]}
    seen = [(CLEARED, COVERS), (UNKNOWN, ["unknown-person"])]
    yield (
        "stranger-tolerated",
        CLEARED,
        {**both, "spans": seen, "known": lax, "warnings": ["unknown-tolerated"]},
    )
    yield (
        "a-file-that-could-not-be-read-in-full",
        REVIEW,
        {
            "spans": [(CLEARED, COVERS)],
            "licences": [licence()],
            "found": [use()],
            "known": Known(unread=2),
            "reasons": ["unread-in-title"],
        },
    )
    yield "stranger-not-tolerated", REVIEW, {**both, "spans": seen, "reasons": ["unknown-in-title"]}
    yield (
        "a-tolerated-stranger-clears-nobody-else",
        REFUSED,
        {
            **both,
            "licences": [],
            "spans": [(REFUSED, ["no-licence"]), seen[1]],
            "known": lax,
            "warnings": ["unknown-tolerated"],
        },
    )
    yield clone(
        "the-episode-alone-is-licensed", CLEARED, COVERS, licences=[licence(works=(EPISODE,))]
    )


def laws() -> Iterator[Row]:
    """The packs on file, asked for the territories of release only."""
    packs = Known(packs=shipped_packs())
    start = datetime(2026, 1, 1, tzinfo=UTC)
    ten = datetime(2036, 1, 1, tzinfo=UTC)
    plain: dict[str, Any] = {
        "territories": (ANY,),
        "label_ai": False,
        "description": "the narrator of one series, spoken by a synthesised voice",
        "valid_from": start,
    }
    union = Formation(union_agreement=True, separate_agreement=True, conspicuous=True)
    for name, verdict, codes, place, terms in (
        ("ten-years-in-the-us", CLEARED, COVERS, "US", {"valid_until": ten}),
        (
            "ten-years-and-a-day-in-the-us",
            REFUSED,
            ["law-broken"],
            "US",
            {"valid_until": ten + timedelta(days=1)},
        ),
        (
            "ten-years-and-a-day-in-germany",
            CLEARED,
            COVERS,
            "DE",
            {"valid_until": ten + timedelta(days=1)},
        ),
        ("undescribed-in-the-us", REFUSED, ["law-broken"], "US", {"description": ""}),
        ("undescribed-in-germany", CLEARED, COVERS, "DE", {"description": ""}),
        (
            "barely-described-in-the-us",
            REVIEW,
            ["law-to-person", *COVERS],
            "US",
            {"description": "some voice"},
        ),
    ):
        made = licence(**{**plain, **terms})
        said = declaration(CLONE, territories=(place,))
        told = []
        yield clone(
            name, verdict, codes, licences=[made], known=packs, declared=said, warnings=told
        )
    waived = licence(
        **{
            **plain,
            "valid_until": ten + timedelta(days=1),
            "formation": union,
            "use_notice_hours": 48,
        }
    )
    yield clone(
        "ten-years-and-a-day-under-a-union-agreement",
        CLEARED,
        COVERS,
        licences=[waived],
        known=replace(packs, acts={ONE: CutActs(None, datetime(2026, 11, 1, tzinfo=UTC))}),
        declared=declaration(CLONE, territories=("US",)),
        warnings=["law-unclear"],
    )
