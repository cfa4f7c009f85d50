"""What models earned in a month, by the dataset they were trained with."""

import sqlalchemy as sa
from alembic import op

revision = "0126"
down_revision = "0104"
branch_labels = None
depends_on = None

TEXTS = ("id", "tenant_id", "audience")
SAID = ("dataset_id", "period", "territory", "income", "currency", "outputs")
FIXED = (*TEXTS, "recorded_at", *SAID, "unnamed", "seq")


def upgrade() -> None:
    op.create_table(
        "training_report",
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in SAID[:3]),
        sa.Column("income", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("outputs", sa.Text(), nullable=False),
        sa.Column("unnamed", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index("ix_training_report_tenant_id", "training_report", ["tenant_id"])
    op.create_index(
        "training_report_month", "training_report", ["tenant_id", "dataset_id", "period", "seq"]
    )
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'training_report is append-only'); END"
    for what, name in ((f"UPDATE OF {fixed}", "no_update"), ("DELETE", "no_delete")):
        op.execute(
            f'CREATE TRIGGER "training_report_{name}" BEFORE {what} ON "training_report" {refuse}'
        )


def downgrade() -> None:
    op.drop_table("training_report")
