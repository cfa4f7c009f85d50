"""Lists that come in pages by an index of their own: deliveries, figures, unclaimed money."""

from alembic import op

revision = "0139"
down_revision = "0138"
branch_labels = None
depends_on = None

GONE = (
    ("delivery", "tenant_id"),
    ("delivery", "target_id"),
    ("character", "tenant_id"),
    ("unclaimed_list", "tenant_id"),
    ("unclaimed_line", "list_id"),
)
PLACE = ("list_id", "account", "currency", "live_key", "amount_micro")
ADDED = (
    ("delivery_newest", "delivery", ("tenant_id", "seq")),
    ("delivery_to", "delivery", ("target_id", "seq")),
    ("character_oldest", "character", ("tenant_id", "recorded_at", "id")),
    ("unclaimed_list_newest", "unclaimed_list", ("tenant_id", "recorded_at", "id")),
    ("unclaimed_line_place", "unclaimed_line", PLACE),
)


def upgrade() -> None:
    for table, column in GONE:
        op.drop_index(f"ix_{table}_{column}", table)
    for name, table, columns in ADDED:
        op.create_index(name, table, list(columns))


def downgrade() -> None:
    for name, table, _ in reversed(ADDED):
        op.drop_index(name, table)
    for table, column in GONE:
        op.create_index(f"ix_{table}_{column}", table, [column])
