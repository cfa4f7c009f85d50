"""Releases of children's blocked money."""

import sqlalchemy as sa
from alembic import op

revision = "0119"
down_revision = "0126"
branch_labels = None
depends_on = None

FIXED = (
    "id",
    "tenant_id",
    "audience",
    "recorded_at",
    "performer_id",
    "guardians",
    "document",
    "valid_until",
)


def upgrade() -> None:
    op.create_table(
        "money_release",
        *(sa.Column(name, sa.String(), nullable=False) for name in FIXED[:3]),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in FIXED[5:]),
        sa.Column("signed", sa.LargeBinary(), nullable=True),
        sa.Column("signed_at", sa.Text(), nullable=True),
        sa.Column("attester", sa.String(), nullable=True),
        sa.Column("released_at", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("single_operator", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("tenant_id", "performer_id"):
        op.create_index(f"ix_money_release_{name}", "money_release", [name])
    fixed = ", ".join(f'"{name}"' for name in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'money_release is append-only'); END"
    op.execute(
        f'CREATE TRIGGER "money_release_no_update" '
        f'BEFORE UPDATE OF {fixed} ON "money_release" {refuse}'
    )
    op.execute(
        f'CREATE TRIGGER "money_release_no_delete" BEFORE DELETE ON "money_release" {refuse}'
    )


def downgrade() -> None:
    op.drop_table("money_release")
