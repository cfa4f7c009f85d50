"""Entitlement: the newest clearance decides, and an ended licence keeps what it earned."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.ids import derived_id
from fingerprint.models import Reason, Span
from licensing.licenceprice import LicencePrice
from licensing.models_clearance import Clearance, ClearanceDecision, SpanVerdict, Verdict
from registry.models.works import KindOfUse
from royalties.entitlement import Creditor, Parties, entitled, why_not
from tests.unit.royalties.worlds import CUT, STUDIO, line, tariff, use

ANNA = derived_id("prf", "anna")
USE = derived_id("use", "anna")
LICENCE = derived_id("lic", "anna")
PARTIES = Parties(
    {LICENCE: LicencePrice(LICENCE, "tar", tariff(), STUDIO, ("DE",))},
    {ANNA: Creditor(derived_id("ten", "anna"), derived_id("pay", "anna"))},
)
CLEARED = SpanVerdict(
    span=Span(0, 1000),
    performer_id=ANNA,
    kind=KindOfUse.SYNTHESISE_VOICE,
    verdict=Verdict.CLEARED,
    reasons=(Reason("licence-covers", {}),),
    licence_id=LICENCE,
    use_id=USE,
)


def refused(*codes: str) -> SpanVerdict:
    reasons = tuple(Reason(code, {}) for code in codes)
    return replace(CLEARED, verdict=Verdict.REFUSED, reasons=reasons)


def decided(*spans: SpanVerdict, seq: int = 1, month: int = 11) -> Clearance:
    return Clearance(
        id=derived_id("clr", str(seq)),
        tenant_id=STUDIO,
        submission_id="sub",
        cut_id=CUT,
        scan_id=derived_id("scn", str(seq)),
        seq=seq,
        known_seq=seq,
        gallery_seq=1,
        release_at=date(2026, 12, 1),
        decided_at=datetime(2026, month, 20, tzinfo=UTC),
        provisional=False,
        decision=ClearanceDecision(
            Verdict.CLEARED, spans, (), (), (LICENCE,), ("model",), ("threshold",)
        ),
        log_index=seq,
    )


def test_a_cleared_use_carries_its_licence_and_its_evidence() -> None:
    (use,), skipped = entitled([decided(CLEARED)], PARTIES)
    assert skipped == ()
    assert (use.use_id, use.licence_id, use.tariff, use.territories) == (
        USE,
        LICENCE,
        tariff(),
        ("DE",),
    )
    assert (use.clearance_id, use.scan_id) == (derived_id("clr", "1"), derived_id("scn", "1"))
    assert (use.model_ids, use.threshold_ids, use.until_period) == (
        ("model",),
        ("threshold",),
        None,
    )


def test_overlapping_spans_count_once() -> None:
    spans = [replace(CLEARED, span=Span(*span)) for span in ((0, 1000), (500, 2000), (3000, 4000))]
    (use,), _ = entitled([decided(*spans)], PARTIES)
    assert use.spans == (Span(0, 2000), Span(3000, 4000))
    assert use.use_ms == 3000


def test_only_the_cleared_spans_of_a_use_are_paid() -> None:
    unsure = replace(CLEARED, span=Span(5000, 9000), verdict=Verdict.REVIEW, licence_id=None)
    (use,), skipped = entitled([decided(CLEARED, unsure)], PARTIES)
    assert (use.use_ms, skipped) == (1000, ())


def test_no_clearance_no_money() -> None:
    assert entitled([], PARTIES) == ((), ())


@pytest.mark.parametrize(
    "newest",
    [
        (),
        (replace(CLEARED, verdict=Verdict.REVIEW, licence_id=None),),
        (refused("territory-not-licensed"),),
        (refused("licence-revoked", "territory-not-licensed"),),
        (refused(),),
        (refused("licence-revoked"), replace(refused("other"), span=Span(2000, 3000))),
    ],
    ids=["gone", "review", "territory", "revoked-and-territory", "no-reason", "half"],
)
def test_a_newer_decision_against_a_use_ends_it(newest: tuple[SpanVerdict, ...]) -> None:
    uses, skipped = entitled([decided(CLEARED), decided(*newest, seq=2)], PARTIES)
    assert uses == ()
    assert [one.reason.code for one in skipped] == (["not-cleared"] if newest else [])


@pytest.mark.parametrize("code", ["licence-revoked", "licence-expired"])
def test_an_ended_licence_keeps_the_months_up_to_the_first_refusal(code: str) -> None:
    history = [
        decided(replace(CLEARED, span=Span(0, 7)), seq=1, month=9),
        decided(CLEARED, seq=2, month=10),
        decided(refused(code), seq=3, month=11),
        decided(refused(code), seq=4, month=12),
    ]
    (use,), _ = entitled(history, PARTIES)
    assert (use.until_period, use.clearance_id, use.use_ms) == (
        "2026-11",
        derived_id("clr", "2"),
        1000,
    )


def test_an_ended_licence_under_which_nothing_was_cleared_keeps_nothing() -> None:
    history = [decided(refused("no-licence")), decided(refused("licence-expired"), seq=2)]
    uses, skipped = entitled(history, PARTIES)
    assert uses == ()
    assert skipped[0].reason.detail == {"verdict": "REFUSED", "reasons": "licence-expired"}


def test_a_new_licence_after_an_ended_one_earns_without_end() -> None:
    history = [
        decided(CLEARED),
        decided(refused("licence-revoked"), seq=2),
        decided(CLEARED, seq=3),
    ]
    (use,), _ = entitled(history, PARTIES)
    assert use.until_period is None


def test_an_engagement_is_no_licence() -> None:
    own = replace(CLEARED, kind=KindOfUse.OWN_PERFORMANCE, licence_id=None)
    uses, skipped = entitled([decided(own)], PARTIES)
    assert uses == ()
    assert [one.reason.code for one in skipped] == ["paid-by-engagement"]


def test_unknown_people_earn_nothing() -> None:
    stranger = SpanVerdict(Span(0, 5), None, None, Verdict.UNKNOWN_PERSON, ())
    assert entitled([decided(stranger)], PARTIES) == ((), ())


@pytest.mark.parametrize(
    ("bounds", "territory", "period", "expected"),
    [
        ({}, "FR", "2020-01", None),
        ({"territories": ("DE", "AT")}, "AT", "2026-11", None),
        ({"territories": ("DE", "AT")}, "FR", "2026-11", "territory-not-licensed"),
        ({"from_period": "2026-11"}, "DE", "2026-11", None),
        ({"from_period": "2026-11"}, "DE", "2026-10", "before-active"),
        ({"until_period": "2026-11"}, "DE", "2026-11", None),
        ({"until_period": "2026-11"}, "DE", "2026-12", "licence-ended"),
    ],
)
def test_a_use_earns_in_its_places_and_in_the_first_and_the_last_of_its_months(
    bounds: dict[str, object], territory: str, period: str, expected: str | None
) -> None:
    found = why_not(use()._replace(**bounds), line(territory=territory, period=period))  # type: ignore[arg-type]
    assert found == expected
