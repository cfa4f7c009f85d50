"""Licences of other registries, how they stand, and the registries that are trusted."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0059"
branch_labels = None
depends_on = None

FIXED = {
    "foreign_licence": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "performer_id",
        "registry_did",
        "foreign_performer_id",
        "foreign_id",
        "vc_id",
        "subject_id",
        "tariff_id",
        "signed_at",
        "seq",
        "document",
    ),
    "foreign_state": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "licence_id",
        "seq",
        "made_at",
        "revoked_at",
        "ends_at",
        "suspensions",
    ),
    "foreign_status": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "registry_did",
        "url",
        "purpose",
        "valid_from",
        "valid_until",
        "seq",
        "document",
    ),
    "trusted_registry": ("id", "tenant_id", "audience", "recorded_at", "did"),
}
TABLES = (
    "foreign_state",
    "foreign_licence",
    "foreign_extract",
    "foreign_status",
    "trusted_registry",
)


def upgrade() -> None:
    op.create_table(
        "foreign_extract",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("registry_did", sa.String(), nullable=False),
        sa.Column("foreign_performer_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("log_size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index(
        op.f("ix_foreign_extract_performer_id"), "foreign_extract", ["performer_id"], unique=False
    )
    op.create_index(
        op.f("ix_foreign_extract_tenant_id"), "foreign_extract", ["tenant_id"], unique=False
    )
    op.create_table(
        "foreign_licence",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("registry_did", sa.String(), nullable=False),
        sa.Column("foreign_performer_id", sa.String(), nullable=False),
        sa.Column("foreign_id", sa.String(), nullable=False),
        sa.Column("vc_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("tariff_id", sa.String(), nullable=False),
        sa.Column("signed_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("registry_did", "vc_id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("tariff_id"),
        info={"append_only": ()},
    )
    op.create_index(
        op.f("ix_foreign_licence_performer_id"), "foreign_licence", ["performer_id"], unique=False
    )
    op.create_index(
        op.f("ix_foreign_licence_subject_id"), "foreign_licence", ["subject_id"], unique=False
    )
    op.create_index(
        op.f("ix_foreign_licence_tenant_id"), "foreign_licence", ["tenant_id"], unique=False
    )
    op.create_table(
        "foreign_status",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("registry_did", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        info={"append_only": ()},
    )
    op.create_index(
        op.f("ix_foreign_status_tenant_id"), "foreign_status", ["tenant_id"], unique=False
    )
    op.create_index(op.f("ix_foreign_status_url"), "foreign_status", ["url"], unique=False)
    op.create_table(
        "trusted_registry",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("base_url", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("did"),
        info={"append_only": ("base_url", "policy", "ended_at")},
    )
    op.create_index(
        op.f("ix_trusted_registry_tenant_id"), "trusted_registry", ["tenant_id"], unique=False
    )
    op.create_table(
        "foreign_state",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("licence_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.Column("ends_at", sa.Text(), nullable=True),
        sa.Column("suspensions", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["licence_id"],
            ["foreign_licence.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"append_only": ()},
    )
    op.create_index(
        op.f("ix_foreign_state_licence_id"), "foreign_state", ["licence_id"], unique=False
    )
    op.create_index(op.f("ix_foreign_state_seq"), "foreign_state", ["seq"], unique=False)
    op.create_index(
        op.f("ix_foreign_state_tenant_id"), "foreign_state", ["tenant_id"], unique=False
    )
    for table, columns in FIXED.items():
        fixed = ", ".join(f'"{column}"' for column in columns)
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(
            f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}'
        )
        op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
