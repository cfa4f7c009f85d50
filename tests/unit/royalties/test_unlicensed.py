"""Who is in a cut without a licence, and what prices it: rules on made-up decisions."""

from datetime import UTC, date, datetime

import pytest

from core.ids import derived_id
from fingerprint.models import Span
from licensing.models import TariffTerm
from licensing.models_clearance import Clearance, ClearanceDecision, SpanVerdict, Verdict
from registry.models.works import KindOfUse
from royalties.entitlement import Creditor
from royalties.models import ClearedUse
from royalties.outcomes import Outcome
from royalties.unlicensed import (
    STRANGERS,
    Unlicensed,
    UnlicensedPrice,
    claim_of,
    found_in,
    price_of,
    without_licence,
)
from tests.unit.royalties.worlds import CUT, STUDIO, line, tariff, use

VOICE, FACE = KindOfUse.SYNTHESISE_VOICE, KindOfUse.REPLICATE_FACE
A, B, C = (tariff(rate_micro=rate) for rate in (1, 2, 3))


def verdict(name: str, said: Verdict, *span: int, use_name: str = "") -> SpanVerdict:
    return SpanVerdict(
        span=Span(*(span or (0, 1000))),
        performer_id=derived_id("prf", name) if name else None,
        kind=VOICE if name else None,
        verdict=said,
        reasons=(),
        use_id=derived_id("use", use_name or name) if name else None,
    )


def decided(*spans: SpanVerdict) -> Clearance:
    decision = ClearanceDecision(Verdict.REFUSED, spans, (), (), (), ("m",), ("t",))
    return Clearance(
        id=derived_id("clr", "one"),
        tenant_id=STUDIO,
        submission_id="sub",
        cut_id=CUT,
        scan_id=derived_id("scn", "one"),
        seq=1,
        known_seq=1,
        gallery_seq=1,
        release_at=date(2026, 12, 1),
        decided_at=datetime(2026, 11, 20, tzinfo=UTC),
        provisional=False,
        decision=decision,
        log_index=1,
    )


def here(
    *spans: SpanVerdict, since: str = "", prices: tuple[UnlicensedPrice, ...] = ()
) -> Unlicensed:
    made = decided(*spans)
    names = {one.performer_id for one in spans if one.performer_id}
    creditors = {name: Creditor("ten", "pay", since) for name in names}
    return Unlicensed(made, found_in(made, ()), creditors, {"": prices})


ANY = UnlicensedPrice(None, "2026-01", A, 1)


def test_what_is_cleared_is_not_found_unlicensed_and_strangers_are_one() -> None:
    made = decided(
        verdict("a", Verdict.CLEARED),
        verdict("b", Verdict.REFUSED, 0, 500),
        verdict("b", Verdict.REVIEW, 400, 900),
        verdict("", Verdict.UNKNOWN_PERSON, 0, 10),
        verdict("", Verdict.UNKNOWN_PERSON, 5, 20),
    )
    known, strangers = found_in(made, ())
    assert (known.performer_id, known.spans, known.refused) == (
        derived_id("prf", "b"),
        (Span(0, 900),),
        False,
    )
    assert (strangers.key, strangers.performer_id, strangers.spans) == (
        STRANGERS,
        "",
        (Span(0, 20),),
    )


def test_the_rest_of_a_use_that_is_licensed_in_part_has_a_key_of_its_own() -> None:
    made = decided(verdict("a", Verdict.REFUSED))
    (rest,) = found_in(made, [use("a")])
    assert rest.key not in (use("a").use_id, STRANGERS)
    assert found_in(made, [use("a")._replace(until_period="2026-10")]) == ()


@pytest.mark.parametrize(
    ("kind", "period", "wanted"),
    [
        (VOICE, "2025-12", None),
        (VOICE, "2026-01", A),
        (VOICE, "2026-03", B),
        (VOICE, "2026-05", None),
        (FACE, "2026-05", C),
        (None, "2026-05", C),
    ],
)
def test_the_own_kind_comes_before_any_and_the_newest_month_before_older(
    kind: KindOfUse | None, period: str, wanted: TariffTerm | None
) -> None:
    prices = (
        ANY,
        UnlicensedPrice(VOICE, "2026-03", C, 2),
        UnlicensedPrice(VOICE, "2026-03", B, 3),
        UnlicensedPrice(None, "2026-05", C, 4),
        UnlicensedPrice(VOICE, "2026-05", None, 5),
    )
    assert price_of(prices, kind, period) == wanted
    assert price_of(reversed(prices), kind, period) == wanted


def due(made: Unlicensed, term: TariffTerm | None = None) -> ClearedUse | None:
    return claim_of(made.found[0], line(), term, made)


def test_only_what_was_refused_is_priced_by_the_collector() -> None:
    refused = due(here(verdict("a", Verdict.REFUSED), prices=(ANY,)))
    assert refused is not None
    assert (refused.outcome, refused.tariff, refused.licensee_id) == (Outcome.HELD, A, STUDIO)
    assert due(here(verdict("a", Verdict.REVIEW), prices=(ANY,))) is None
    assert due(here(verdict("a", Verdict.REFUSED))) is None


@pytest.mark.parametrize(
    ("name", "since", "outcome", "cause"),
    [
        ("a", "", Outcome.HELD, "not-licensed"),
        ("a", "2026-12", Outcome.UNIDENTIFIED, "before-active"),
        ("", "", Outcome.UNIDENTIFIED, "unknown-person"),
    ],
)
def test_a_divided_amount_is_kept_for_everybody_found(
    name: str, since: str, outcome: Outcome, cause: str
) -> None:
    said = Verdict.REVIEW if name else Verdict.UNKNOWN_PERSON
    claim = due(here(verdict(name, said), since=since), B)
    assert claim is not None
    assert (claim.outcome, claim.cause, claim.tariff, claim.licence_id) == (outcome, cause, B, "")


@pytest.mark.parametrize("name", ["a", ""])
def test_a_stranger_and_a_month_before_the_enrolment_have_no_price_of_their_own(name: str) -> None:
    assert due(here(verdict(name, Verdict.REFUSED), since="2026-12", prices=(ANY,))) is None


def test_a_licence_that_does_not_reach_leaves_the_use_held_and_names_why() -> None:
    made = here(prices=(ANY,))
    kept = without_licence(use("a"), "licence-ended", line(), None, made)
    assert kept is not None
    assert (kept.outcome, kept.cause, kept.licence_id, kept.tariff) == (
        Outcome.HELD,
        "licence-ended",
        "",
        A,
    )
    assert without_licence(use("a"), "before-active", line(), None, made) is None
    divided = without_licence(use("a"), "before-active", line(), B, made)
    assert divided is not None
    assert divided.outcome is Outcome.UNIDENTIFIED
