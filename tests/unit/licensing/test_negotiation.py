"""The table of a negotiation, walked at random beside a naive model, and what an offer pins."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput, Conflict
from fingerprint.models import Modality, Reason, Span
from licensing.asking import missing, terms_to_ask
from licensing.minority import CLOSED
from licensing.models import Context, TariffKind, TariffTerm, Terms
from licensing.models_clearance import ClearanceDecision, SpanVerdict, Verdict
from licensing.models_requests import Offer, Request, RequestState, Side, Turn
from licensing.negotiation import (
    OPEN,
    TABLE,
    after,
    agreed_digest,
    check_accepted,
    check_message,
    check_same_parties,
    digest_of,
    expiry,
    may,
    state_at,
)
from licensing.termrules import check_terms
from registry.models.works import Declaration, KindOfUse, Medium

T0 = datetime(2027, 1, 1, tzinfo=UTC)
CLONE, DUB, TRAIN = KindOfUse.SYNTHESISE_VOICE, KindOfUse.DUB, KindOfUse.TRAIN_MODEL
PRICE = TariffTerm(TariffKind.PER_MINUTE, 250_000, "EUR")


def a_request(state: RequestState = RequestState.ASKED, days: int = 30) -> Request:
    return Request(
        id="req_1",
        tenant_id="ten_s",
        performer_tenant="ten_p",
        performer_id="prf_1",
        state=state,
        version=1,
        expires_at=T0 + timedelta(days=days),
        seq=1,
        recorded_at=T0,
        changed_at=T0,
    )


def terms(**changes: object) -> Terms:
    plain = Terms(
        performer_id="prf_1",
        licensee_id="ten_s",
        kinds=(CLONE, DUB),
        modalities=(Modality.VOICE,),
        valid_from=T0,
        valid_until=T0 + timedelta(days=365),
        tariff=PRICE,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_only_what_is_closed_for_a_minor_may_be_closed_beside_what_was_agreed() -> None:
    agreed = terms(contexts_prohibited=(Context.POLITICAL,))
    other = next(context for context in Context if context not in CLOSED)
    for signed, same in ((CLOSED, True), ((), False), ((*CLOSED, other), False)):
        drafted = replace(agreed, contexts_prohibited=signed)
        assert (agreed_digest(drafted, agreed) == digest_of(agreed)) is same


@given(st.lists(st.tuples(st.sampled_from(Side), st.sampled_from(Turn)), max_size=12))
def test_nothing_is_granted_without_both_sides(turns: list[tuple[Side, Turn]]) -> None:
    """A naive model: who spoke for which offer, and whether the other side said yes to it."""
    request, offered_by, agreed = a_request(), Side.STUDIO, False
    for side, turn in turns:
        before = request.state
        try:
            request = replace(request, state=after(request, side, turn, T0))
        except Conflict:
            assert turn not in may(request, side, T0)
            continue
        assert before in OPEN and turn in may(replace(request, state=before), side, T0)
        if turn is Turn.OFFER:
            offered_by, agreed = side, False
        elif turn is Turn.ACCEPT:
            assert side is not offered_by, "nobody accepts the own offer"
            agreed = True
        elif turn is Turn.SIGN:
            assert agreed and side is Side.PERFORMER
            assert request.state is RequestState.GRANTED
    assert (request.state is RequestState.GRANTED) <= agreed


def test_the_performer_may_refuse_until_the_signature_and_the_studio_withdraw() -> None:
    for state in OPEN:
        assert TABLE[state, Side.PERFORMER, Turn.END] is RequestState.REFUSED
        assert TABLE[state, Side.STUDIO, Turn.END] is RequestState.WITHDRAWN


@pytest.mark.parametrize("state", sorted(set(RequestState) - OPEN))
def test_what_has_ended_stays_so(state: RequestState) -> None:
    for side in Side:
        assert may(a_request(state), side, T0) == ()
        for turn in Turn:
            with pytest.raises(Conflict):
                after(a_request(state), side, turn, T0)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_request_expires_with_its_offer_to_the_microsecond(state: RequestState) -> None:
    request = a_request(state, days=1)
    just_before = request.expires_at - timedelta(microseconds=1)
    assert state_at(request, just_before) is state
    assert state_at(request, request.expires_at) is RequestState.EXPIRED
    assert may(request, Side.PERFORMER, request.expires_at) == ()


def test_the_digest_is_of_the_terms_and_of_nothing_else() -> None:
    assert digest_of(terms()) == digest_of(terms(kinds=(DUB, CLONE)))
    for changes in (
        {"kinds": (CLONE,)},
        {"tariff": replace(PRICE, rate_micro=250_001)},
        {"valid_until": T0 + timedelta(days=366)},
        {"exclusive": True},
        {"label_ai": False},
    ):
        assert digest_of(terms(**changes)) != digest_of(terms())


def test_only_the_newest_offer_can_be_accepted_word_for_word() -> None:
    offer = Offer("req_1", 1, Side.STUDIO, terms(), "", digest_of(terms()), T0, T0)
    check_accepted(a_request(), offer, 1, offer.digest)
    for version, digest in ((2, offer.digest), (1, digest_of(terms(exclusive=True)))):
        with pytest.raises(Conflict):
            check_accepted(a_request(), offer, version, digest)


def test_an_offer_stays_between_its_parties_and_within_half_a_year() -> None:
    with pytest.raises(BadInput):
        check_same_parties(terms(licensee_id="ten_x"), terms())
    assert expiry(None, T0) == T0 + timedelta(days=30)
    for days in (0, -1, 181):
        with pytest.raises(BadInput):
            expiry(T0 + timedelta(days=days), T0)


def test_a_message_may_have_lines_and_no_control_characters() -> None:
    assert check_message(" one\ntwo ") == "one\ntwo"
    for text in ("a\x1b[2J", "x" * 1_001):
        with pytest.raises(BadInput):
            check_message(text)


def span(
    kind: KindOfUse, *modalities: Modality, who: str = "prf_1", code: str = "no-licence"
) -> SpanVerdict:
    return SpanVerdict(
        Span(0, 9), who, kind, Verdict.REFUSED, (Reason(code, {}),), modalities=modalities
    )


def decision(*spans: SpanVerdict, reasons: tuple[Reason, ...] = ()) -> ClearanceDecision:
    return ClearanceDecision(Verdict.REFUSED, spans, reasons, (), (), (), ())


def test_a_clearance_asks_each_performer_once_and_for_training_apart() -> None:
    declared = Reason("declared-without-licence", {"performer_id": "prf_2", "kind": "dub"})
    found = missing(
        decision(
            span(CLONE, Modality.VOICE),
            span(CLONE, Modality.VOICE),
            span(KindOfUse.EDIT, Modality.FACE),
            span(TRAIN, Modality.VOICE),
            span(CLONE, Modality.VOICE, who="prf_3", code="consent-suspended"),
            reasons=(declared,),
        )
    )
    assert [(item.performer_id, item.kinds) for item in found] == [
        ("prf_1", (CLONE, KindOfUse.EDIT)),
        ("prf_1", (TRAIN,)),
        ("prf_2", (DUB,)),
    ]


@given(
    st.sets(st.sampled_from(KindOfUse), min_size=1),
    st.sets(st.sampled_from(Modality), min_size=1),
)
def test_whatever_is_asked_for_could_be_signed(
    kinds: set[KindOfUse], modalities: set[Modality]
) -> None:
    declaration = Declaration(date(2027, 6, 1), ("DE",), Medium.SERIES, "de")
    for lacking in missing(decision(*(span(kind, *modalities) for kind in kinds))):
        asked = terms_to_ask(
            lacking,
            declaration,
            licensee_id="ten_s",
            works=("wrk_" + "a" * 26,),
            tariff=PRICE,
        )
        assert check_terms(asked, T0) == ()
        assert (asked.territories, asked.languages, asked.media) == (("DE",), ("de",), ("series",))
