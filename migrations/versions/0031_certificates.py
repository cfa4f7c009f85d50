"""Certificates of cleared decisions, and what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0024"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
PLACE = ("clearance_id", "submission_id", "cut_id", "seq", "known_seq", "release_at")
LISTED = ("status_list", "status_index", "log_index", "signed")
CHANGE = ("certificate_id", "seq", "state", "since", "reasons", "log_index")
FIXED = {"certificate": (*OWNED, *PLACE, *LISTED), "certificate_change": (*OWNED, *CHANGE)}


def upgrade() -> None:
    op.create_table(
        "certificate",
        *_owned(),
        sa.Column("clearance_id", sa.String(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("known_seq", sa.Integer(), nullable=False),
        sa.Column("release_at", sa.String(), nullable=False),
        sa.Column("status_list", sa.Integer(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["clearance_id"], ["clearance.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("clearance_id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("status_list", "status_index"),
    )
    op.create_table(
        "certificate_change",
        *_owned(),
        sa.Column("certificate_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    for table, columns in (
        ("certificate", ("tenant_id", "submission_id", "cut_id")),
        ("certificate_change", ("tenant_id", "certificate_id")),
    ):
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
        _append_only(table)


def downgrade() -> None:
    op.drop_table("certificate_change")
    op.drop_table("certificate")


def _owned() -> list[sa.Column[str]]:
    texts = [sa.Column(name, sa.String(), nullable=False) for name in OWNED[:-1]]
    return [*texts, sa.Column(OWNED[-1], sa.Text(), nullable=False)]


def _append_only(table: str) -> None:
    fixed = ", ".join(f'"{column}"' for column in FIXED[table])
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
