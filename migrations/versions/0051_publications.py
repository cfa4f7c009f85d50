"""Certificates that a studio opens to everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0052"
branch_labels = None
depends_on = None

FIXED = ("id", "tenant_id", "audience", "recorded_at", "certificate_id", "seq", "shown")


def upgrade() -> None:
    op.create_table(
        "certificate_publication",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("certificate_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    for column in ("tenant_id", "certificate_id"):
        op.create_index(f"ix_certificate_publication_{column}", "certificate_publication", [column])
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'certificate_publication is append-only'); END"
    op.execute(
        'CREATE TRIGGER "certificate_publication_no_update" '
        f'BEFORE UPDATE OF {fixed} ON "certificate_publication" {refuse}'
    )
    op.execute(
        'CREATE TRIGGER "certificate_publication_no_delete" '
        f'BEFORE DELETE ON "certificate_publication" {refuse}'
    )


def downgrade() -> None:
    op.drop_table("certificate_publication")
