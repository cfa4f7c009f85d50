"""Contract templates of organisations; a version is written once."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLE = "contract_template"
FIXED = ("id", "tenant_id", "audience", "recorded_at", "template_id", "version", "digest", "body")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("template_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("template_id", "version"),
    )
    for column in ("template_id", "tenant_id"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column])
    refuse = f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    op.execute(f'CREATE TRIGGER "{TABLE}_no_update" BEFORE UPDATE OF {fixed} ON "{TABLE}" {refuse}')
    op.execute(f'CREATE TRIGGER "{TABLE}_no_delete" BEFORE DELETE ON "{TABLE}" {refuse}')


def downgrade() -> None:
    op.drop_table(TABLE)
