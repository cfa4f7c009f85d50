"""Account numbers that can be right, details that may be set, and when a change counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from royalties.ibans import check_bic, check_iban, in_sepa, masked
from royalties.payees import (
    PayeeDetails,
    PayeeVersion,
    changed,
    effective_from,
    from_bytes,
    shown,
    standing,
    to_bytes,
)

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
# Examples of the IBAN registry.
REAL = (
    "DE89 3704 0044 0532 0130 00",
    "GB29 NWBK 6016 1331 9268 19",
    "FR14 2004 1010 0505 0001 3M02 606",
    "CH93 0076 2011 6238 5295 7",
    "NL91 ABNA 0417 1643 00",
    "NO93 8601 1117 947",
    "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    "SA03 8000 0000 6080 1016 7519",
)
KNOWN = PayeeDetails(name="Anna Meyer", iban=check_iban(REAL[0]), residence="DE")


@pytest.mark.parametrize("text", REAL)
def test_real_numbers_pass_however_they_are_written(text: str) -> None:
    assert check_iban(text.lower()) == text.replace(" ", "")


@given(st.sampled_from(REAL), st.integers(0, 30), st.sampled_from("0123456789ABCXYZ"))
def test_one_wrong_character_is_always_found(text: str, place: int, other: str) -> None:
    iban = check_iban(text)
    place %= len(iban)
    if iban[place] != other:
        with pytest.raises(BadInput):
            check_iban(iban[:place] + other + iban[place + 1 :])


@given(st.sampled_from(REAL), st.integers(4, 13))
def test_two_exchanged_characters_are_always_found(text: str, place: int) -> None:
    iban = check_iban(text)
    if iban[place] != iban[place + 1]:
        with pytest.raises(BadInput):
            check_iban(iban[:place] + iban[place + 1] + iban[place] + iban[place + 2 :])


def test_a_number_that_lacks_a_digit_is_refused_though_its_check_digits_are_right() -> None:
    short = REAL[0].replace(" ", "")[4:-1]
    check = next(n for n in range(2, 99) if int(f"{short}1314{n:02}") % 97 == 1)
    with pytest.raises(BadInput, match="form of its country"):
        check_iban(f"DE{check:02}{short}")


@pytest.mark.parametrize(
    "text", ["", "DE", "XX89370400440532013000", "DE8937040044053201300", "DE٨9370400440532013000"]
)
def test_what_is_no_iban_is_refused_with_a_next_step(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_iban(text)
    assert refused.value.code == "bad-iban"
    assert refused.value.next_step


def test_a_bic_is_of_the_country_of_the_account() -> None:
    assert check_bic("cobadeff xxx", KNOWN.iban) == "COBADEFFXXX"
    assert check_bic("BNPAGFGX", check_iban(REAL[2])) == "BNPAGFGX"
    with pytest.raises(BadInput):
        check_bic("BNPAFRPP", KNOWN.iban)
    with pytest.raises(BadInput):
        check_bic("COBADE")


def test_who_is_reached_by_sepa() -> None:
    assert [in_sepa(check_iban(text)) for text in REAL] == [True] * 7 + [False]


def test_accounts_are_shown_by_their_ends_alone() -> None:
    said = PayeeDetails(name="A", iban=KNOWN.iban, tax_number="12345678901", account="ABA 1 Nr 234")
    told = str(shown(said))
    assert masked(KNOWN.iban) == "DE…3000"
    assert masked(KNOWN.iban) in told
    assert not any(secret in told for secret in (KNOWN.iban, said.tax_number, said.account, "0532"))


def test_details_are_read_as_they_were_sealed() -> None:
    assert from_bytes(to_bytes(KNOWN)) == KNOWN
    assert from_bytes(b'{"name": "A", "unknown": 1}') == PayeeDetails(name="A")


def test_what_is_not_named_stays_and_an_empty_text_takes_away() -> None:
    made = changed(KNOWN, {"town": "  Köln ", "iban": "", "residence": "fr"})
    assert (made.name, made.town, made.iban, made.residence) == ("Anna Meyer", "Köln", "", "FR")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"name": ""},
        {"name": "x" * 141},
        {"name": "a\x07b"},
        {"residence": "UK"},
        {"country": "Germany"},
        {"iban": "DE00370400440532013000"},
        {"bic": "NOPE"},
    ],
)
def test_what_cannot_be_right_is_refused(wrong: dict[str, str | bool]) -> None:
    with pytest.raises(BadInput):
        changed(KNOWN, wrong)


def version(number: int, effective_at: datetime | None) -> PayeeVersion:
    return PayeeVersion(
        id=f"pyv_{number}",
        tenant_id="ten_a",
        payee_id="pay_a",
        performer_id="prf_a",
        heir_id=None,
        version=number,
        sealed=b"",
        recorded_at=AT,
        approval_id=None,
        effective_at=effective_at,
    )


def test_only_another_account_has_to_cool() -> None:
    other = PayeeDetails(name="Anna Meyer", iban=check_iban(REAL[1]), residence="DE")
    moved = PayeeDetails(name="Anna Meyer", iban=KNOWN.iban, town="Ulm")
    assert effective_from(None, KNOWN, cooling_days=7, at=AT) == AT
    assert effective_from(KNOWN, moved, cooling_days=7, at=AT) == AT
    assert effective_from(KNOWN, other, cooling_days=7, at=AT) == AT + timedelta(days=7)


def test_the_newest_that_counts_is_the_one_and_going_back_ends_the_cooling() -> None:
    first, second = version(1, AT), version(2, AT + timedelta(days=7))
    now = standing((first, second), AT)
    assert (now.current, now.cooling_until) == (first, second.effective_at)
    later = standing((first, second), AT + timedelta(days=7))
    assert (later.current, later.cooling_until) == (second, None)
    back = version(3, AT + timedelta(hours=1))
    ended = standing((first, second, back), AT + timedelta(days=8))
    assert (ended.current, ended.cooling_until) == (back, None)


def test_what_waits_for_a_second_person_changes_nothing() -> None:
    first, asked = version(1, AT), version(2, None)
    now = standing((first, asked), AT)
    assert (now.current, now.base, now.waiting) == (first, first, asked)
    assert standing((), AT).current is None
