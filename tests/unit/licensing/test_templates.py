"""Standard contracts: whole in both languages, fit for home, pinned, and told apart in prose."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.errors import BadTerms
from core.ids import derived_id
from licensing.assets import contract_words
from licensing.rulepacks.judging import judge, packs_for
from licensing.rulepacks.models import Basis, ConsentFacts, Verdict, Words
from licensing.rulepacks.packs import shipped_packs
from licensing.templates.comparing import deviations, differences
from licensing.templates.filling import ends, filled, refused, text_in
from licensing.templates.models import Template
from licensing.templates.naming import NAMES
from licensing.templates.prose import CHANGES, deviation_lines, difference_lines
from licensing.templates.reading import digest, template_from_dict, template_to_dict
from licensing.templates.shelf import newest, standard, standards
from licensing.termrules import check_terms
from licensing.terms import terms_from_dict, terms_to_dict

AT = datetime(2026, 12, 1, tzinfo=UTC)
SEVEN = {
    "broadcaster-ai-use",
    "dubbing-enhancement",
    "micro-drama-series",
    "model-training",
    "archive-reuse",
    "minor-guardian",
    "union-framework",
}
ANSWERS: dict[str, Any] = {
    "performer_id": derived_id("prf", "anna"),
    "licensee_id": derived_id("ten", "studio"),
    "description": "Her voice and face in the second season of Night Train",
    "valid_from": "2026-12-01T00:00:00Z",
    "tariff": {"kind": "per_minute", "rate": "90", "currency": "EUR"},
    "works": [derived_id("wrk", "night train")],
    "framework_id": "frm_guild",
    "languages": ["en"],
}


def made(template_id: str = "broadcaster-ai-use") -> Template:
    found = standard(template_id)
    assert found is not None
    return found


def answers(template: Template) -> dict[str, Any]:
    return {
        item.name: ANSWERS[item.name]
        for item in template.fields
        if item.name in ANSWERS and (not item.optional or item.name in ANSWERS)
    }


def read(data: dict[str, Any], template_id: str = "x", version: str = "1") -> Template:
    return template_from_dict(data, id=template_id, version=version, at=AT)


def test_there_are_seven_and_each_has_every_part() -> None:
    assert {item.id for item in newest()} == SEVEN
    for item in standards():
        assert len(item.clauses) >= 10 and item.refuses and item.home_territories
        for clause in item.clauses:
            assert clause.plain.en != clause.legal.en and clause.plain.de != clause.legal.de


@pytest.mark.parametrize("template", standards(), ids=lambda item: item.id)
def test_no_pack_finds_a_standard_invalid_at_home(template: Template) -> None:
    terms = terms_from_dict(filled(template, answers(template)))
    minor = template.id == "minor-guardian"
    facts = ConsentFacts(
        terms,
        territories=template.home_territories,
        performer_minor_until=date(2032, 1, 1) if minor else None,
        guardians_due=("a",),
        guardians_signed=("a",),
        child_agreed=True,
        replaces_in_person=True,
    )
    packs = packs_for(shipped_packs(), template.home_territories, AT)
    found = [item for item in judge(facts, packs, AT) if item.verdict is not Verdict.VALID]
    assert {item.basis for item in found} <= {Basis.EXPIRED}, found
    assert check_terms(terms, AT) == ()
    assert refused(template, terms, AT) == ()
    assert deviations(template, terms) == ()


@pytest.mark.parametrize("template", standards(), ids=lambda item: item.id)
@pytest.mark.parametrize("lang", ["en", "de"])
def test_every_blank_is_filled_in_from_the_terms(template: Template, lang: str) -> None:
    fields = filled(template, answers(template))
    for clause in template.clauses:
        for words in (clause.plain, clause.legal):
            said = text_in(words.said(lang), fields, lang)
            assert "{" not in said and "[" not in said
            blank = text_in(words.said(lang), template.defaults, lang, open_blanks=True)
            assert "{" not in blank
    whole = " ".join(text_in(c.legal.said(lang), fields, lang) for c in template.clauses)
    assert "Night Train" in whole and "2026-12-01" in whole


def test_a_contract_that_nobody_filled_in_shows_its_defaults_and_names_its_blanks() -> None:
    (notice,) = (clause for clause in made().clauses if clause.id == "notice")
    (parties,) = (clause for clause in made().clauses if clause.id == "parties")
    defaults = made().defaults
    assert "at least 48 hours" in text_in(notice.plain.en, defaults, "en", open_blanks=True)
    assert "You, [performer]," in text_in(parties.plain.en, defaults, "en", open_blanks=True)


def test_the_pin_holds_every_word() -> None:
    template = made()
    fields = filled(template, answers(template))
    assert fields["template"] == {
        "id": "broadcaster-ai-use",
        "version": "1",
        "digest": digest(template),
    }
    comma = replace(template.clauses[0], legal=Words("Another text.", "Ein anderer Text."))
    assert digest(replace(template, clauses=(comma, *template.clauses[1:]))) != digest(template)
    assert digest(replace(template, version="2")) != digest(template)
    again = template_from_dict(
        template_to_dict(template), id=template.id, version="1", at=template.published_at
    )
    assert again == template and digest(again) == digest(template)


def test_a_blank_that_is_missing_is_named() -> None:
    given = answers(made())
    del given["works"]
    given["description"] = ""
    with pytest.raises(BadTerms, match="description, works"):
        filled(made(), given)


def test_the_term_is_the_templates_unless_one_is_agreed() -> None:
    assert filled(made(), answers(made()))["valid_until"] == "2029-12-01T00:00:00Z"
    agreed = {**answers(made()), "valid_until": "2027-12-01T00:00:00Z"}
    assert filled(made(), agreed)["valid_until"] == "2027-12-01T00:00:00Z"
    assert ends("P9D", datetime(9999, 12, 31, tzinfo=UTC)).year == 9999
    assert ends("P1Y30D", AT) == datetime(2027, 12, 31, tzinfo=UTC)


def test_what_a_contract_is_never_made_for_is_said() -> None:
    given = answers(made()) | {"kinds": ["train_model"], "valid_until": "2029-12-02T00:00:00Z"}
    terms = terms_from_dict(filled(made(), given))
    assert [item.id for item in refused(made(), terms, AT)] == ["no-training", "years-3"]


def test_deviations_read_like_prose() -> None:
    given = answers(made()) | {
        "use_notice_hours": 24,
        "territories": ["*"],
        "formation": {"conspicuous": False},
        "valid_until": "2030-12-01T00:00:00Z",
    }
    terms = terms_from_dict(filled(made(), given))
    found = deviations(made(), terms)
    assert deviation_lines(found, "en") == [
        "Hours of notice before a use: the standard says 48, agreed is 24.",
        "Clearly highlighted: the standard says yes, agreed is no.",
        "Territories: the standard says DE, AT, CH, agreed is all territories.",
        "End of the term: the standard says 2029-12-01, agreed is 2030-12-01.",
    ]
    assert "Gebiete: Der Standard sagt DE, AT, CH, vereinbart ist alle Gebiete." in (
        deviation_lines(found, "de")
    )


def test_a_shorter_term_and_another_order_are_no_deviation() -> None:
    given = answers(made()) | {
        "valid_until": "2027-01-01T00:00:00Z",
        "territories": ["CH", "DE", "AT"],
    }
    assert deviations(made(), terms_from_dict(filled(made(), given))) == ()


def test_the_difference_of_two_versions_reads_like_prose() -> None:
    body: dict[str, Any] = template_to_dict(made())
    body["defaults"] = {**body["defaults"], "use_notice_hours": 72}
    body["term"] = "P2Y"
    body["clauses"] = [c for c in body["clauses"] if c["id"] != "not-instead"]
    body["clauses"][0] = {**body["clauses"][0], "plain": {"en": "You allow it.", "de": "Ja."}}
    body["refuses"] = body["refuses"][1:]
    body["fields"] = body["fields"][:-1]
    found = differences(made(), read(body, "broadcaster-ai-use", "2"))
    english = difference_lines(found, "en")
    assert "Hours of notice before a use: was 48, is now 72." in english
    assert "Length of the term: was P3Y, is now P2Y." in english
    assert any(line.startswith("The clause “Not instead of you” is gone.") for line in english)
    assert any("Now: You allow it." in line for line in english)
    assert "It no longer refuses: Training or mining, also beside other uses." in english
    assert "The parties no longer fill in: works." in english
    assert len(difference_lines(found, "de")) == len(english)
    assert differences(made(), made()) == ()


@pytest.mark.parametrize("lang", ["en", "de"])
def test_every_name_and_sentence_is_there(lang: str) -> None:
    words = contract_words(lang)
    assert words.keys() == contract_words("en").keys()
    assert set(CHANGES) <= words.keys()
    assert {f"name.{name}" for name in NAMES} <= words.keys()
    for template in standards():
        assert {f"name.{name}" for name in template.defaults} <= words.keys()


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("term", "P"),
        ("term", "three years"),
        ("title", {"en": "Only English"}),
        ("title", {"en": " ", "de": " "}),
        ("home_territories", ["UK"]),
        ("defaults", {"performer_id": "prf_x"}),
        ("defaults", {"kinds": [1.5]}),
        ("fields", [{"name": "unheard", "label": {"en": "x", "de": "x"}}]),
        ("refuses", [{"id": "x", "words": {"en": "x", "de": "x"}, "must": [{"unheard": True}]}]),
        ("refuses", [{"id": "x", "words": {"en": "x", "de": "x"}, "must": []}]),
        ("clauses", []),
        ("clauses", "text"),
        ("based_on", {"id": "x"}),
        ("unheard", 1),
    ],
)
def test_a_broken_template_names_the_part(part: str, value: object) -> None:
    with pytest.raises(BadTerms, match="contract template cannot be read"):
        read({**template_to_dict(made()), part: value})


@pytest.mark.parametrize(
    "text", ["{performer.__class__}", "{unheard}", "{", "}", "{performer!r}", "{{performer}}", "{}"]
)
def test_a_blank_reaches_nothing_but_terms(text: str) -> None:
    body: dict[str, Any] = template_to_dict(made())
    body["clauses"][0] = {**body["clauses"][0], "plain": {"en": text, "de": "x"}}
    with pytest.raises(BadTerms, match="may fill in only"):
        read(body)


def test_what_is_filled_in_is_never_filled_in_again() -> None:
    given = answers(made()) | {"description": "{price} and {performer}"}
    fields = filled(made(), given)
    (uses,) = (clause for clause in made().clauses if clause.id == "uses")
    assert "{price} and {performer}" in text_in(uses.plain.en, fields, "en")
    assert terms_to_dict(terms_from_dict(fields))["description"] == "{price} and {performer}"
