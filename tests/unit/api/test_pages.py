"""The pages and reports: well-formed, in both languages, and safe with words of strangers."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from api import contractwords, rulewords
from api.accounts.demo import Guest
from api.routes.entrance import COMMANDS, DOORS
from api.web import pages, texts
from api.web.pages import render
from licensing.models_certificate import CertificateState
from licensing.templates.shelf import newest

VOID = {"meta", "br", "link", "input", "img", "hr"}
HOSTILE = "<img src=x onerror=alert(1)>"
REASON = {"code": "licence-covers", "detail": {"licence_id": "lic_1"}}
CLEARANCE: dict[str, Any] = {
    "id": "clr_1",
    "verdict": "CLEARED",
    "title": HOSTILE,
    "submission_id": "sub_1",
    "cut_id": "cut_1",
    "scan_id": "scn_1",
    "release_at": "2030-10-01",
    "decided_at": "2026-11-21T10:00:00Z",
    "provisional": True,
    "known_seq": 7,
    "gallery_seq": 5,
    "reasons": [{"code": "nothing-found", "detail": {}}],
    "warnings": [{"code": "provisional-threshold", "detail": {}}],
    "licence_ids": ["lic_1"],
    "model_ids": [],
    "threshold_ids": [],
    "siblings": [
        {
            "other_label": HOSTILE,
            "differences": [
                {
                    "change": change,
                    "performer_id": "prf_1",
                    "public_name": HOSTILE,
                    "kind": "dub",
                    "here": {"total_ms": 1_000, "verdict": "CLEARED"},
                    "there": {"total_ms": 3_000, "verdict": "REFUSED"},
                }
                for change in ("added", "lost", "longer", "shorter", "verdict")
            ],
        },
        {"other_label": "Trailer", "differences": []},
    ],
    "spans": [
        {
            "start_ms": 1000,
            "end_ms": 62_300,
            "performer_id": "prf_1",
            "public_name": HOSTILE,
            "kind": kind,
            "modalities": ["voice", "face"],
            "verdict": verdict,
            "reasons": [REASON],
            "licence_id": "lic_1",
        }
        for verdict, kind in (
            ("CLEARED", "synthesise_voice"),
            ("REFUSED", "replicate_face"),
            ("REVIEW", None),
            ("UNKNOWN PERSON", None),
        )
    ],
}
LINE: dict[str, Any] = {
    "cut_id": "cut_1",
    "territory": "DE",
    "kind": "dub",
    "views": 1_234_567,
    "use_ms": 15_000,
    "licence_id": "lic_1",
    "clearance_id": "clr_1",
    "tariff": {"kind": "per_minute", "rate_micro": 250_000, "currency": "EUR"},
    "territory_factor": [1, 2],
    "amount_micro": "62500",
}
STATEMENT: dict[str, Any] = {
    "performer_id": "prf_1",
    "period": "2030-10",
    "as_of_seq": 9,
    "lines": [
        {**LINE, "working": {"tariff": "per_minute", "rate_micro": 250_000, "use_ms": 15_000}},
        {**LINE, "working": {"tariff": "per_view", "rate_micro": 12_500, "views": 1_234_567}},
    ],
    "corrections": [
        {"amount_micro": "-5", "currency": "EUR", "reason": HOSTILE, "reverses_id": "txn_1"}
    ],
    "totals": [
        {
            "currency": "EUR",
            "total_micro": "1234567890",
            "total_cents": "123457",
            "carried_micro": "-2110",
        }
    ],
}
CERTIFICATE: dict[str, Any] = {
    "id": "crt_1",
    "state": "VOID",
    "codes": ["certificate-licence-revoked", "consent-suspended"],
    "since": "2030-01-01 10:00 UTC",
    "issued": "2029-01-01 10:00 UTC",
    "asked": "2030-01-02 10:00 UTC",
    "issuer": "did:key:z6Mk",
    "sha256": "ab" * 32,
}
# What every page has around it that is no report.
FRAME: dict[str, Any] = {
    "csrf": "word",
    "visit": None,
    "error": None,
    "sections": (),
    "scripts": (),
    "here": "/",
}
PAGES = {
    "landing.html": {
        "open_jobs": 3,
        "guests": [Guest("per_1", "ten_1", HOSTILE, "studio")],
        "tryable": True,
        "signed_in": False,
        "doors": DOORS,
        "commands": COMMANDS,
        **FRAME,
    },
    "problem.html": {"code": "not-found", "meaning": "problem.not-found", **FRAME},
    "contracts.html": {"contracts": [contractwords.for_page(c, "en") for c in newest()], **FRAME},
    "contract.html": {"c": contractwords.for_page(newest()[0], "en"), **FRAME},
    "rules.html": {
        **FRAME,
        "packs": rulewords.packs(rulewords.EVERYWHERE, datetime(2026, 12, 1, tzinfo=UTC)),
        "places": ("*", "DE"),
        "territory": "*",
    },
    "clearance.html": {"c": CLEARANCE, "base": "https://r.example", "certificate": "crt_1"},
    "certificate.html": {"c": CERTIFICATE, "states": list(CertificateState), "mark": "REFUSED"},
    "clearance.txt": {"c": CLEARANCE},
    "statement.html": {"s": STATEMENT},
    "statement.txt": {"s": STATEMENT},
}


class Checker(HTMLParser):
    """Follows the tree and collects what a page must have."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_complete_in_both_languages(name: str, lang: str) -> None:
    made = render(name, lang, **PAGES[name])
    for key in texts.catalogue("en"):
        assert key not in made.split(), key


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("name", [name for name in PAGES if name.endswith("html")])
def test_every_page_is_well_formed_and_made_for_a_phone(name: str, lang: str) -> None:
    page = Checker()
    page.feed(render(name, lang, **PAGES[name]))
    assert page.open == []
    tags = [tag for tag, _ in page.seen]
    assert ("html", {"lang": lang}) in page.seen
    assert tags.count("h1") == 1
    assert tags.count("main") == 1
    assert "title" in tags
    viewports = [attrs for tag, attrs in page.seen if attrs.get("name") == "viewport"]
    assert viewports[0]["content"] == "width=device-width, initial-scale=1"
    assert all("scope" in attrs for tag, attrs in page.seen if tag == "th")
    assert "img" not in tags
    # Reports run nothing; other pages run files of ours, and nothing that stands in them.
    sources = [attrs.get("src") or "" for tag, attrs in page.seen if tag == "script"]
    assert all(source.startswith("/static/") for source in sources)
    assert "visit" in PAGES[name] or not sources


