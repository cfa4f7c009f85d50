"""What is told of contract templates, field by field; every text in both languages."""

from typing import Annotated, Any, NotRequired

from pydantic import Field

from api.forms import Agreed, Looks, SomeTermsForm
from api.ruleforms import BothOut
from core.forms import Form, Moment

Condition = bool | int | list[str] | list[list[str]]


class TemplateVersionOut(Form):
    """One version of a contract, which never changes."""

    id: str
    version: str


class TemplateFieldOut(Form):
    """What the parties fill in; `name` is a field of a terms file."""

    name: str
    label: BothOut
    optional: bool


class TemplateRefusalOut(Form):
    """What a contract is never made for: terms that keep none of `must`, named conditions."""

    id: str
    words: BothOut
    must: list[dict[str, Condition]]


class ClauseWordsOut(Form):
    """One clause: what it means, and what is agreed."""

    title: BothOut
    plain: BothOut
    legal: BothOut


class TemplateClauseOut(Form):
    """One clause of a template; `{names}` in it are filled in from terms."""

    id: str
    title: BothOut
    plain: BothOut
    legal: BothOut


class TemplateBodyOut(Form):
    """All that a template says; with changes it can be published again."""

    title: BothOut
    summary: BothOut
    home_territories: list[str]
    term: Annotated[str, Field(description="ISO 8601.", examples=["P2Y"])]
    defaults: Annotated[dict[str, Any], Looks(SomeTermsForm)]
    fields: list[TemplateFieldOut]
    refuses: list[TemplateRefusalOut]
    clauses: list[TemplateClauseOut]
    based_on: NotRequired[TemplateVersionOut]


class TemplateSummaryOut(TemplateVersionOut):
    """A template in a list; `tenant_id` is empty for the registry's own."""

    title: BothOut
    summary: BothOut
    home_territories: list[str]
    published_at: Moment
    digest: str
    tenant_id: str


class TemplateOut(TemplateSummaryOut):
    """A template with all its words."""

    body: TemplateBodyOut
    no_advice: BothOut


class BothLinesOut(Form):
    """Sentences in both languages."""

    en: list[str]
    de: list[str]


class ComparedTemplatesOut(Form):
    """What changed between two templates, a sentence each."""

    before: TemplateVersionOut
    after: TemplateVersionOut
    lines: BothLinesOut


class FilledTemplateOut(Form):
    """Terms to draft a licence with, how they deviate from the template, and its clauses."""

    terms: Agreed
    deviations: BothLinesOut
    clauses: list[ClauseWordsOut]
