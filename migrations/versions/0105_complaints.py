"""Complaints about lines of a book, and the lines that they dispute."""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0102"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
FIXED = {
    "complaint": (
        *("by_tenant_id", "ground"),
        *("claimant_performer_id", "claimant_tenant_id", "claimant_payee_id", "late"),
    ),
    "complaint_line": (
        *("complaint_id", "live_key", "transaction_id", "cut_id", "performer_id"),
        *("performer_tenant_id", "licensee_id", "currency", "amount_micro"),
    ),
}
DECIDED = (
    'CREATE TRIGGER "complaint_decided" BEFORE UPDATE OF ruling, numerator, denominator, '
    "approval_id, decided_at, single_operator ON complaint WHEN OLD.decided_at IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'a complaint is decided once'); END"
)
INDEXES = {
    "complaint": ("tenant_id", "by_tenant_id", "claimant_tenant_id"),
    "complaint_line": (
        *("tenant_id", "complaint_id", "cut_id", "performer_tenant_id", "licensee_id"),
    ),
}


def upgrade() -> None:
    op.create_table(
        "complaint",
        *(sa.Column(name, sa.String(), nullable=False) for name in OWNED[:3]),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in FIXED["complaint"][:5]),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("sealed_proof", sa.LargeBinary(), nullable=False),
        sa.Column("ruling", sa.String(), nullable=True),
        sa.Column("numerator", sa.String(), nullable=False),
        sa.Column("denominator", sa.String(), nullable=False),
        sa.Column("approval_id", sa.String(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "complaint_line",
        *(sa.Column(name, sa.String(), nullable=False) for name in OWNED[:3]),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in FIXED["complaint_line"][:8]),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("complaint_id", "live_key"),
    )
    op.create_index("complaint_line_claim", "complaint_line", ["live_key"])
    for table, names in INDEXES.items():
        for name in names:
            op.create_index(f"ix_{table}_{name}", table, [name])
    for table, names in FIXED.items():
        fixed = ", ".join(f'"{name}"' for name in (*OWNED, *names))
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(
            f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}'
        )
        op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
    op.execute(DECIDED)


def downgrade() -> None:
    op.drop_table("complaint_line")
    op.drop_table("complaint")
