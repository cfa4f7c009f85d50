"""The described forms of declarations and terms are those that their readers take."""

from typing import Any, get_type_hints

import pytest

from api.forms import (
    AiUseForm,
    DeclarationForm,
    ExtrasForm,
    FormationForm,
    TariffForm,
    TermsForm,
    UseForm,
)
from licensing import conditions, fields, terms
from registry import declaration


def names(form: Any) -> set[str]:
    return set(get_type_hints(form)) - {"__pydantic_config__"}


@pytest.mark.parametrize(
    ("form", "known", "required"),
    [
        (DeclarationForm, declaration.KEYS, set()),
        (UseForm, declaration.USE_KEYS, declaration.USE_REQUIRED),
        (ExtrasForm, {"reference", "count", "where"}, {"reference"}),
        (AiUseForm, set(declaration.AI_PARTS), set()),
        (TermsForm, terms._REQUIRED | terms._OPTIONAL, terms._REQUIRED),
        (FormationForm, conditions._FORMATION, set()),
        (TariffForm, fields._TARIFF | fields._NAMED | fields._NAMED_MAY, {"kind", "currency"}),
    ],
)
def test_a_form_names_what_its_reader_knows(form: Any, known: set[str], required: set[str]) -> None:
    assert names(form) == known
    assert form.__required_keys__ == required
