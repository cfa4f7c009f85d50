"""Birth dates of minors, dates of death, and who has custody."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("born_on", "agrees_on", "deceased_on"):
        op.add_column("performer", sa.Column(name, sa.Date(), nullable=True))
    op.create_table(
        "guardian",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    for column in ("tenant_id", "performer_id", "person"):
        op.create_index(f"ix_guardian_{column}", "guardian", [column])


def downgrade() -> None:
    op.drop_table("guardian")
    for name in ("deceased_on", "agrees_on", "born_on"):
        op.drop_column("performer", name)
