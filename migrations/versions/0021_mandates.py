"""Mandates for agents and unions, and estates with heirs, papers and those who read them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _mandates()
    _estates()
    _heirs()
    _readings()


def downgrade() -> None:
    for table in ("estate_reading", "heir", "estate", "mandate"):
        op.drop_table(table)


def _mandates() -> None:
    op.create_table(
        "mandate",
        *_owned(),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("holder_id", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.Column("revoked_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    _index("mandate", "tenant_id", "performer_id", "holder_id")


def _estates() -> None:
    op.create_table(
        "estate",
        *_owned(),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("deceased_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("object_name", sa.String(), nullable=False),
        sa.Column("papers_sha256", sa.String(), nullable=False),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    _index("estate", "tenant_id", "performer_id")


def _heirs() -> None:
    op.create_table(
        "heir",
        *_owned(),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("estate_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("payee_id"),
    )
    _index("heir", "tenant_id", "performer_id", "estate_id")


def _readings() -> None:
    op.create_table(
        "estate_reading",
        *_owned(),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("estate_id", sa.String(), nullable=False),
        sa.Column("attester", sa.String(), nullable=False),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("estate_id", "attester"),
    )
    _index("estate_reading", "tenant_id", "performer_id", "estate_id")


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )
