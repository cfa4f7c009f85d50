"""Who spoke about a match and why, what takes a word back, and lanes that hold two people."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0055"
branch_labels = None
depends_on = None

BEFORE = (
    "id",
    "tenant_id",
    "audience",
    "recorded_at",
    "match_id",
    "cut_id",
    "performer_id",
    "modality",
    "spans",
    "verdict",
    "reviewer",
    "seq",
)
NEW = ("by_tenant", "why", "undoes", "figure_id")
SPLIT = ("id", "tenant_id", "audience", "recorded_at", "submission_id", "cut_id", "trace_id")
SPLIT += ("modality", "performer_id", "from_figure_id", "figure_id", "spans", "reviewer", "why")
SPLIT += ("undoes", "by_tenant", "seq")


def upgrade() -> None:
    for name in NEW:
        op.add_column(
            "match_review",
            sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")),
        )
    op.execute('DROP TRIGGER "match_review_no_update"')
    _no_update("match_review", (*BEFORE, *NEW))
    op.create_table(
        "lane_split",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("trace_id", sa.String(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("from_figure_id", sa.String(), nullable=False),
        sa.Column("figure_id", sa.String(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("undoes", sa.String(), nullable=False),
        sa.Column("by_tenant", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"]),
        sa.ForeignKeyConstraint(["cut_id"], ["cut.id"]),
        sa.ForeignKeyConstraint(["trace_id"], ["trace.id"]),
        sa.ForeignKeyConstraint(["figure_id"], ["figure.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    for column in ("tenant_id", "cut_id", "figure_id"):
        op.create_index(f"ix_lane_split_{column}", "lane_split", [column])
    _no_update("lane_split", SPLIT)
    op.execute(
        'CREATE TRIGGER "lane_split_no_delete" BEFORE DELETE ON "lane_split" '
        "BEGIN SELECT RAISE(ABORT, 'lane_split is append-only'); END"
    )


def downgrade() -> None:
    op.drop_table("lane_split")
    op.execute('DROP TRIGGER "match_review_no_update"')
    for name in NEW:
        op.drop_column("match_review", name)
    _no_update("match_review", BEFORE)


def _no_update(table: str, columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in columns)
    op.execute(
        f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
