"""What a society's pages show: signs, order, and that nothing is missing unsaid."""

from dataclasses import replace

from api.web import societyviews as views
from api.web.texts import LANGUAGES, catalogue
from royalties.accounts import AccountKind
from royalties.models_books import AccountBalance
from royalties.models_payouts import BatchState, PayoutState
from royalties.models_runs import Totals

PERFORMER = f"prf_{'a' * 26}"
OTHER = f"prf_{'b' * 26}"


def balance(account: str, debits: int, credits_: int, unit: str = "EUR") -> AccountBalance:
    return AccountBalance(account, unit, 1, debits, credits_)


def test_what_is_owed_reads_as_a_positive_figure() -> None:
    found = views.places(
        [
            balance(f"accrued:{PERFORMER}", 0, 70),
            balance(f"accrued:{OTHER}", 10, 40),
            balance("bank", 100, 0),
            balance("rounding", 5, 5),
        ]
    )
    assert [(one.kind, one.amount_micro, one.share) for one in found] == [
        ("bank", 100, 100),
        ("accrued", 100, 100),
    ]


def test_currencies_are_never_added_up() -> None:
    found = views.places([balance("bank", 5, 0), balance("bank", 7, 0, "USD")])
    assert [(one.currency, one.amount_micro) for one in found] == [("EUR", 5), ("USD", 7)]


def test_every_kind_of_account_has_a_name() -> None:
    for lang in LANGUAGES:
        assert {f"society.place.{kind.value}" for kind in AccountKind} <= catalogue(lang).keys()


def test_a_run_shows_what_it_lacks() -> None:
    sound = Totals(received_micro=10, handed_on_micro=7, held_micro=3, payable_micro=7)
    assert [one.missing_micro for one in views.proof(sound)] == [0, 0]
    received, divided = views.proof(replace(sound, payable_micro=6))
    assert (received.missing_micro, divided.missing_micro) == (0, 1)
    assert sum(amount for _, amount in received.parts) == received.total_micro == 10


def test_a_batch_is_with_the_bank_until_each_payment_is_answered() -> None:
    sent, back, settled = PayoutState.SENT, PayoutState.RETURNED, PayoutState.SETTLED
    for found, told in (
        ({sent, back}, "SENT"),
        ({back, settled}, "RETURNED"),
        ({settled}, "SETTLED"),
    ):
        assert views.stands(BatchState.SENT, found) == told
    assert views.stands(BatchState.PROPOSED, {PayoutState.PENDING}) == "PROPOSED"
