"""Tables of prints and of their sealed templates.

A template row cannot exist without the enrolment whose signed consent allows it.
"""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from core.columns import Owned, UtcDateTime


class PrintRow(Owned, table=True):
    """Table of prints; `seq` is that of the newest template, and moves when one is added."""

    __tablename__ = "print"
    __table_args__ = (UniqueConstraint("enrolment_id", "modality", "model_id"),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    enrolment_id: str = Field(foreign_key="enrolment.id", index=True)
    modality: str
    model_id: str
    templates: int = 0
    seq: int = Field(index=True)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TemplateRow(Owned, table=True):
    """Table of sealed templates; `consent_id` is the enrolment whose consent was signed."""

    __tablename__ = "template"

    print_id: str = Field(foreign_key="print.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    consent_id: str = Field(foreign_key="enrolment.id", index=True)
    modality: str
    model_id: str
    model_sha256: str
    evidence_ms: int
    quality: float
    seq: int = Field(index=True)
    sealed: bytes
