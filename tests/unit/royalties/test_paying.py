"""What may be paid, in which way and how much, and that nothing is lost beside it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.web.texts import LANGUAGES, catalogue
from core.errors import BadInput, Broken
from core.ids import derived_id
from core.payoutsettings import PayoutSettings
from fingerprint.models import Reason
from royalties.accounts import payable
from royalties.models_payouts import PayoutState, Way
from royalties.payees import PayeeDetails
from royalties.paying import (
    Candidate,
    Frame,
    agreed_to,
    check_conserved,
    minimum_of,
    plan,
)
from royalties.sepatext import is_latin, sepa_text

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
FRAME = Frame("ten_a", derived_id("pba", "a"), "EUR", 10_000_000, AT)
DETAILS = PayeeDetails(name="Anna Meyer", iban="DE89370400440532013000", residence="DE")


def owed(name: str = "a", micro: int = 25_123_456, **more: object) -> Candidate:
    payee = derived_id("pay", name)
    made = Candidate(
        account=payable(payee),
        payee_id=payee,
        audience="tenant:ten_b",
        balance_micro=micro,
        details=DETAILS,
        version_id="pyv_1",
        cooling_until=None,
        held=(),
        refused_version="",
        refused_code="",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def codes(*found: Candidate, currency: str = "EUR") -> list[tuple[str, list[str]]]:
    planned = plan(found, replace(FRAME, currency=currency))
    return [(one.way.value, [why.code for why in one.reasons]) for one in planned]


def test_whole_cents_are_paid_and_the_rest_stays_owed() -> None:
    (one,) = plan([owed()], FRAME)
    assert (one.amount_micro, one.state, one.way) == (25_120_000, PayoutState.PENDING, Way.SEPA)
    (yen,) = plan([owed(micro=25_923_456)], replace(FRAME, currency="JPY"))
    assert (yen.amount_micro, yen.way) == (25_000_000, Way.MANUAL)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"micro": 9_999_999}, "payout-below-minimum"),
        ({"micro": -5_000_000}, "payout-below-minimum"),
        ({"details": None}, "payout-no-details"),
        ({"details": None, "erased": True}, "payout-erased"),
        ({"details": replace(DETAILS, iban="", residence=""), "erased": True}, "payout-erased"),
        ({"details": replace(DETAILS, iban="")}, "payout-no-account"),
        ({"details": replace(DETAILS, residence="")}, "payout-no-tax-status"),
        ({"cooling_until": AT}, "payout-cooling"),
        ({"refused_version": "pyv_1", "refused_code": "AC04"}, "payout-returned"),
        ({"held": (Reason("held-minor", {}),)}, "held-minor"),
    ],
)
def test_each_thing_that_speaks_against_is_named(change: dict[str, object], code: str) -> None:
    assert codes(owed(**change)) == [("none", [code])]


def test_all_reasons_are_named_at_once() -> None:
    many = owed(micro=1, details=replace(DETAILS, iban="", residence=""), cooling_until=AT)
    ((_, found),) = codes(many)
    assert len(found) == 4


def test_details_that_changed_since_a_return_are_paid_again() -> None:
    assert codes(owed(refused_version="pyv_0", refused_code="AC04")) == [("sepa", [])]


@pytest.mark.parametrize(
    ("details", "currency", "code"),
    [
        (DETAILS, "USD", "manual-currency"),
        (replace(DETAILS, iban="", account="ABA 021000021, 1234567"), "EUR", "manual-no-iban"),
        (replace(DETAILS, iban="SA0380000000608010167519"), "EUR", "manual-outside-sepa"),
        (replace(DETAILS, name="山田花子"), "EUR", "manual-name"),
    ],
)
def test_what_sepa_cannot_pay_goes_by_hand(details: PayeeDetails, currency: str, code: str) -> None:
    assert codes(owed(details=details), currency=currency) == [("manual", [code])]


def test_more_than_a_transfer_may_carry_goes_by_hand() -> None:
    assert codes(owed(micro=10**15)) == [("manual", ["manual-amount"])]
    assert codes(owed(micro=10**15 - 10_000)) == [("sepa", [])]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_has_a_sentence(lang: str) -> None:
    words = catalogue(lang)
    named = {name.removeprefix("reason.") for name in words}
    source = {"payout-estate", "payout-unknown", "manual-name", "manual-amount"}
    assert source <= named
    assert {f"payout.bank.{code}" for code in ("AC01", "AC04", "MD07", "other")} <= words.keys()


@given(st.lists(st.integers(-(10**12), 10**12), max_size=8))
def test_paid_and_left_is_what_was_owed(amounts: list[int]) -> None:
    found = [owed(str(place), micro) for place, micro in enumerate(amounts)]
    payouts = plan(found, FRAME)
    balances = {one.account: one.balance_micro for one in found}
    paid = sum(one.amount_micro for one in payouts if one.state is PayoutState.PENDING)
    left = check_conserved(payouts, balances, {"run_a": sum(amounts) - 7, "": 7})
    assert paid + left == sum(amounts)
    with pytest.raises(Broken):
        check_conserved(payouts, balances, {"run_a": sum(amounts) - 7})


@given(st.permutations([owed(str(n), n * 11_000_000) for n in range(1, 6)]))
def test_the_order_in_which_balances_are_read_does_not_matter(found: list[Candidate]) -> None:
    again = plan(sorted(found, key=lambda one: one.account), FRAME)
    assert plan(found, FRAME) == again
    assert len({one.end_to_end_id for one in again}) == 5
    assert all(len(one.end_to_end_id) <= 35 for one in again)
    assert agreed_to(again) != agreed_to(again[1:])


def test_a_minimum_is_its_currencys_own() -> None:
    rule = "EUR 12.50, JPY 1500"
    assert minimum_of("12.50", "EUR") == minimum_of(rule, "EUR") == 12_500_000
    assert minimum_of(rule, "JPY") == 1_500_000_000


@pytest.mark.parametrize(("rule", "currency"), [("0", "EUR"), ("10", "JPY"), ("EUR 10", "USD")])
def test_without_a_minimum_nothing_is_paid_and_the_setting_is_named(
    rule: str, currency: str
) -> None:
    with pytest.raises(BadInput) as caught:
        minimum_of(rule, currency)
    assert caught.value.code == "no-minimum"
    assert f", {currency} SUM'" in (caught.value.next_step or "")


def test_the_rule_that_ships_pays_the_yen_by_more_than_ten() -> None:
    shipped = PayoutSettings().minimum
    assert minimum_of(shipped, "EUR") == 10_000_000
    assert minimum_of(shipped, "JPY") >= 1_000_000_000
    for said in ("25", "EUR 25, JPY 3000"):
        assert PayoutSettings(minimum=said).minimum == said
    with pytest.raises(ValidationError):
        PayoutSettings(minimum="10 EUR")


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        ("Jürgen Müller-Weiß", "Juergen Mueller-Weiss"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("//Ação & Söhne", "Acao + Soehne"),
        ("a@b_c#1", "a.b-c.1"),
        ("x" * 99, "x" * 70),
    ],
)
def test_names_are_written_as_banks_take_them(given_text: str, wanted: str) -> None:
    assert sepa_text(given_text, 70) == wanted


def test_a_name_that_no_bank_could_read_is_told() -> None:
    assert is_latin("Jürgen O'Neill")
    assert not is_latin("Ελένη")
    assert not is_latin("山田")


@given(st.text(max_size=80))
def test_whatever_the_name_only_permitted_characters_come_out(text: str) -> None:
    permitted = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
    written = sepa_text(text, 70)
    assert set(written) <= permitted
    assert len(written) <= 70
    assert "//" not in written
    assert not written.startswith("/")
