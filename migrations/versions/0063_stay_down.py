"""Content prints of noticed clips, submissions that hold them, and what came of a notice."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    result = sa.Column("result", sa.String(), nullable=False, server_default=sa.text("''"))
    op.add_column("takedown", result)
    op.create_table(
        "noticed_print",
        *_owned(),
        sa.Column("clip_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["found_clip.id"]),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("clip_id", "part"),
    )
    op.create_table(
        "noticed_hit",
        *_owned(),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("clip_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("exact", sa.Text(), nullable=False),
        sa.Column("altered", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"]),
        sa.ForeignKeyConstraint(["clip_id"], ["found_clip.id"]),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("submission_id", "clip_id", "part"),
    )
    for column in ("tenant_id", "clip_id", "performer_id"):
        op.create_index(f"ix_noticed_print_{column}", "noticed_print", [column])
    for column in ("tenant_id", "submission_id", "clip_id", "performer_id"):
        op.create_index(f"ix_noticed_hit_{column}", "noticed_hit", [column])


def downgrade() -> None:
    op.drop_table("noticed_hit")
    op.drop_table("noticed_print")
    op.drop_column("takedown", "result")


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )
