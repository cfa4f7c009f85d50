"""Identities that a provider verified, and the enrolments that rest on one."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("sealed_identity", sa.LargeBinary(), nullable=True)
    op.add_column("external_identity", column)
    op.create_table(
        "identification",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("enrolment_id"),
    )
    op.create_index("ix_identification_tenant_id", "identification", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("identification")
    op.drop_column("external_identity", "sealed_identity")
