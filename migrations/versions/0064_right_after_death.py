"""Evidence of public uses that is kept, and reminders before a right after death ends."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("public_use", sa.Column("object_name", sa.String(), nullable=True))
    op.create_table(
        "right_reminder",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("performer_id", "ends_on", "days"),
    )
    for column in ("tenant_id", "performer_id"):
        op.create_index(f"ix_right_reminder_{column}", "right_reminder", [column])


def downgrade() -> None:
    op.drop_table("right_reminder")
    op.drop_column("public_use", "object_name")
