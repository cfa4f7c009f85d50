"""The fields of an answer are those that its form names; others are refused, not passed over."""

import pytest
from pydantic import TypeAdapter, ValidationError

from core.forms import Form, Micro


class Known(Form):
    name: str


class Sum(Known):
    amount_micro: Micro


def test_a_field_that_no_form_names_is_refused() -> None:
    form = TypeAdapter(Sum)
    sound = {"name": "a", "amount_micro": "-90071992547409930"}
    assert form.validate_python(sound) == sound
    for wrong in ({**sound, "more": 1}, {"name": "a"}, {**sound, "amount_micro": "1.5"}):
        with pytest.raises(ValidationError):
            form.validate_python(wrong)


def test_programs_are_told_that_further_fields_may_come() -> None:
    told = TypeAdapter(Sum).json_schema()
    assert told["required"] == ["name", "amount_micro"] and "additionalProperties" not in told
