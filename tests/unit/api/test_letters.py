"""What notices say: what a reader knows a thing by, and less where an older one lacks a fact."""

import pytest

from api.letters import subject_of, words_of

RETURNED, PAYOUT = "payout.returned", f"pot_{'a' * 26}"
FACTS = {
    "code": "AC04",
    "amount_micro": "25000000",
    "currency": "EUR",
    "sent": "2026-11-21",
}


def test_money_that_came_back_is_named_by_its_amount_and_the_day_it_went_out() -> None:
    words = words_of("de", RETURNED, PAYOUT, FACTS)
    assert words.startswith("Die Bank hat 25,00 EUR zurückgegeben, überwiesen am 21.11.2026: Das")
    assert "pot_" not in words


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("kind", [RETURNED, "mandate.given", "mandate.ended"])
def test_a_notice_from_before_a_fact_was_kept_says_less_and_asks_nothing(
    lang: str, kind: str
) -> None:
    said = subject_of(lang, kind, {"code": "AC04"}) + words_of(lang, kind, PAYOUT, {"code": "AC04"})
    assert "?" not in said and "pot_" not in said
    assert "(AC04)" in said or kind != RETURNED


def test_a_mandate_is_told_with_whose_it_is_where_that_is_known() -> None:
    assert "for Anna" in words_of("en", "mandate.ended", "man_1", {"performer": "Anna"})
