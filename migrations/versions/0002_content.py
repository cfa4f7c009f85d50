"""Content prints, and the stretches of submissions that were found in earlier ones."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "content_print",
        *_owned(),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["cut_id"], ["cut.id"]),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("submission_id", "part"),
    )
    op.create_table(
        "content_link",
        *_owned(),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("known_submission_id", sa.String(), nullable=False),
        sa.Column("known_cut_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("here", sa.Text(), nullable=False),
        sa.Column("there", sa.Text(), nullable=False),
        sa.Column("intact", sa.Text(), nullable=False),
        sa.Column("speed", sa.Float(), nullable=False),
        sa.Column("error", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Integer(), nullable=False),
        sa.Column("mirrored", sa.Boolean(), nullable=False),
        sa.Column("identical", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["cut_id"], ["cut.id"]),
        sa.ForeignKeyConstraint(["known_cut_id"], ["cut.id"]),
        sa.ForeignKeyConstraint(["known_submission_id"], ["submission.id"]),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for table, columns in _INDEXED.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    op.drop_table("content_link")
    op.drop_table("content_print")


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )


_INDEXED = {
    "content_print": ("submission_id", "tenant_id"),
    "content_link": (
        "cut_id",
        "known_cut_id",
        "known_submission_id",
        "submission_id",
        "tenant_id",
    ),
}
