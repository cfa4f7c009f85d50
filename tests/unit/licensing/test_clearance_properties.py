"""Nothing is ever cleared where a plain reading of the rules refuses, and time only moves on."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.ids import derived_id
from fingerprint.models import Decision
from licensing.clearance import WORST_FIRST, decide
from licensing.models import ANY, LicenceInForce
from licensing.models_clearance import SpanVerdict, Verdict
from registry.models.evidence import Use
from registry.models.works import Declaration, KindOfUse, Medium
from tests.unit.licensing import examples, strategies
from tests.unit.licensing.examples import AT, PLACE, STUDIO, declaration, licence

licences = st.lists(
    st.builds(
        LicenceInForce,
        id=strategies.names,
        vc_id=st.just("urn:uuid:x"),
        tariff_id=st.just("tar"),
        terms=strategies.near_terms | strategies.near_terms | strategies.terms,
        seq=st.integers(1, 99),
        revoked_at=st.sampled_from([None] * 6 + [AT]),
    ),
    max_size=5,
    unique_by=lambda item: item.id,
)
declarations = st.builds(
    Declaration,
    release_at=st.dates(date(2026, 10, 1), date(2027, 4, 1)),
    territories=st.sampled_from([("DE",), ("AT", "DE"), ("US",), (ANY,)]),
    medium=st.sampled_from(list(Medium)),
    language=st.sampled_from(["de", "de-AT", "en"]),
    uses=st.lists(strategies.declared_uses, max_size=3).map(tuple),
    ai_labelled=st.booleans(),
)
found = st.lists(strategies.uses, max_size=4, unique_by=lambda use: use.id)
unknown = st.lists(strategies.strangers, max_size=2)


def naively_covered(use: Use, every: list[Use], licence: LicenceInForce, said: Declaration) -> bool:
    """The rules once more, read as a person would: slow, plain, and written without the code."""
    terms = licence.terms
    day = datetime.combine(said.release_at, time(0, 0), UTC)
    moments = [day + timedelta(hours=hour) for hour in range(24)]
    if day <= AT < day + timedelta(days=1):
        moments = [moment for moment in moments if moment >= AT] + [AT]
    milliseconds = {
        moment
        for other in every
        if other.performer_id == terms.performer_id
        and other.kind in terms.kinds
        and other.decision is Decision.MATCH
        for span in other.spans
        for moment in range(span.start_ms, span.end_ms)
    }
    return all(
        (
            licence.revoked_at is None,
            terms.performer_id == use.performer_id,
            terms.licensee_id == STUDIO,
            use.kind in terms.kinds,
            all(part in terms.modalities for part in use.modalities),
            not (use.kind is KindOfUse.SYNTHESISE_VOICE and "face" in use.modalities),
            ANY in terms.territories
            or (
                ANY not in said.territories
                and all(t in terms.territories for t in said.territories)
            ),
            ANY in terms.media or said.medium.value in terms.media,
            any(tag in (ANY, said.language, said.language[:2]) for tag in terms.languages),
            ANY in terms.works or any(work in PLACE.scope_ids for work in terms.works),
            any(terms.valid_from <= moment < terms.valid_until for moment in moments),
            terms.seconds_max is None or len(milliseconds) <= terms.seconds_max * 1000,
            said.ai_labelled or not terms.label_ai,
        )
    )


def naively_cleared(
    use: Use, every: list[Use], known: list[LicenceInForce], said: Declaration
) -> bool:
    if use.kind is None or use.decision is not Decision.MATCH:
        return False
    if use.kind is KindOfUse.OWN_PERFORMANCE and use.engagement_ref:
        return True
    return any(naively_covered(use, every, licence, said) for licence in known)


def verdicts(spans: tuple[SpanVerdict, ...], use: Use) -> set[Verdict]:
    return {span.verdict for span in spans if span.use_id == use.id}


@settings(max_examples=200, deadline=None)
@given(found, unknown, licences, declarations)
def test_a_use_is_cleared_exactly_where_a_plain_reading_clears_it(
    uses: list[Use], people: list, known: list[LicenceInForce], said: Declaration
) -> None:
    short = [replace(use, spans=use.spans[:1]) for use in uses]
    decision = decide(short, people, known, said, AT, place=PLACE)
    for use in short:
        cleared = verdicts(decision.spans, use) == {Verdict.CLEARED}
        assert cleared == naively_cleared(use, short, known, said)


@settings(max_examples=100, deadline=None)
@given(found, unknown, licences, declarations)
def test_a_title_is_cleared_only_when_every_part_of_it_is(
    uses: list[Use], people: list, known: list[LicenceInForce], said: Declaration
) -> None:
    decision = decide(uses, people, known, said, AT, place=PLACE)
    ranks = [WORST_FIRST.index(span.verdict) for span in decision.spans]
    assert WORST_FIRST.index(decision.verdict) <= min(ranks, default=len(WORST_FIRST))
    if decision.verdict is Verdict.CLEARED:
        assert not people
        assert all(use.kind is not None and use.decision is Decision.MATCH for use in uses)


@settings(max_examples=100, deadline=None)
@given(found, unknown, licences, declarations)
def test_every_find_is_judged_and_every_verdict_says_why(
    uses: list[Use], people: list, known: list[LicenceInForce], said: Declaration
) -> None:
    decision = decide(uses, people, known, said, AT, place=PLACE)
    judged = {(span.use_id, span.span) for span in decision.spans}
    assert {(use.id, span) for use in uses for span in use.spans} <= judged
    assert len(decision.spans) == sum(len(item.spans) for item in [*uses, *people])
    assert all(span.reasons for span in decision.spans)
    relied_on = {s.licence_id for s in decision.spans if s.verdict is Verdict.CLEARED} - {None}
    assert set(decision.licence_ids) == relied_on


@settings(max_examples=200, deadline=None)
@given(found, licences, declarations, st.data())
def test_revoking_a_licence_never_clears_anything(
    uses: list[Use], known: list[LicenceInForce], said: Declaration, data: st.DataObject
) -> None:
    assume(known)
    place = data.draw(st.integers(0, len(known) - 1))
    fewer = [replace(item, revoked_at=AT) if n == place else item for n, item in enumerate(known)]
    before = decide(uses, [], known, said, AT, place=PLACE)
    after = decide(uses, [], fewer, said, AT, place=PLACE)
    for use in uses:
        if verdicts(before.spans, use) != {Verdict.CLEARED}:
            assert verdicts(after.spans, use) != {Verdict.CLEARED}
    assert known[place].id not in after.licence_ids


@settings(max_examples=100, deadline=None)
@given(found, unknown, licences, declarations)
def test_the_same_facts_give_the_same_decision(
    uses: list[Use], people: list, known: list[LicenceInForce], said: Declaration
) -> None:
    first = decide(uses, people, known, said, AT, place=PLACE)
    again = decide(uses[::-1], people[::-1], known[::-1], said, AT, place=PLACE)
    assert first == again


def test_a_use_without_spans_is_judged_all_the_same() -> None:

    decision = decide([examples.use(spans=())], [], [], declaration(), AT, place=PLACE)
    assert decision.verdict is Verdict.REFUSED


def test_ids_of_what_was_relied_on_are_kept() -> None:

    decision = decide([examples.use()], [], [licence()], declaration(), AT, place=PLACE)
    assert decision.licence_ids == (derived_id("lic", "one"),)
    assert decision.model_ids == ("voice-model",)
    assert decision.threshold_ids == ("threshold-1",)
    assert decision.spans[0].tariff_id == derived_id("tar", "one")
