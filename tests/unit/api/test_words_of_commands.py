"""What commands print for people is words in both languages: no code of the documents behind it."""

import ast
import json
import re
from pathlib import Path
from typing import cast

import pytest

from api.cli import payouts
from api.cli.money import why_of_many
from api.cli.options import Cli
from api.cli.termsfile import flat
from api.client import Client
from api.web.texts import LANGUAGES, bank_answer, catalogue, reason
from royalties.entitlement import NOT_THERE
from royalties.models_books import PeriodState
from royalties.models_income import InvoiceKind
from royalties.models_payouts import BatchKind, BatchState, PayoutState, Way
from royalties.models_runs import RunKind, RunState

ROOT = Path(__file__).parents[3] / "royalties"
GAP = re.compile(r"[{?–]")
CATEGORY = "yearreport.category."
CODE = re.compile(r"[a-z]+(?:[-_][a-z]+)+")
ACCRUING = (
    "accrual.py",
    "entitlement.py",
    "agreed.py",
    "unlicensed.py",
    "pooled.py",
    "training.py",
)
LICENCE = {
    "id": "lic_x",
    "terms": {
        "performer_id": "prf_x",
        "licensee_id": "ten_x",
        "kinds": ["synthesise_voice", "replicate_face"],
        "modalities": ["voice", "face"],
        "territories": ["DE", "AT"],
        "languages": "*",
        "media": ["series", "stage_play"],
        "works": "*",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2036-01-01T00:00:00Z",
        "seconds_max": None,
        "contexts_prohibited": ["political", "audience_test"],
        "label_ai": True,
        "tariff": {"kind": "per_view", "rate": "0.0125", "currency": "EUR"},
    },
}


def reasons_of_accruals() -> set[str]:
    """Every code in the rules of accruing that has a sentence."""
    files = [*(ROOT / name for name in ACCRUING), *sorted((ROOT / "tariffs").glob("*.py"))]
    said = {
        node.value
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {NOT_THERE, *(code for code in said if f"reason.{code}" in catalogue("en"))}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reason_told_of_many_uses_is_a_sentence_without_gaps(lang: str) -> None:
    codes = reasons_of_accruals()
    assert {"not-cleared", "territory-not-licensed", "unlicensed-unpriced"} <= codes
    told = {code: why_of_many(lang, code) for code in codes}
    assert {code: said for code, said in told.items() if said == code or GAP.search(said)} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_licence_is_told_in_words(lang: str) -> None:
    told = flat(LICENCE, lang)
    assert (told["id"], told["performer_id"]) == ("lic_x", "prf_x")
    terms = {name: value for name, value in told.items() if not name.endswith("_id")}
    raw = {text for pair in terms.items() for text in map(str, pair) if CODE.fullmatch(text)}
    assert raw - {"lic_x"} == set()
    assert not any("synthesise_voice" in str(value) or value == "*" for value in terms.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_and_state_of_money_has_its_word(lang: str) -> None:
    found = [("kind", one) for kinds in (RunKind, BatchKind, InvoiceKind) for one in kinds]
    states = (RunState, BatchState, PayoutState, PeriodState)
    found += [("state", one) for kind in states for one in kind]
    found += [("way", one) for one in Way]
    wanted = {f"money.value.{name}.{one.value}" for name, one in found}
    assert wanted - catalogue(lang).keys() == set()


def test_what_a_batch_pays_beside_its_runs_has_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("id", "kind", "state", "execute_on", "total_micro", "left_micro")
    batch = {**dict.fromkeys(names, "0"), "currency": "EUR", "count": 1, "returned_count": 0}
    asked = Cli(as_json=False, server="", data_dir=None, lang="de")
    found = {**batch, "sources": {"other": "2500000"}, "payouts": []}
    # Nobody is asked about what comes from no run.
    payouts._show(asked, found, payouts._sources(asked, cast(Client, None), found))
    shown = capsys.readouterr().out
    assert "alles Übrige" in shown and "other" not in shown and "2,50 EUR" in shown


def test_a_bank_says_in_words_why_money_came_back() -> None:
    assert bank_answer("en", "AC04") == "The account was closed (AC04)."
    usual = "AC01 AC04 AC06 AG01 AM05 BE05 FOCR MD01 MD07 MS02 MS03 RC01 RR01 RR02 RR03 RR04"
    for lang, unknown in (("en", "with the code"), ("de", "mit dem Code")):
        assert not [one for one in usual.split() if unknown in bank_answer(lang, one)]
        assert unknown in bank_answer(lang, "XX99") and unknown not in bank_answer(lang, "")
    held = {"code": "payout-returned", "detail": {"code": "AC04"}}
    assert reason("de", held).endswith("unverändert: Das Konto ist aufgelöst (AC04).")
    assert "XX99" in bank_answer("de", "XX99")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_category_of_deductions_has_its_word(lang: str) -> None:
    rates = (json.loads(one.read_text("utf-8")) for one in ROOT.glob("data/deductions/*.json"))
    named = {f"yearreport.category.{one['category']}" for one in rates if "category" in one}
    assert named and named == {key for key in catalogue(lang) if key.startswith(CATEGORY)}
