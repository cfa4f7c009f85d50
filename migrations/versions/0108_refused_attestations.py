"""Attesters may deny what they were asked to vouch for."""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0107"
branch_labels = None
depends_on = None


def upgrade() -> None:
    refused = sa.Column("refused", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("attestation", refused)


def downgrade() -> None:
    op.drop_column("attestation", "refused")
