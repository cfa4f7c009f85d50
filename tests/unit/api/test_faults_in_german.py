"""What goes wrong is told in the reader's language: every sentence that the code's errors say."""

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from api.web.faulttexts import told, told_of
from api.web.texts import LANGUAGES, catalogue
from core.errors import BadTerms
from fingerprint.media.faults import Case, bad_media
from fingerprint.models import Reason
from tests.unit.api.raised import Code

ROOT = Path(__file__).parents[3]
DOCTOR = (
    "api/doctor.py",
    "api/doctoraudit.py",
    "core/audit.py",
    "core/log.py",
    "witness/audit.py",
    "witness/documents.py",
    "witness/status.py",
)
WORDS = re.compile("[a-z] [a-z]")
# Parts of errors that are no sentence of the code's own, by what says them.
OTHERS_WORDS = frozenset(
    {
        # Reasons, which have words by their codes.
        "' '.join((render(reason) for reason in reasons))",
        "' '.join(dict.fromkeys((render(reason) for reason in reasons)))",
        "'This contract is not made for: ' + ' '.join((item.words.en for item in against))",
        "render(NOT_USED)",
        "render(UNDECLARED)",
        # What another error said: of a registry, a job, a step of a verification, an act on a cut.
        "str(body.get('detail') or body.get('title') or f'HTTP {status}')",
        "str(body.get('next_step', ''))",
        "fault['message']",
        "fault['next_step']",
        # What the library that reads command lines says.
        "error.format_message()",
        "next((s.detail for s in judged.values() if s.state is StepState.FAILED))",
        "error.next_step",
        "said['next_step']",
        "told(lang, item.next_step)",
        "told(lang, job.error_next_step or '')",
        # Faults of media, which are tried below one by one.
        "text.sentence.format(**known)",
        "text.next_step",
        # Terms of a licence beside those of its framework, for a step of `verify`.
        "'The licence falls below its framework: ' + ' '.join(lines(fallen, 'en'))",
        # Routes without a row: no registry starts with one.
        "'; '.join(named)",
    }
)
# Classes and calls that share a name with an error's and say nothing.
SILENT = re.compile(r"Case\..*|answer\.status_code|index|item|step|one\.key|use\.use_id|said")


def literal(node: ast.expr, known: Mapping[str, str] = MappingProxyType({})) -> str:
    """A text, with a figure in place of whatever is filled in; `known` are texts by their names."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(part, known) for part in node.values)
    return ""


def _part(node: ast.expr, known: Mapping[str, str]) -> str:
    filled = node.value if isinstance(node, ast.FormattedValue) else node
    return literal(filled, known) or "7"


def findings(path: Path) -> set[str]:
    """What a module of the doctor's says: its checks, and what is wrong, one thing at a time."""
    found: set[str] = set()
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        known = {
            node.targets[0].id: literal(node.value)
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(function):
            found |= {text for part in _said(node) if (text := literal(part, known))}
    return found


def _said(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check":
        return node.args[:1] + node.args[2:]
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "append":
        return node.args
    return [node.value] if isinstance(node, ast.Yield) and node.value is not None else []


@pytest.fixture(scope="module")
def code() -> Code:
    return Code()


@pytest.fixture(scope="module")
def said(code: Code) -> list[tuple[Path, str, str]]:
    return list(code.said())


def english(sentences: Iterable[str]) -> list[str]:
    """Those of several words that nobody has told in German."""
    return sorted(one for one in sentences if WORDS.search(one) and told("de", one) == one)


@pytest.mark.parametrize(
    "rest", ["declaration file and run the command again", "file", "times", "manifest and hand"]
)
def test_a_sentence_that_fits_a_pattern_of_names_is_told_whole(
    said: list[tuple[Path, str, str]], rest: str
) -> None:
    """`Mend the {}.` fits them too, and would leave the rest of each in English."""
    (sentence,) = {one for _, _, one in said if one.startswith(f"Mend the {rest}")}
    assert rest not in told("de", sentence)


def test_every_sentence_that_an_error_says_is_told_in_german(
    said: list[tuple[Path, str, str]],
) -> None:
    sentences = {sentence for _, _, sentence in said}
    assert len(sentences) > 1_500
    assert english(sentences) == []


def test_no_error_says_what_cannot_be_read_from_the_code(
    said: list[tuple[Path, str, str]],
) -> None:
    unknown = {part for _, part, sentence in said if not sentence} - OTHERS_WORDS
    assert sorted(one for one in unknown if not SILENT.fullmatch(one)) == []


def test_every_step_of_a_verification_is_told_in_german(code: Code) -> None:
    steps = set(code.found())
    assert len(steps) > 60
    assert english(steps) == []


def test_every_fault_of_media_is_told_in_german() -> None:
    faults = [bad_media(case) for case in Case]
    assert english(text for one in faults for text in (one.message, one.next_step)) == []


@pytest.mark.parametrize("path", DOCTOR)
def test_every_finding_of_the_doctor_has_its_german_sentence(path: str) -> None:
    said = findings(ROOT / path)
    assert said
    assert english(said) == []


def test_what_is_said_of_several_things_is_told_thing_by_thing() -> None:
    assert told("de", "leaf 3 was changed; leaf 5 is missing") == (
        "Blatt 3 wurde geändert; Blatt 5 fehlt"
    )


def test_a_verdict_in_a_sentence_is_its_word() -> None:
    said = "The decision is REVIEW: only a cleared one gets a certificate."
    assert "PRÜFUNG NÖTIG" in told("de", said)
    assert "REVIEW" not in told("de", said)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reasons_are_told_in_words_and_not_as_codes(lang: str) -> None:
    why = Reason("holder-no-agency", {})
    error = BadTerms("This mandate cannot be signed: holder-no-agency.", reasons=[why])
    assert told_of(lang, error)["message"] == catalogue(lang)["reason.holder-no-agency"]


def test_figures_are_kept() -> None:
    said = "Your organisation has begun 200 enrolments this month, of 200."
    assert told("de", said).startswith("Ihre Organisation hat diesen Monat 200 von 200")
    assert told("en", said) == said
    assert told("de", "nobody wrote this") == "nobody wrote this"


def test_a_day_is_written_as_pages_write_it() -> None:
    said = "2027-01 has not begun: it can be invoiced from 2027-01-01 on."
    assert "ab dem 01.01.2027" in told("de", said)
    assert told("en", said) == said
