"""Works by what their titles are filed under: the second episode stands before the tenth."""

import sqlalchemy as sa
from alembic import op

from registry.filing import filed_under

revision = "0140"
down_revision = "0139"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "work", sa.Column("filed", sa.String(), nullable=False, server_default=sa.text("''"))
    )
    connection = op.get_bind()
    titles = connection.execute(sa.text("SELECT id, title FROM work")).all()
    for work_id, title in titles:
        connection.execute(
            sa.text("UPDATE work SET filed = :filed WHERE id = :id"),
            {"filed": filed_under(title), "id": work_id},
        )
    op.drop_index("work_title", "work")
    op.create_index("work_title", "work", ["tenant_id", "filed", "id"], unique=True)


def downgrade() -> None:
    op.drop_index("work_title", "work")
    op.create_index("work_title", "work", ["tenant_id", "title", "id"], unique=True)
    op.drop_column("work", "filed")
