"""Signatures of those who sign a licence beside the performer, kept until all are there."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLE = "licence_signature"
FIXED = ("id", "tenant_id", "audience", "recorded_at", "draft_id", "did", "signature")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["licence_draft.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("draft_id", "did"),
    )
    op.create_index(f"ix_{TABLE}_tenant_id", TABLE, ["tenant_id"])
    refuse = f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    op.execute(f'CREATE TRIGGER "{TABLE}_no_update" BEFORE UPDATE OF {fixed} ON "{TABLE}" {refuse}')
    op.execute(f'CREATE TRIGGER "{TABLE}_no_delete" BEFORE DELETE ON "{TABLE}" {refuse}')


def downgrade() -> None:
    op.drop_table(TABLE)
