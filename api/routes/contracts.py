"""Contract templates: the standards for anybody to read, an organisation's own to publish."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from api import contractwords
from api.contractforms import (
    ComparedTemplatesOut,
    FilledTemplateOut,
    TemplateOut,
    TemplateSummaryOut,
)
from api.deps import Caller, Language, Open, Reading, Writing
from api.visiting import visit_of
from api.web.forms import form_page
from api.web.response import FormResponse
from api.wire import FROZEN
from core.clock import utc_now
from licensing.service import templates
from licensing.templates import shelf

entrance = APIRouter(tags=["contracts"])
router = APIRouter(tags=["contracts"])
TemplateId = Annotated[str, Path(pattern="^[a-z0-9_-]{1,60}$")]
Version = Annotated[str, Query(pattern="^([1-9][0-9]{0,4})?$", description="The newest if empty.")]


class Body(BaseModel):
    """A template as `GET /v1/templates/{id}` shows it under `body`."""

    model_config = FROZEN
    body: dict[str, Any]


class Answers(BaseModel):
    """What is left open, and what deviates, as fields of a terms file."""

    model_config = FROZEN
    answers: dict[str, Any]
    version: str = Field(default="", pattern="^([1-9][0-9]{0,4})?$")


@entrance.get("/contracts", response_class=FormResponse)
def list_page(request: Request, world: Open, lang: Language) -> Response:
    """Which standard contracts are there, and what is each for?"""
    found = [contractwords.for_page(item, lang) for item in shelf.newest()]
    return form_page("contracts.html", lang, visit_of(world, request), contracts=found)


@entrance.get("/contracts/{template_id}", response_class=FormResponse)
def contract_page(
    request: Request, world: Open, template_id: TemplateId, lang: Language, version: Version = ""
) -> Response:
    """What does this contract say, in plain words and in legal ones?"""
    found = shelf.standard(template_id, version)
    if found is None:
        raise shelf.no_template()
    shown = contractwords.for_page(found, lang)
    return form_page("contract.html", lang, visit_of(world, request), c=shown)


@router.get("/templates", response_model=list[TemplateSummaryOut])
def list_templates(caller: Caller, reading: Reading) -> list[TemplateSummaryOut]:
    """List the standard contracts and those that organisations published, newest versions."""
    return [contractwords.summary(item) for item in templates.list_templates(reading, caller)]


@router.post("/templates", status_code=201, response_model=TemplateOut)
def publish(body: Body, writing: Writing) -> Response:
    """Publish a contract of your own; whoever is signed in can read it, nobody can change it."""
    return writing.write(
        lambda session: contractwords.whole(
            templates.publish(session, writing.caller, body.body, now=utc_now())
        )
    )


@router.get("/templates/{template_id}", response_model=TemplateOut)
def show(
    template_id: TemplateId, caller: Caller, reading: Reading, version: Version = ""
) -> TemplateOut:
    """Show a contract with all its words."""
    return contractwords.whole(templates.shelved(reading, caller, template_id, version))


@router.get("/templates/{template_id}/differences", response_model=ComparedTemplatesOut)
def differences(
    template_id: TemplateId,
    caller: Caller,
    reading: Reading,
    before: Version = "",
    after: Version = "",
) -> ComparedTemplatesOut:
    """What changed between two versions, or since the standard that the contract rests on?"""
    new = templates.get(reading, caller, template_id, after)
    number = int(new.version)
    if before or number > 1 or new.based_on is None:
        old = templates.get(reading, caller, template_id, before or str(max(number - 1, 1)))
    else:
        old = templates.get(reading, caller, new.based_on.id, new.based_on.version)
    return contractwords.compared(old, new)


@router.post("/templates/{template_id}/terms", response_model=FilledTemplateOut)
def terms(
    template_id: TemplateId, body: Answers, caller: Caller, reading: Reading
) -> FilledTemplateOut:
    """Fill in a contract: the terms to draft a licence with, and how they deviate from it."""
    template = templates.get(reading, caller, template_id, body.version)
    fields, read = contractwords.completed(template, body.answers, utc_now())
    return contractwords.agreed(template, fields, read)


@router.post("/templates/{own_template_id}/versions", status_code=201, response_model=TemplateOut)
def publish_version(own_template_id: TemplateId, body: Body, writing: Writing) -> Response:
    """Publish the next version of your own contract; licences on earlier ones stay as they are."""
    return writing.write(
        lambda session: contractwords.whole(
            templates.publish(
                session, writing.caller, body.body, template_id=own_template_id, now=utc_now()
            )
        )
    )
