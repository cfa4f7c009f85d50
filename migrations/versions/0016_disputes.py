"""Which newcomer resembles which incumbents, and how two people decided."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("newcomer_id", sa.String(), nullable=False),
        sa.Column("incumbent_id", sa.String(), nullable=False),
        sa.Column("incumbent_tenant", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["newcomer_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["incumbent_id"], ["enrolment.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("tenant_id", "newcomer_id", "incumbent_id"):
        op.create_index(f"ix_dispute_{column}", "dispute", [column])


def downgrade() -> None:
    op.drop_table("dispute")
