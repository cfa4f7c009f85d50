"""Guardians who count once attesters have read the papers, and who read which."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("guardian", sa.Column("proved_at", sa.Text(), nullable=True))
    op.create_table(
        "guardian_reading",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("guardian_id", sa.String(), nullable=False),
        sa.Column("attester", sa.String(), nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("guardian_id", "attester"),
    )
    for column in ("tenant_id", "performer_id", "guardian_id"):
        op.create_index(f"ix_guardian_reading_{column}", "guardian_reading", [column])


def downgrade() -> None:
    op.drop_table("guardian_reading")
    op.drop_column("guardian", "proved_at")
