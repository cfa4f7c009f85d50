"""Acts on many cuts with a result for each, and decisions in the order in which they were made."""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk",
        *_owned(),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("cuts", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index("ix_bulk_tenant_id", "bulk", ["tenant_id"])
    op.create_table(
        "bulk_item",
        *_owned(),
        sa.Column("bulk_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("next_step", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("bulk_id", "place", name="bulk_item_place"),
    )
    op.create_index("ix_bulk_item_tenant_id", "bulk_item", ["tenant_id"])
    op.create_index("clearance_decided", "clearance", ["tenant_id", "seq"])


def downgrade() -> None:
    op.drop_index("clearance_decided", "clearance")
    op.drop_table("bulk_item")
    op.drop_table("bulk")


def _owned() -> tuple[sa.Column[str], ...]:
    return tuple(
        sa.Column(name, kind, nullable=False)
        for name, kind in (
            ("id", sa.String()),
            ("tenant_id", sa.String()),
            ("audience", sa.String()),
            ("recorded_at", sa.Text()),
        )
    )
