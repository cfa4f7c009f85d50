"""Matches say what they rest on: path, prints, evidence, pooled stretches, likelihood, lead."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The columns of `match` that never change: all but `superseded_at`.
FIXED = (
    "id",
    "tenant_id",
    "audience",
    "recorded_at",
    "scan_id",
    "submission_id",
    "cut_id",
    "trace_id",
    "print_id",
    "performer_id",
    "modality",
    "decision",
    "spans",
    "score",
    "runner_up",
    "fpir",
    "model_id",
    "threshold_id",
    "reasons",
    "seq",
)


def upgrade() -> None:
    op.execute('DROP TRIGGER "match_no_update"')
    op.add_column("match", sa.Column("basis", sa.Text(), nullable=True))
    _refuse_updates((*FIXED, "basis"))


def downgrade() -> None:
    op.execute('DROP TRIGGER "match_no_update"')
    op.drop_column("match", "basis")
    _refuse_updates(FIXED)


def _refuse_updates(columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in columns)
    op.execute(
        f'CREATE TRIGGER "match_no_update" BEFORE UPDATE OF {fixed} ON "match" '
        "BEGIN SELECT RAISE(ABORT, 'match is append-only'); END"
    )
