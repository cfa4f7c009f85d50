"""A licence beside the framework that it pins, and what changed between two versions in words."""

from dataclasses import replace
from typing import Any

import pytest

from core.canonical import canonical
from core.clock import to_text
from core.ids import derived_id
from core.keys import sign
from licensing.assets import LANGUAGES
from licensing.documentchecks import Brought
from licensing.documentkinds import verify_document
from licensing.frameworkchanges import framework_changes
from licensing.frameworks import (
    digest_of,
    framework_from_body,
    open_framework,
    signed_framework,
    signing_request,
)
from licensing.models_verification import StepState, VerifyReport
from licensing.templates.prose import difference_lines
from tests.unit.licensing.documents import (
    MOTHER,
    REGISTRY,
    STRANGER,
    document,
    licence_bytes,
    signed,
)
from tests.unit.licensing.examples import AT, terms

UNION = MOTHER


def published(version: int = 1, registry: Any = REGISTRY, **minimums: Any) -> bytes:
    body = {
        "title": "AI in film",
        "agreement": "Agreement of May",
        "valid_from": to_text(AT),
        "minimums": minimums,
    }
    facts = framework_from_body(
        body,
        id=derived_id("frw", "union"),
        version=version,
        group=("grp_a", "Guild"),
        key=UNION.did,
        at=AT,
    )
    return signed_framework(facts, sign(UNION, signing_request(facts).signing_input), registry, AT)


def verified(pinned: bytes, *given: bytes, version: str = "1") -> VerifyReport:
    said = terms(
        framework_id=derived_id("frw", "union"),
        framework_version=version,
        framework_digest=digest_of(pinned),
    )
    methods = frozenset({REGISTRY.verification_method})
    licence = canonical(signed(document(said)))
    _, report = verify_document(licence, Brought(AT, methods, others=given))
    return report


def state(report: VerifyReport) -> StepState:
    step = report.steps[-1]
    assert (step.number, step.name) == (14, "framework")
    return step.state


def test_a_licence_without_a_framework_has_no_such_step() -> None:
    _, report = verify_document(licence_bytes(), Brought(AT, frozenset()))
    assert "framework" not in [step.name for step in report.steps]


def test_the_version_pinned_is_opened_and_kept() -> None:
    framework = published(description_words_min=0)
    assert state(verified(framework, framework)) is StepState.OK
    assert state(verified(framework)) is StepState.NOT_CHECKED
    assert state(verified(framework, published(2), framework)) is StepState.OK


@pytest.mark.parametrize(
    ("pinned", "given", "version"),
    [
        (published(), published(suspension=False), "1"),
        (published(), published(2), "1"),
        (published(), published(), "2"),
        (published(registry=STRANGER), published(registry=STRANGER), "1"),
        (published(use_notice_hours=24), published(use_notice_hours=24), "1"),
    ],
    ids=["other bytes", "other version", "other number", "untrusted registry", "below the floor"],
)
def test_what_is_not_the_pinned_framework_or_is_not_kept_fails(
    pinned: bytes, given: bytes, version: str
) -> None:
    assert state(verified(pinned, given, version=version)) is StepState.FAILED


def test_a_framework_that_was_signed_otherwise_fails() -> None:
    framework = published()
    forged = framework.replace(b"Agreement of May", b"Agreement of Mai")
    assert state(verified(forged, forged)) is StepState.FAILED


def test_what_changed_reads_as_prose_in_both_languages() -> None:
    euro = {"kind": "per_minute", "rate": "10.00", "currency": "EUR"}
    old = open_framework(published(kinds=["dub"], rates=[euro]))
    dearer, dollar = {**euro, "rate": "12.00"}, {**euro, "currency": "USD"}
    new = open_framework(published(2, use_notice_hours=24, rates=[dearer, dollar]))
    changes = framework_changes(old, new)
    assert [change.name for change in changes] == ["kinds", "use_notice_hours", "tariff", "tariff"]
    english, german = (difference_lines(changes, lang) for lang in LANGUAGES)
    assert any("10" in line and "12" in line for line in english)
    assert any("every kind of use" in line for line in english)
    assert len(german) == len(english) == 4 and not set(german) & set(english)
    assert framework_changes(old, old) == ()
    later = replace(old, valid_until=AT)
    assert [change.name for change in framework_changes(old, later)] == ["valid_until"]
