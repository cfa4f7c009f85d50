"""Figures of a series with their answers, declarations of works, labels in files, datasets."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0041"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
# Table: its own columns, foreign keys, indexed columns.
TABLES: dict[str, tuple[tuple[str, ...], dict[str, str], tuple[str, ...]]] = {
    "figure": (("series_id", "modality", "seq"), {"series_id": "work"}, ("series_id",)),
    "figure_sighting": (
        (
            *("trace_id", "figure_id", "scan_id", "submission_id", "cut_id"),
            *("modality", "spans", "seq"),
        ),
        {
            "trace_id": "trace",
            "figure_id": "figure",
            "scan_id": "scan",
            "submission_id": "submission",
            "cut_id": "cut",
        },
        ("trace_id", "figure_id", "scan_id", "submission_id", "cut_id"),
    ),
    "figure_answer": (
        (
            *("figure_id", "answer", "reference", "performer_id", "merged_into", "reviewer"),
            "seq",
        ),
        {"figure_id": "figure"},
        ("figure_id", "performer_id"),
    ),
    "work_declaration": (("work_id", "data", "seq"), {"work_id": "work"}, ("work_id",)),
    "file_label": (
        ("submission_id", "scheme", "state", "detail", "seq"),
        {"submission_id": "submission"},
        ("submission_id",),
    ),
    "dataset": (("name", "model", "manifest_sha256", "files", "seq"), {}, ()),
}
MANY_PER_SEQ = frozenset({"file_label"})
JSON = frozenset({"spans", "data", "files"})


def upgrade() -> None:
    for table, (columns, keys, indexed) in TABLES.items():
        unique = [] if table in MANY_PER_SEQ else [sa.UniqueConstraint("seq")]
        op.create_table(
            table,
            *(sa.Column(name, _type(name), nullable=False) for name in (*OWNED, *columns)),
            *(sa.ForeignKeyConstraint([name], [f"{to}.id"]) for name, to in keys.items()),
            sa.PrimaryKeyConstraint("id"),
            *unique,
        )
        for column in ("tenant_id", *indexed):
            op.create_index(f"ix_{table}_{column}", table, [column])
        _append_only(table, (*OWNED, *columns))
    op.execute('DROP TRIGGER "declaration_no_update"')
    op.add_column("declaration", sa.Column("own", sa.Text(), nullable=True))
    _no_update("declaration", (*OWNED, "submission_id", "seq", "data", "own"))


def downgrade() -> None:
    op.execute('DROP TRIGGER "declaration_no_update"')
    op.drop_column("declaration", "own")
    _no_update("declaration", (*OWNED, "submission_id", "seq", "data"))
    for table in reversed(TABLES):
        op.drop_table(table)


def _type(name: str) -> sa.types.TypeEngine[object]:
    if name == "seq":
        return sa.Integer()
    return sa.Text() if name in JSON or name == "recorded_at" else sa.String()


def _append_only(table: str, columns: tuple[str, ...]) -> None:
    _no_update(table, columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')


def _no_update(table: str, columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
