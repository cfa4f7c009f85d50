"""Standard contracts of the registry and of organisations: published, read, and versioned.

A version is never changed, because licences pin it; whoever improves a contract publishes the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.errors import BadTerms, Conflict
from core.ids import new_id
from core.principal import Principal, require_any
from licensing.store import templates as store
from licensing.templates import shelf
from licensing.templates.models import Template
from licensing.templates.reading import digest, template_from_dict, template_to_dict

# Who gives licences and who offers to take them.
SCOPES = ("licences", "submissions")
VERSIONS_MAX = 500


@dataclass(frozen=True, slots=True)
class Shelved:
    """A contract and the organisation that published it, empty for the registry's own."""

    template: Template
    tenant_id: str = ""


def publish(
    session: Session,
    principal: Principal,
    body: Mapping[str, object],
    *,
    template_id: str = "",
    now: datetime,
) -> Shelved:
    """Publish a contract of one's own, or with `template_id` the next version of one.

    Raises `BadTerms` naming the part that cannot be used, `NotFound` for another organisation's
    contract, `Conflict` where nothing changed or too much was published.
    """
    # Load.
    require_any(principal, *SCOPES)
    before = store.find(session, principal, template_id) if template_id else None
    if template_id and (before is None or before.tenant_id != principal.tenant_id):
        raise shelf.no_template()
    published = store.count(session, principal)
    # Decide.
    if published >= VERSIONS_MAX:
        raise Conflict(
            f"An organisation publishes at most {VERSIONS_MAX} versions.",
            next_step="Use the versions that there are.",
        )
    version = 1 if before is None else before.version + 1
    name = template_id or new_id("ctt")
    template = template_from_dict(body, id=name, version=str(version), at=now)
    _check_basis(session, principal, template)
    plain = template_to_dict(template)
    if before is not None and before.body == plain:
        raise Conflict("This is the present version already.", next_step="Change it first.")
    # Save.
    store.add(
        session,
        tenant_id=principal.tenant_id,
        template_id=name,
        version=version,
        digest=digest(template),
        body=plain,
        now=now,
    )
    return Shelved(template, principal.tenant_id)


def get(session: Session, principal: Principal, template_id: str, version: str = "") -> Template:
    """One contract in this version, or the newest; raises `NotFound`."""
    return shelved(session, principal, template_id, version).template


def shelved(session: Session, principal: Principal, template_id: str, version: str = "") -> Shelved:
    """One contract with its publisher; raises `NotFound`."""
    standard = shelf.standard(template_id, version)
    if standard is not None:
        return Shelved(standard)
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 6 else None
    if version and number is None:
        raise shelf.no_template()
    row = store.find(session, principal, template_id, number)
    if row is None:
        raise shelf.no_template()
    return _read(row)


def list_templates(session: Session, principal: Principal, *, limit: int = 100) -> list[Shelved]:
    """The registry's standards, then what organisations published, newest versions only."""
    own = store.newest(session, principal, limit=min(limit, store.ROWS_MAX))
    return [*(Shelved(item) for item in shelf.newest()), *(_read(row) for row in own)]


def _check_basis(session: Session, principal: Principal, template: Template) -> None:
    if template.based_on is not None:
        if template.based_on.id == template.id:
            raise BadTerms(
                "A contract cannot be based on itself.", next_step="Name the standard, or nothing."
            )
        get(session, principal, template.based_on.id, template.based_on.version)


def _read(row: store.TemplateRow) -> Shelved:
    template = template_from_dict(
        row.body, id=row.template_id, version=str(row.version), at=row.recorded_at
    )
    return Shelved(template, row.tenant_id)
