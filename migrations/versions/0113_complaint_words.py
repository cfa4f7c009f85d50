"""What the sides of a complaint say."""

import sqlalchemy as sa
from alembic import op

revision = "0113"
down_revision = "0119"
branch_labels = None
depends_on = None

FIXED = ("id", "tenant_id", "audience", "recorded_at", "complaint_id", "by_tenant_id")


def upgrade() -> None:
    op.create_table(
        "complaint_word",
        *(sa.Column(name, sa.String(), nullable=False) for name in FIXED[:3]),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in FIXED[4:]),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("tenant_id", "complaint_id"):
        op.create_index(f"ix_complaint_word_{name}", "complaint_word", [name])
    fixed = ", ".join(f'"{name}"' for name in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'complaint_word is append-only'); END"
    op.execute(
        f'CREATE TRIGGER "complaint_word_no_update" '
        f'BEFORE UPDATE OF {fixed} ON "complaint_word" {refuse}'
    )
    op.execute(
        f'CREATE TRIGGER "complaint_word_no_delete" BEFORE DELETE ON "complaint_word" {refuse}'
    )


def downgrade() -> None:
    op.drop_table("complaint_word")
