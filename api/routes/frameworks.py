"""Frameworks of unions over HTTP: drafted, signed, published, read, and terms checked by them."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.wire import FROZEN, Signed, Text, ToSign
from core.clock import utc_now
from licensing.assets import LANGUAGES
from licensing.frameworkchanges import framework_changes
from licensing.frameworks import body_of
from licensing.minimums import compare, lines
from licensing.models_framework import Framework
from licensing.service import frameworks
from licensing.templates.prose import difference_lines
from licensing.terms import terms_from_dict
from licensing.wording import render

router = APIRouter(tags=["groups"])
DOCUMENT_TYPE = "application/json"
Version = Annotated[
    int | None, Query(ge=1, le=999_999, description="The newest where it is left out.")
]


class NewFramework(BaseModel):
    """What the framework says, the did:key that signs it, and of which one it is a version."""

    model_config = FROZEN
    body: dict[str, Any]
    key: Text
    framework_id: str = ""


class SignedFramework(Signed):
    """The draft exactly as it was given out, and the union's signature."""

    document: dict[str, Any]


class TermsToCheck(BaseModel):
    """Terms as in a terms file."""

    model_config = FROZEN
    terms: dict[str, Any]
    version: int | None = None


class FrameworkOut(BaseModel):
    """One version; a licence pins `id`, `version` and `digest`."""

    id: str
    version: int
    digest: str
    tenant_id: str
    group_id: str
    group_name: str
    key: str
    published_at: datetime
    body: dict[str, Any]

    @classmethod
    def of(cls, item: Framework) -> Self:
        """The version as data."""
        facts = item.facts
        return cls(
            id=facts.id,
            version=facts.version,
            digest=item.digest,
            tenant_id=item.tenant_id,
            group_id=facts.group_id,
            group_name=facts.group_name,
            key=facts.key,
            published_at=item.recorded_at,
            body=body_of(facts),
        )


class DifferencesOut(BaseModel):
    """What changed from one version to another, one sentence each, by language."""

    framework_id: str
    before: int
    after: int
    lines: dict[str, list[str]]


class CheckOut(BaseModel):
    """What differs from the minimums, as sentences by language, and what refuses the terms."""

    framework_id: str
    version: int
    deviations: dict[str, list[str]]
    refusals: dict[str, list[str]]


@router.post("/groups/{group_id}/framework-drafts", status_code=201, response_model=ToSign)
def draft(group_id: str, body: NewFramework, writing: Writing) -> Response:
    """Draft a framework, or the next version of one, for the union's own program to sign."""
    return writing.write(
        lambda session: ToSign.of(
            frameworks.draft_framework(
                session,
                writing.caller,
                group_id,
                body.body,
                key=body.key,
                framework_id=body.framework_id,
                now=utc_now(),
            )
        )
    )


@router.post("/groups/{group_id}/frameworks", status_code=201, response_model=FrameworkOut)
def publish(group_id: str, body: SignedFramework, writing: Writing, world: Open) -> Response:
    """Publish what the union signed; the registry countersigns."""
    return writing.write(
        lambda session: FrameworkOut.of(
            frameworks.publish_framework(
                session,
                world.registry_key,
                writing.caller,
                group_id,
                body.document,
                signature=body.signature_bytes(),
                now=utc_now(),
            )
        )
    )


@router.get("/frameworks", response_model=list[FrameworkOut])
def list_frameworks(
    caller: Caller,
    reading: Reading,
    group_id: Annotated[str | None, Query(max_length=64)] = None,
) -> list[FrameworkOut]:
    """List the newest version of every framework, of all groups or of one."""
    found = frameworks.list_frameworks(reading, caller, group_id=group_id)
    return [FrameworkOut.of(item) for item in found]


@router.get("/frameworks/{framework_id}", response_model=FrameworkOut)
def show(
    framework_id: str, caller: Caller, reading: Reading, version: Version = None
) -> FrameworkOut:
    """Show one version, or the newest."""
    return FrameworkOut.of(frameworks.get_framework(reading, caller, framework_id, version))


@router.get(
    "/frameworks/{framework_id}/document", response_class=Response, responses=gives(DOCUMENT_TYPE)
)
def document(
    framework_id: str, caller: Caller, reading: Reading, version: Version = None
) -> Response:
    """The exact signed bytes, to keep and to verify anywhere."""
    found = frameworks.get_framework(reading, caller, framework_id, version)
    return Response(found.signed, media_type=DOCUMENT_TYPE)


@router.get("/frameworks/{framework_id}/differences", response_model=DifferencesOut)
def differences(
    framework_id: str,
    caller: Caller,
    reading: Reading,
    before: Version = None,
    after: Version = None,
) -> DifferencesOut:
    """What changed between two versions, in words; the last two unless others are named."""
    old, new = frameworks.two_versions(reading, caller, framework_id, before, after)
    found = framework_changes(old.facts, new.facts)
    return DifferencesOut(
        framework_id=framework_id,
        before=old.facts.version,
        after=new.facts.version,
        lines={lang: difference_lines(found, lang) for lang in LANGUAGES},
    )


@router.post("/frameworks/{framework_id}/checks", response_model=CheckOut)
def check(framework_id: str, body: TermsToCheck, caller: Caller, reading: Reading) -> CheckOut:
    """How terms differ from a framework's minimums, and whether they could be agreed under it."""
    terms = terms_from_dict(body.terms)
    item = frameworks.get_framework(reading, caller, framework_id, body.version)
    compared = compare(item.facts.minimums, terms)
    refused = frameworks.refusals(item, terms, utc_now())
    return CheckOut(
        framework_id=item.facts.id,
        version=item.facts.version,
        deviations={lang: lines(compared, lang) for lang in LANGUAGES},
        refusals={lang: [render(reason, lang) for reason in refused] for lang in LANGUAGES},
    )
