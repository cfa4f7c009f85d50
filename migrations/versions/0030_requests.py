"""Requests for licences, and the offers made about them."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "licence_request",
        *_owned(),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("performer_tenant", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=True),
        sa.Column("licence_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("licence_id"),
    )
    for column in ("tenant_id", "performer_id", "performer_tenant", "submission_id"):
        op.create_index(f"ix_licence_request_{column}", "licence_request", [column])
    op.create_table(
        "licence_offer",
        *_owned(),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["licence_request.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request_id", "version"),
    )
    for column in ("tenant_id", "performer_id"):
        op.create_index(f"ix_licence_offer_{column}", "licence_offer", [column])


def downgrade() -> None:
    op.drop_table("licence_offer")
    op.drop_table("licence_request")


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )
