"""Signing keys that only their owner's passkey opens."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wrapped_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("passkey_id", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["passkey_id"], ["passkey.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("passkey_id", "did"),
    )
    for column in ("person_id", "passkey_id"):
        op.create_index(f"ix_wrapped_key_{column}", "wrapped_key", [column])


def downgrade() -> None:
    op.drop_table("wrapped_key")
