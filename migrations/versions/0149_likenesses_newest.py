"""Figures that are like a performer, by an index of the newest, so that they are told in pages."""

from alembic import op

revision = "0149"
down_revision = "0143"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_character_likeness_tenant_id", "character_likeness")
    columns = ["tenant_id", "recorded_at", "id"]
    op.create_index("character_likeness_newest", "character_likeness", columns)


def downgrade() -> None:
    op.drop_index("character_likeness_newest", "character_likeness")
    op.create_index("ix_character_likeness_tenant_id", "character_likeness", ["tenant_id"])
