"""Books without indexes that nothing is looked up by: each place in one costs every accrual.

By the licensee a lookup was tempted to read all that a licensee ever owed instead of a few lines.
"""

from alembic import op

revision = "0143"
down_revision = "0145"
branch_labels = None
depends_on = None

_DROPPED = (
    ("book_entry_account", "book_entry", ["account_kind", "subject"]),
    ("ix_book_transaction_tenant_id", "book_transaction", ["tenant_id"]),
    ("ix_accrual_tenant_id", "accrual", ["tenant_id"]),
    ("ix_accrual_licensee_id", "accrual", ["licensee_id"]),
)


def upgrade() -> None:
    for name, table, _ in _DROPPED:
        op.drop_index(name, table)


def downgrade() -> None:
    for name, table, columns in _DROPPED:
        op.create_index(name, table, columns)
