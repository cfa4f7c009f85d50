"""Erasures with their receipts, purposes taken back one by one, and exports of one's data."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WITHDRAWAL = ("id", "tenant_id", "audience", "recorded_at", "enrolment_id", "purpose")


def upgrade() -> None:
    op.add_column("performer", sa.Column("erased_at", sa.Text(), nullable=True))
    _add_erasures()
    _add_withdrawals()
    _add_exports()


def downgrade() -> None:
    for table in ("data_export", "purpose_withdrawal", "erasure"):
        op.drop_table(table)
    op.drop_column("performer", "erased_at")


def _add_erasures() -> None:
    op.create_table(
        "erasure",
        *_owned(),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("performer_id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index("ix_erasure_tenant_id", "erasure", ["tenant_id"])


def _add_withdrawals() -> None:
    op.create_table(
        "purpose_withdrawal",
        *_owned(),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("enrolment_id", "purpose"),
    )
    for column in ("tenant_id", "enrolment_id"):
        op.create_index(f"ix_purpose_withdrawal_{column}", "purpose_withdrawal", [column])
    fixed = ", ".join(f'"{column}"' for column in WITHDRAWAL)
    refuse = "BEGIN SELECT RAISE(ABORT, 'purpose_withdrawal is append-only'); END"
    op.execute(
        'CREATE TRIGGER "purpose_withdrawal_no_update" '
        f'BEFORE UPDATE OF {fixed} ON "purpose_withdrawal" {refuse}'
    )
    op.execute(
        'CREATE TRIGGER "purpose_withdrawal_no_delete" '
        f'BEFORE DELETE ON "purpose_withdrawal" {refuse}'
    )


def _add_exports() -> None:
    op.create_table(
        "data_export",
        *_owned(),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("object_name", sa.String(), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("tenant_id", "performer_id"):
        op.create_index(f"ix_data_export_{column}", "data_export", [column])


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )
