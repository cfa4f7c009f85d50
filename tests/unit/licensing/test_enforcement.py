"""Notices with every element, deadlines after a counter-notice, and what a finding may lead to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import BadInput
from fingerprint.models import Decision, Modality, Span
from licensing import enforcementdata as data
from licensing.enforcement import (
    deadlines,
    evidence_document,
    next_step,
    notice_text,
    spans_text,
)
from licensing.models_enforcement import Clip, ClipState, NextStep, Policy, Seen, Sender

T0 = datetime(2027, 1, 1, 12, tzinfo=UTC)
SURE = Seen(Modality.VOICE, Decision.MATCH, (Span(61_000, 3_725_000),), 0.0005, "m", "t")
DOUBT = replace(SURE, decision=Decision.REVIEW)
CLIP = Clip(
    id="clp_1",
    tenant_id="ten_1",
    performer_id="prf_1",
    location="https://video.example/1",
    object_name=None,
    sha256="ab" * 32,
    job_id="job_1",
    state=ClipState.FOUND,
    recorded_at=T0,
    seen=(SURE, DOUBT),
)
SENDER = Sender("Anna B.", "anna@example.org", "performer", "Anna B.", True, True)


def text(sender: Sender = SENDER, lang: str = "en", clip: Clip = CLIP) -> str:
    return notice_text(
        data.elements(),
        clip,
        sender,
        performer="Anna",
        capacity=data.capacities()[sender.capacity][lang],
        platform="Video Example",
        material=data.materials()["use" if clip.use_id else "file"][lang],
        law=data.law(),
        at=T0,
        lang=lang,
    )


@pytest.mark.parametrize("lang", ["en", "de"])
def test_a_notice_about_a_use_names_it_and_no_file(lang: str) -> None:
    told = text(lang=lang, clip=replace(CLIP, sha256="", use_id="use_7"))
    assert "use_7" in told
    assert "SHA-256" not in told


@pytest.mark.parametrize("lang", ["en", "de"])
def test_a_notice_has_all_seven_elements_and_says_how_sure_their_source_is(lang: str) -> None:
    told = text(lang=lang)
    places = [told.index(f"\n({letter}) ") for letter in "ABCDEFG"]
    assert places == sorted(places)
    for fact in ("Anna B.", "anna@example.org", CLIP.location, CLIP.sha256, "unconfirmed"):
        assert fact in told


@pytest.mark.parametrize(
    ("field", "value", "letter"),
    [
        ("signature", " ", "A"),
        ("contact", "", "D"),
        ("good_faith", False, "E"),
        ("accurate", False, "G"),
    ],
)
def test_a_notice_that_lacks_an_element_is_refused_with_its_letter(
    field: str, value: object, letter: str
) -> None:
    with pytest.raises(BadInput, match=f"\\({letter}\\)"):
        text(replace(SENDER, **{field: value}))  # type: ignore[arg-type]


def test_braces_in_what_people_write_stay_as_they_are() -> None:
    assert "{sha256}" in text(replace(SENDER, contact="{sha256} {0}"))


def test_only_sure_stretches_are_named() -> None:
    assert spans_text([SURE]) == "0:01:01-1:02:05 (voice)"
    assert spans_text([DOUBT]) == ""


def test_nothing_is_restored_before_fourteen_days_and_the_rule_is_that_of_its_day() -> None:
    found = deadlines(data.counter_rules(), T0)
    assert found is not None
    assert found.restore_not_before == T0 + timedelta(days=14)
    assert found.certainty == "unconfirmed" and found.source
    (rule,) = data.counter_rules()
    shorter = replace(
        rule, value=replace(rule.value, id="new", restore_not_before_days=3), valid_from=T0
    )
    assert deadlines([rule, shorter], T0) == replace(
        found, rule_id="new", restore_not_before=T0 + timedelta(days=3)
    )
    just_before = deadlines([rule, shorter], T0 - timedelta(seconds=1))
    assert just_before is not None and just_before.rule_id == rule.value.id
    assert deadlines(data.counter_rules(), rule.valid_from - timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("policy", "exact", "biometric"),
    [
        (Policy.BLOCK, NextStep.NOTIFY, NextStep.REVIEW),
        (Policy.MONETISE, NextStep.ASK, NextStep.REVIEW),
        (Policy.TRACK, NextStep.RECORD, NextStep.RECORD),
        (Policy.IGNORE, NextStep.NOTHING, NextStep.NOTHING),
    ],
)
def test_a_likeness_alone_never_drives_a_notice(
    policy: Policy, exact: NextStep, biometric: NextStep
) -> None:
    assert next_step(policy, exact=True, seen=[]) is exact
    assert next_step(policy, exact=False, seen=[SURE]) is biometric
    assert next_step(policy, exact=False, seen=[]) is NextStep.NOTHING


def test_evidence_says_what_was_found_and_no_score() -> None:
    document = evidence_document(CLIP, registry="did:key:z1", at=T0)
    assert document["found"][0]["oneStrangerIn"] == 2000  # type: ignore[index]
    assert "score" not in str(document)
