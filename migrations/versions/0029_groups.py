"""Groups of performers, who is in them, suspensions of consent and their ends."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0020"
branch_labels = None
depends_on = None

SUSPENSION = ("id", "tenant_id", "audience", "recorded_at", "group_id", "seq", "kinds")
SUSPENSION += ("since", "clause", "log_index")
LIFT = ("id", "tenant_id", "audience", "recorded_at", "suspension_id", "seq", "lifted_at")
LIFT += ("log_index",)


def upgrade() -> None:
    op.create_table(
        "performer_group",
        *_owned(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index("ix_performer_group_tenant_id", "performer_group", ["tenant_id"])
    _add_memberships()
    _add_suspensions()


def downgrade() -> None:
    for table in ("suspension_lift", "suspension", "group_membership", "performer_group"):
        op.drop_table(table)


def _add_memberships() -> None:
    op.create_table(
        "group_membership",
        *_owned(),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("mandate_ref", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("joined_at", sa.Text(), nullable=True),
        sa.Column("joined_seq", sa.Integer(), nullable=True),
        sa.Column("left_at", sa.Text(), nullable=True),
        sa.Column("left_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["performer_group.id"]),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("tenant_id", "group_id", "performer_id"):
        op.create_index(f"ix_group_membership_{column}", "group_membership", [column])
    op.create_index(
        "group_membership_open",
        "group_membership",
        ["group_id", "performer_id"],
        unique=True,
        sqlite_where=sa.text("joined_seq IS NOT NULL AND left_seq IS NULL"),
    )


def _add_suspensions() -> None:
    op.create_table(
        "suspension",
        *_owned(),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["performer_group.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_table(
        "suspension_lift",
        *_owned(),
        sa.Column("suspension_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("lifted_at", sa.Text(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["suspension_id"], ["suspension.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("suspension_id"),
    )
    op.create_index("ix_suspension_group_id", "suspension", ["group_id"])
    for table, columns in (("suspension", SUSPENSION), ("suspension_lift", LIFT)):
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        fixed = ", ".join(f'"{column}"' for column in columns)
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(
            f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}'
        )
        op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )
