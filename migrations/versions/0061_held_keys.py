"""Keys of performers that are held sealed for agencies, and each signature with one."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0064"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
KEY = (*OWNED, "performer_id", "did", "holder_id", "holder_name", "mandate_id", "mandate_sha256")
KEY += ("statement", "until", "seq")
USE = (*OWNED, "performer_id", "key_id", "holder_id", "what", "subject_id", "sha256")
USE += ("approval_id", "single_operator", "seq")


def upgrade() -> None:
    op.create_table(
        "held_key",
        *_owned(),
        *_texts("did", "holder_id", "holder_name", "mandate_id", "mandate_sha256"),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("ended_seq", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("did"),
        sa.UniqueConstraint("seq"),
    )
    op.create_table(
        "held_key_secret",
        *_owned(),
        *_texts("key_id", "did", "holder_id", "mandate_sha256"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.ForeignKeyConstraint(["key_id"], ["held_key.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_id"),
    )
    op.create_table(
        "held_key_use",
        *_owned(),
        *_texts("key_id", "holder_id", "what", "subject_id", "sha256", "approval_id"),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.ForeignKeyConstraint(["key_id"], ["held_key.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    _indexes("held_key", "tenant_id", "performer_id", "holder_id", "mandate_id")
    _indexes("held_key_secret", "tenant_id", "performer_id")
    _indexes("held_key_use", "tenant_id", "performer_id", "key_id", "subject_id")
    _append_only("held_key", KEY)
    _append_only("held_key_use", USE)


def downgrade() -> None:
    op.drop_table("held_key_use")
    op.drop_table("held_key_secret")
    op.drop_table("held_key")


def _owned() -> tuple[sa.Column, ...]:
    return (
        *_texts("id", "tenant_id", "audience"),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        *_texts("performer_id"),
    )


def _texts(*names: str) -> tuple[sa.Column, ...]:
    return tuple(sa.Column(name, sa.String(), nullable=False) for name in names)


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _append_only(table: str, columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
