"""Excerpts of enrolments to compare by, and every look at one."""

import sqlalchemy as sa
from alembic import op

revision = "0129"
down_revision = "0134"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience")


def upgrade() -> None:
    op.create_table(
        "excerpt",
        *(sa.Column(name, sa.String(), nullable=False) for name in OWNED),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("enrolment_id", "performer_id", "modality")
        ),
        sa.Column("quality", sa.Float(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("enrolment_id", "modality"),
    )
    for name in ("tenant_id", "enrolment_id", "performer_id"):
        op.create_index(f"ix_excerpt_{name}", "excerpt", [name])
    op.create_table(
        "excerpt_look",
        *(sa.Column(name, sa.String(), nullable=False) for name in OWNED),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("performer_id", "match_id", "modality", "studio_id", "person")
        ),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.ForeignKeyConstraint(["match_id"], ["match.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    for name in ("tenant_id", "performer_id"):
        op.create_index(f"ix_excerpt_look_{name}", "excerpt_look", [name])


def downgrade() -> None:
    op.drop_table("excerpt_look")
    op.drop_table("excerpt")
