"""What notices say: what a reader knows a thing by, and less where an older one lacks a fact."""

import pytest

from api.letters import subject_of, words_of
from api.web.texts import catalogue, names_in

RETURNED, PAYOUT = "payout.returned", f"pot_{'a' * 26}"
# Ids of what has no name; how one goes on may give them to a command.
NAMELESS = {"certificate", "document", "figure", "held", "licence", "line", "match"}
# Kinds whose subject is a performer, who has a name.
OF_PERFORMERS = ("estate.", "figure.alike", "figure.decided", "guardian.", "heldkey.", "minor.")
OF_PERFORMERS += ("money.release", "ownkey.", "payee.", "right.")
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


@pytest.mark.parametrize("lang", ["en", "de"])
def test_what_a_notice_says_holds_no_id_of_what_has_no_name(lang: str) -> None:
    for key, sentence in catalogue(lang).items():
        kind, _, part = key.removeprefix("notice.").partition(".t")
        if not key.startswith("notice.") or part not in ("ext", "itle", "ext.less", "itle.less"):
            continue
        placed = names_in(sentence)
        assert not placed & NAMELESS, key
        assert "id" not in placed or kind.startswith(OF_PERFORMERS), key


def test_what_is_claimed_of_all_cuts_names_none() -> None:
    facts = {"performer": "Anna", "period": "2026-10", "parties": "North 7/10, South 1/2"}
    said = words_of("en", "money.overclaimed", "prf_1", {**facts, "cut": "-"})
    assert "(all cuts, from October 2026)" in said
    assert "(cut Night Train, from" in words_of(
        "en", "money.overclaimed", "prf_1", {**facts, "cut": "Night Train"}
    )