def test_words_of_strangers_are_text() -> None:
    made = render("clearance.html", "en", c=CLEARANCE)
    assert HOSTILE not in made
    assert "&lt;img" in made


def test_a_verdict_is_told_by_shape_and_word() -> None:
    made = render("clearance.txt", "de", c=CLEARANCE)
    for shape, word in (
        ("✓", "FREIGEGEBEN"),
        ("▬", "NICHT FREIGEGEBEN"),
        ("?", "PRÜFUNG NÖTIG"),
        ("○", "UNBEKANNTE PERSON"),
    ):
        assert f"{shape} {word}" in made


def test_money_is_shown_exactly_with_its_working() -> None:
    made = render("statement.txt", "de", s=STATEMENT)
    assert "1.234,57 EUR" in made
    assert "0,25 EUR je Minute × 15,0 s / 60 × Gebietsfaktor 1/2" in made
    assert "0,0125 EUR je Aufruf × 1.234.567 Aufrufe" in made


def test_amounts_are_read_to_the_cent_with_the_exact_one_behind_them() -> None:
    tried = {"template": "me.html", "currency": "EUR"}
    assert pages._money("de", micro=1_234_500_000, **tried) == "1.234,50\u00a0EUR"
    shown = pages._money("de", micro=62_500, **tried)
    assert shown == '<data value="0.0625" title="0,0625 EUR">0,06\u00a0EUR</data>'
    said = texts.text("en", "me.earned", amount=shown, month="<May>")
    assert shown in said and "&lt;May&gt;" in said
    for kept in ("statement.html", "accountstatement.html", "statement.txt"):
        assert "0.0625" in pages._money("en", kept, 62_500, "EUR")
        assert "<" not in pages._money("en", kept, 62_500, "EUR")
