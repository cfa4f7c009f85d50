"""Attestations: who vouched for an enrolment.

The log commits to each of them, so a change is found; the rows can go when a person is erased.
"""

from sqlalchemy import false
from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned
from core.principal import Principal
from core.visibility import visible
from registry.models.proofs import Attestation, Fact
from registry.store.codec import members_of


class AttestationRow(Owned, table=True):
    """Table of attestations."""

    __tablename__ = "attestation"

    enrolment_id: str = Field(foreign_key="enrolment.id", index=True)
    attester: str
    facts: list[str] = Field(sa_type=JsonText)
    statement: str
    single_operator: bool
    refused: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


def add_attestation(session: Session, item: Attestation) -> None:
    """Store what somebody vouches for."""
    session.add(
        AttestationRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.at,
            enrolment_id=item.enrolment_id,
            attester=item.attester,
            facts=list(item.facts),
            statement=item.statement,
            single_operator=item.single_operator,
            refused=item.refused,
        )
    )
    session.flush()


def list_attestations(
    session: Session, principal: Principal, enrolment_id: str
) -> tuple[Attestation, ...]:
    """Who vouched for an enrolment, in order."""
    query = (
        select(AttestationRow)
        .where(visible(AttestationRow, principal), col(AttestationRow.enrolment_id) == enrolment_id)
        .order_by(col(AttestationRow.recorded_at), col(AttestationRow.id))
    )
    return tuple(
        Attestation(
            id=row.id,
            tenant_id=row.tenant_id,
            enrolment_id=row.enrolment_id,
            attester=row.attester,
            facts=members_of(Fact, row.facts),
            statement=row.statement,
            single_operator=row.single_operator,
            at=row.recorded_at,
            refused=row.refused,
        )
        for row in session.exec(query)
    )
