"""Replacements of lost signing keys, which wait before they count."""

import sqlalchemy as sa
from alembic import op

revision = "0172"
down_revision = "0162"
branch_labels = None
depends_on = None

FIXED = (
    *("id", "tenant_id", "audience", "recorded_at", "performer_id", "did", "replaces"),
    *("document", "begins_at", "asked_by", "needs_voucher"),
)


def upgrade() -> None:
    op.create_table(
        "key_replacement",
        *(sa.Column(name, sa.String(), nullable=False) for name in FIXED[:3]),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in FIXED[4:7]),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.Column("needs_voucher", sa.Boolean(), nullable=False),
        sa.Column("possession", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.Text(), nullable=True),
        sa.Column("voucher", sa.String(), nullable=True),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("vouched_at", "stopped_at", "bound_at")
        ),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("tenant_id", "performer_id", "begins_at"):
        op.create_index(f"ix_key_replacement_{name}", "key_replacement", [name])
    fixed = ", ".join(f'"{name}"' for name in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'key_replacement is append-only'); END"
    op.execute(
        f'CREATE TRIGGER "key_replacement_no_update" '
        f'BEFORE UPDATE OF {fixed} ON "key_replacement" {refuse}'
    )
    op.execute(
        f'CREATE TRIGGER "key_replacement_no_delete" BEFORE DELETE ON "key_replacement" {refuse}'
    )


def downgrade() -> None:
    op.drop_table("key_replacement")
