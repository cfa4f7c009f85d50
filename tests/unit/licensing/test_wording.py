"""Every code has a sentence in both languages, and the shipped data files agree with the code."""

import ast
import json
import re
import string
from pathlib import Path

import pytest

import licensing
from api.web.texts import catalogue
from fingerprint.models import Reason
from licensing.assets import (
    LANGUAGES,
    context_bytes,
    reason_sentences,
    vocabulary_bytes,
    words,
)
from licensing.models import Context
from licensing.policy import ACTIONS, FORMATION, PAY_PER, SCOPES, STAGES, policy_of
from licensing.rulepacks.packs import label_duties
from licensing.wording import render, word
from registry.models.works import KindOfUse, Medium
from tests.unit.licensing.examples import FULL

ROOT = Path(licensing.__file__).parents[1]
PACKAGES = ("fingerprint", "registry", "licensing")
# Codes that are chosen before they become reasons, where no single call names them.
CHOSEN = frozenset(
    {"confirmed-by-person", "rejected-by-person", "no-prints", "encoder-not-calibrated"}
    | {"too-quiet", "too-noisy", "face-too-small", "face-blurred", "face-too-dark"}
    | {"face-low-contrast", "face-profile", "short-evidence", "declared-not-found"}
    | {"declared-without-licence", "declared-but-forbidden", "declared-minor-not-found"}
    | {"law-broken", "law-to-person", "law-unclear", "law-expired"}
    | {"label-met", "label-missing", "label-not-in-file", "label-unverifiable"}
)


def reason_calls(package: str) -> list[tuple[str, frozenset[str] | None, str]]:
    """(code, names of details or None, where) of every reason written out in a package."""
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            code = reason_code(node)
            if code is not None:
                where = f"{path.name}:{node.lineno}"  # type: ignore[attr-defined]
                found.append((code, detail_names(node), where))
    return found


def reason_code(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call) or not node.args:
        return None
    made = isinstance(node.func, ast.Name) and node.func.id == "Reason"
    noted = isinstance(node.func, ast.Attribute) and node.func.attr == "note"
    first = node.args[0]
    return str(first.value) if (made or noted) and isinstance(first, ast.Constant) else None


def detail_names(node: ast.AST) -> frozenset[str] | None:
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    detail = node.args[1]
    if not isinstance(detail, ast.Dict):
        return None
    return frozenset(str(key.value) for key in detail.keys if isinstance(key, ast.Constant))


CALLS = [call for package in PACKAGES for call in reason_calls(package)]


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def sentences(lang: str, code: str) -> list[str]:
    """What can be said of a code: by a page first, then by a document."""
    said = (catalogue(lang).get(f"reason.{code}"), reason_sentences(lang).get(code))
    return [sentence for sentence in said if sentence is not None]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_that_is_used_has_a_sentence(lang: str) -> None:
    missing = {code: where for code, _, where in CALLS if not sentences(lang, code)}
    assert missing == {}
    assert set(reason_sentences(lang)) >= CHOSEN


@pytest.mark.parametrize("lang", LANGUAGES)
def test_some_sentence_asks_only_for_figures_that_its_reason_has(lang: str) -> None:
    """One code may come with its figures from one place and without them from another."""
    for code, details, where in CALLS:
        asked = [placeholders(sentence) for sentence in sentences(lang, code)]
        assert details is None or any(names <= details for names in asked), (code, where)


def test_both_languages_word_the_same_codes_with_the_same_figures() -> None:
    english, german = (reason_sentences(lang) for lang in LANGUAGES)
    assert set(english) == set(german)
    assert {
        code for code in english if placeholders(english[code]) != placeholders(german[code])
    } == (set())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_medium_and_context_has_a_plain_word(lang: str) -> None:
    names = {item.value for item in (*KindOfUse, *Medium, *Context)}
    assert names <= set(words(lang))


def test_both_languages_have_the_same_words() -> None:
    assert set(words("en")) == set(words("de"))


def test_a_reason_reads_as_a_sentence() -> None:
    reason = Reason("kind-not-licensed", {"kind": "synthesise_voice"})
    assert render(reason) == "The licence does not name this kind of use: synthesised voice."
    assert render(reason, "de-AT") == (
        "Die Lizenz nennt diese Art der Verwendung nicht: synthetisierte Stimme."
    )


def test_a_list_of_parts_is_worded_part_by_part() -> None:
    reason = Reason("modality-not-licensed", {"modalities": "face, voice"})
    assert render(reason, "de") == "Die Lizenz umfasst nicht: Gesicht, Stimme."


def test_an_unknown_language_reads_as_english() -> None:
    assert render(Reason("term-reversed", {}), "fr") == "The term ends before it begins."


def test_an_unworded_code_and_a_missing_figure_stay_visible() -> None:
    assert render(Reason("never-heard-of", {})) == "never-heard-of"
    assert "–" in render(Reason("licence-expired", {}))


def test_text_from_outside_is_shown_and_not_formatted_again() -> None:
    reason = Reason("engagement-declared", {"engagement_ref": "{revoked_at} 50 %"})
    assert "{revoked_at} 50 %" in render(reason)


def test_an_unknown_word_is_shown_as_it_is() -> None:
    assert word("hologram", "de") == "hologram"


def test_the_context_maps_the_policy_to_json_and_protects_its_terms() -> None:
    context = json.loads(context_bytes())["@context"]
    assert context["@protected"] is True
    assert context["policy"]["@type"] == "@json"
    assert "LikenessConsentLicence" in context


def test_the_vocabulary_defines_every_word_of_the_profile_in_both_languages() -> None:
    graph = json.loads(vocabulary_bytes())["@graph"]
    defined = {entry["@id"].removeprefix("urn:ebenbild:likeness:"): entry for entry in graph}
    used = [*ACTIONS.values(), *PAY_PER.values(), *SCOPES.values(), *STAGES.values()]
    used += [*FORMATION.values(), *(f"eb:{context.value}" for context in Context)]
    used += re.findall(r"eb:\w+", json.dumps(policy_of(FULL, profile="")))
    ours = {name.removeprefix("eb:") for name in used if name.startswith("eb:")}
    assert ours <= set(defined)
    for name in ours:
        languages = {label["@language"] for label in defined[name]["skos:definition"]}
        assert languages == set(LANGUAGES)


def test_label_laws_are_dated_and_say_where_they_are_written() -> None:
    duties = label_duties()
    assert {duty.value.id for duty in duties} == {"eu-ai-act-50", "cn-aigc-label"}
    for duty in duties:
        assert duty.source and duty.certainty in ("confirmed", "unconfirmed")
        assert duty.value.kinds and KindOfUse.OWN_PERFORMANCE not in duty.value.kinds
