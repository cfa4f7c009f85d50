"""Usage lines take every figure that a tariff counts, and corrections as lines of their own.

The table is made anew, since its views may now be unknown and its content hash, which the id says
already, needs no index of its own. Rows keep their row numbers: the public log's digests of them
go by these. Who refers to a line finds it again before the transaction ends.
"""

from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

OLD = (
    *("id", "tenant_id", "audience", "recorded_at", "import_id", "line_no"),
    *("cut_id", "territory", "period", "views", "reference", "content_hash"),
)
ADDED = {
    "unique_views": "BIGINT",
    "watched_ms": "BIGINT",
    "completion": "VARCHAR",
    "income_micro": "BIGINT",
    "income_kind": "VARCHAR",
    "currency": "VARCHAR",
    "payments": "BIGINT",
    "free": "BOOLEAN",
    "subscribers": "BIGINT",
    "days": "VARCHAR",
    "supersedes": "VARCHAR",
    "origin": "VARCHAR NOT NULL",
}
KEYS = (
    "PRIMARY KEY (id), "
    "FOREIGN KEY(import_id) REFERENCES usage_import (id) DEFERRABLE INITIALLY DEFERRED, "
    "FOREIGN KEY(cut_id) REFERENCES cut (id)"
)


def upgrade() -> None:
    _anew(
        "".join(f"{name} {kind}, " for name, kind in ADDED.items()),
        views="BIGINT",
        last="",
        kept={"origin": "'report'"},
    )
    op.execute("CREATE INDEX usage_line_reported ON usage_line (cut_id, period, territory)")
    op.execute(
        "CREATE INDEX usage_line_superseded ON usage_line (supersedes) WHERE supersedes IS NOT NULL"
    )
    _append_only((*OLD, *ADDED))


def downgrade() -> None:
    """Lines without views cannot be told in the older form and keep the step from being taken."""
    _anew("", views="BIGINT NOT NULL", last=", UNIQUE (content_hash)", kept={})
    op.execute("CREATE INDEX ix_usage_line_tenant_id ON usage_line (tenant_id)")
    op.execute("CREATE INDEX usage_line_reported ON usage_line (cut_id, territory, period)")
    op.execute("CREATE INDEX usage_line_page ON usage_line (cut_id, id)")
    _append_only(OLD)


def _anew(added: str, *, views: str, last: str, kept: dict[str, str]) -> None:
    columns = ", ".join(f"{name} {_kind(name, views)}" for name in OLD)
    old, new, values = (", ".join(names) for names in (OLD, (*OLD, *kept), (*OLD, *kept.values())))
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute(f"CREATE TABLE usage_line_kept AS SELECT rowid AS place, {old} FROM usage_line")  # noqa: S608 - names of our own schema
    op.execute("DROP TABLE usage_line")
    op.execute(f"CREATE TABLE usage_line ({columns}, {added}{KEYS}{last})")
    op.execute(
        f"INSERT INTO usage_line (rowid, {new}) "  # noqa: S608 - names of our own schema
        f"SELECT place, {values} FROM usage_line_kept ORDER BY place"
    )
    op.execute("DROP TABLE usage_line_kept")


def _kind(name: str, views: str) -> str:
    kinds = {"views": views, "line_no": "INTEGER NOT NULL", "recorded_at": "TEXT NOT NULL"}
    return kinds.get(name, "VARCHAR NOT NULL")


def _append_only(columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{name}"' for name in columns)
    refuse = "BEGIN SELECT RAISE(ABORT, 'usage_line is append-only'); END"
    op.execute(
        f'CREATE TRIGGER "usage_line_no_update" BEFORE UPDATE OF {fixed} ON "usage_line" {refuse}'
    )
    op.execute(f'CREATE TRIGGER "usage_line_no_delete" BEFORE DELETE ON "usage_line" {refuse}')
