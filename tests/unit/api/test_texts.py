"""The two catalogues say the same things, and every word that is asked for is there."""

import ast
import json
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web import erasednames, sourcetexts, texts
from fingerprint.models import Reason
from licensing.rulepacks.packs import shipped_packs
from licensing.wording import render
from royalties.usage import OPTIONAL, REQUIRED

ROOT = Path(__file__).parents[3]
PACKAGES = ("core", "fingerprint", "registry", "licensing", "royalties", "api")
CALL = r'text\([^,()]*(?:\([^)]*\))?,\s*"([a-z0-9.\-]+)"'


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def test_both_languages_have_every_entry_with_the_same_figures() -> None:
    english, german = texts.catalogue("en"), texts.catalogue("de")
    assert english.keys() == german.keys()
    for key, sentence in english.items():
        assert placeholders(sentence) == placeholders(german[key]), key


def test_every_entry_asked_for_by_code_and_templates_exists() -> None:
    asked: set[str] = set()
    for path in (ROOT / "api").rglob("*.py"):
        asked |= set(
            re.findall(r'text\([^,()]*(?:\([^)]*\))?,\s*"([a-z0-9.\-]+)"', path.read_text())
        )
    for path in (ROOT / "api/web/templates").iterdir():
        asked |= set(re.findall(r"\bt\('([a-z0-9.\-]+)'[,)]", path.read_text()))
    assert len(asked) > 40
    assert sorted(asked - texts.catalogue("en").keys()) == []


@cache
def reason_codes() -> set[str]:
    """First arguments of every `Reason(...)` in the code that are written out."""
    found: set[str] = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason"
            if named and node.args and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_every_reason_that_the_code_gives_has_words(lang: str) -> None:
    codes = reason_codes()
    assert len(codes) > 30
    silent = {
        code
        for code in codes
        if f"reason.{code}" not in texts.catalogue(lang) and render(Reason(code, {}), lang) == code
    }
    assert sorted(silent) == []


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_every_cause_of_a_rejected_usage_line_has_words(lang: str) -> None:
    files = [
        ROOT / "royalties/usage.py",
        ROOT / "royalties/begun.py",
        *(ROOT / "royalties/reports").glob("*.py"),
    ]
    files += (ROOT / "royalties/service").glob("usage*.py")
    text = "".join(path.read_text("utf-8") for path in files)
    causes = set(re.findall(r'Reject\([^)"]*"([a-z-]+)"', text))
    causes |= {f"bad-{name.replace('_', '-')}" for name in REQUIRED + OPTIONAL}
    assert causes
    assert {c for c in causes if f"usage.cause.{c}" not in texts.catalogue(lang)} == set()


def test_figures_are_shown_as_people_read_them() -> None:
    item = {"code": "too-little-speech", "detail": {"speech_ms": 1200, "needed_ms": 3000}}
    assert "1.2" in texts.reason("en", item)
    assert "1,2" in texts.reason("de", item)


def test_days_and_verdicts_in_a_reason_are_told_in_words() -> None:
    past = {"code": "release-in-past", "detail": {"release_at": "2025-12-10"}}
    assert "10.12.2025" in texts.reason("de", past)
    assert "2025-12-10" in texts.reason("en", past)
    again = {"code": "certificate-decided-again", "detail": {"verdict": "REFUSED"}}
    assert "NICHT FREIGEGEBEN" in texts.reason("de", again)


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("fr, de;q=0.3, en;q=0.7", "en"),
        ("fr", "en"),
        ("", "en"),
        ("de;q=broken, en;q=0.1", "en"),
    ],
)
def test_the_browser_wish_is_followed(header: str, lang: str) -> None:
    assert texts.preferred(header) == lang


@given(st.text(max_size=300))
def test_no_header_breaks_the_choice(header: str) -> None:
    assert texts.preferred(header) in texts.LANGUAGES


@given(st.integers(min_value=0, max_value=10**8))
def test_timecode_reads_back_to_the_tenth(at_ms: int) -> None:
    parts = [float(part) for part in texts.timecode(at_ms).split(":")]
    seconds = sum(part * 60**place for place, part in enumerate(reversed(parts)))
    assert round(seconds * 10) == at_ms // 100


# Links to the other language, the reference of the API, and the words of a source that is cited.
ENGLISH_IN = {"account.html", "api.html", "base.html", "parts.html"} | {
    *("societytariff.html", "societytarifftext.html"),
}


def test_a_page_calls_nothing_english_that_could_be_told_in_german() -> None:
    """What a template marks as English no other test looks at."""
    pages = ROOT / "api" / "web" / "templates"
    marked = {one.name for one in pages.iterdir() if 'lang="en"' in one.read_text("utf-8")}
    assert marked == ENGLISH_IN


ENGLISH = re.compile(
    r"\b(the|and|of|from|text|draft|summary|rule|law|regulation|agreement|use|notice|consent|"
    r"amendment|exceptions|january|february|march|may|june|july|august|october|december)\b",
    re.IGNORECASE,
)
NAMES = ("New York General Obligations Law", "Interactive Media Agreement", "bvm-law.de")


def test_every_source_of_a_rule_is_cited_in_german() -> None:
    cited = {
        source
        for pack in shipped_packs()
        for source in (pack.source, *(rule.source for rule in pack.rules))
    }
    german = {sourcetexts.source_of("de", source) for source in cited}
    for name in NAMES:
        german = {source.replace(name, "") for source in german}
    assert sorted(source for source in german if ENGLISH.search(source)) == []
    kept = sourcetexts._sources("de")
    assert kept.keys() <= cited, "a source that no pack cites any more"


def test_an_erased_persons_pseudonym_is_told_in_words_() -> None:
    for lang, words in (("en", "data is erased (abcd2345)"), ("de", "gelöscht sind (abcd2345)")):
        shown = erasednames.told(lang, "<h1>erased-abcd2345</h1>")
        assert words in shown and "erased-" not in shown
        assert erasednames.told(lang, "erased-people.jsonl") == "erased-people.jsonl"


def test_performers_are_called_by_one_word_in_german() -> None:
    words = json.loads((texts.FOLDER / "faults.de.json").read_text("utf-8"))
    for said in (*texts.catalogue("de").values(), *words.values()):
        assert not re.search("Darsteller|Darstellend", said), said


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_times_in_reasons_are_seconds_and_not_thousandths(lang: str) -> None:
    said = {key: one for key, one in texts.catalogue(lang).items() if key.startswith("reason.")}
    assert [key for key, one in said.items() if "_ms}" in one] == []
    detail = {"watched_ms": 93_033_000, "views": 500, "length_ms": 51_102}
    told = texts.reason(lang, {"code": "watched-longer-than-views-allow", "detail": detail})
    shown = ("93033.0", "51.1") if lang == "en" else ("93033,0", "51,1")
    assert all(one in told for one in shown)
