"""Decisions: the audit log, approvals by a second person, and the single operator's stamp.

Leaves written before carry no stamp, which is what their published bytes say.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0005"
branch_labels = None
depends_on = None

LEAF = ("seq", "kind", "subject_id", "commitment", "at", "leaf_hash")
AUDIT = (
    "id",
    "tenant_id",
    "audience",
    "recorded_at",
    "seq",
    "subject",
    "person",
    "action",
    "subject_id",
    "single_operator",
    "commitment",
    "previous",
    "hash",
    "log_index",
)
APPROVAL = (
    "id",
    "tenant_id",
    "audience",
    "recorded_at",
    "seq",
    "action",
    "subject_id",
    "payload",
    "payload_hash",
    "roles",
    "proposed_by",
    "proposed_person",
)


def upgrade() -> None:
    op.execute('DROP TRIGGER "log_leaf_no_update"')
    stamp = sa.Column("single_operator", sa.Boolean(), server_default=sa.text("0"), nullable=False)
    op.add_column("log_leaf", stamp)
    _refuse_updates("log_leaf", (*LEAF, "single_operator"))
    _add_audit()
    _add_approvals()
    for table, columns in (("audit_entry", AUDIT), ("approval", APPROVAL)):
        _refuse_updates(table, columns)
        op.execute(
            f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def downgrade() -> None:
    op.drop_table("approval")
    op.drop_table("audit_entry")
    op.execute('DROP TRIGGER "log_leaf_no_update"')
    op.drop_column("log_leaf", "single_operator")
    _refuse_updates("log_leaf", LEAF)


def _add_audit() -> None:
    op.create_table(
        "audit_entry",
        *_owned(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    for column in ("tenant_id", "person", "action", "subject_id"):
        op.create_index(f"ix_audit_entry_{column}", "audit_entry", [column])


def _add_approvals() -> None:
    op.create_table(
        "approval",
        *_owned(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("payload_hash", sa.String(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_person", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_person", sa.String(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=True),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    for column in ("tenant_id", "action", "subject_id", "state"):
        op.create_index(f"ix_approval_{column}", "approval", [column])


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )


def _refuse_updates(table: str, columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in columns)
    op.execute(
        f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
