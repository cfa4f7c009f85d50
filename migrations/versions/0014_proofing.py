"""Enrolment as a procedure: new states, the notice period, and who vouched for whom.

What was searchable stays so, from the moment it was signed; a signed consent without a print is a
draft whose consent is there. Going back, whatever has not become active is a signed consent.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENTS = ("proofed_at", "notice_until", "activated_at")


def upgrade() -> None:
    for name in MOMENTS:
        op.add_column("enrolment", sa.Column(name, sa.Text(), nullable=True))
    op.add_column(
        "enrolment",
        sa.Column("single_operator", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute("UPDATE enrolment SET activated_at = signed_at WHERE state = 'ACTIVE'")
    op.execute("UPDATE enrolment SET state = 'DRAFT' WHERE state = 'SIGNED'")
    op.create_table(
        "attestation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("attester", sa.String(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_attestation_tenant_id", "attestation", ["tenant_id"])
    op.create_index("ix_attestation_enrolment_id", "attestation", ["enrolment_id"])


def downgrade() -> None:
    op.drop_table("attestation")
    op.execute(
        "UPDATE enrolment SET state = 'ACTIVE'"
        " WHERE state = 'DISPUTED' AND activated_at IS NOT NULL"
    )
    op.execute(
        "UPDATE enrolment SET state = 'SIGNED' WHERE consent IS NOT NULL"
        " AND state NOT IN ('ACTIVE', 'WITHDRAWN')"
    )
    op.drop_column("enrolment", "single_operator")
    for name in reversed(MOMENTS):
        op.drop_column("enrolment", name)
