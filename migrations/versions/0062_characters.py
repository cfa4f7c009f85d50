"""Invented figures: what studios enrol of them, where they are found, and whom they are like."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

TEXT, NUMBER, REAL, BYTES = sa.String(), sa.Integer(), sa.Float(), sa.LargeBinary()
LONG = sa.Text()
OWNED = (("id", TEXT), ("tenant_id", TEXT), ("audience", TEXT), ("recorded_at", LONG))
# Table: its own columns; a name that ends in ? may be empty.
TABLES: dict[str, tuple[tuple[str, sa.types.TypeEngine[object]], ...]] = {
    "character": (
        ("name", TEXT),
        ("sealed_statement?", BYTES),
        ("statement_sha256", TEXT),
        ("stated_by", TEXT),
        ("state", TEXT),
        ("parts", LONG),
        ("notice_until?", LONG),
        ("ended_at?", LONG),
    ),
    "character_sample": (
        ("character_id", TEXT),
        ("modality", TEXT),
        ("object_name?", TEXT),
        ("job_id", TEXT),
        ("reasons", LONG),
        ("accepted?", sa.Boolean()),
    ),
    "character_template": (
        ("character_id", TEXT),
        ("modality", TEXT),
        ("model_id", TEXT),
        ("model_sha256", TEXT),
        ("evidence_ms", NUMBER),
        ("quality", REAL),
        ("seq", NUMBER),
        ("sealed", BYTES),
    ),
    "character_likeness": (
        ("character_id", TEXT),
        ("performer_id", TEXT),
        ("modality", TEXT),
        ("disputed_at?", LONG),
        ("word_id", TEXT),
        ("outcome?", TEXT),
    ),
    "character_claim": (
        ("trace_id", TEXT),
        ("character_id", TEXT),
        ("scan_id", TEXT),
        ("submission_id", TEXT),
        ("cut_id", TEXT),
        ("modality", TEXT),
        ("spans", LONG),
        ("decision", TEXT),
        ("doubt", TEXT),
        ("score", REAL),
        ("fpir", REAL),
        ("model_id", TEXT),
        ("threshold_id", TEXT),
        ("seq", NUMBER),
        ("superseded_at?", LONG),
    ),
}
KEYS = {
    "character_id": "character",
    "performer_id": "performer",
    "trace_id": "trace",
    "scan_id": "scan",
    "submission_id": "submission",
    "cut_id": "cut",
}
UNIQUE = {"character_likeness": ("character_id", "performer_id"), "character_claim": ("seq",)}
INDEXED = {"character": ("state",), "character_sample": ("object_name",)}


def upgrade() -> None:
    for table, own in TABLES.items():
        columns = [(name.rstrip("?"), kind, name.endswith("?")) for name, kind in (*OWNED, *own)]
        pointing = [name for name, _, _ in columns if name in KEYS]
        unique = [sa.UniqueConstraint(*UNIQUE[table])] if table in UNIQUE else []
        op.create_table(
            table,
            *(sa.Column(name, kind, nullable=empty) for name, kind, empty in columns),
            *(sa.ForeignKeyConstraint([name], [f"{KEYS[name]}.id"]) for name in pointing),
            sa.PrimaryKeyConstraint("id"),
            *unique,
        )
        for column in ("tenant_id", *pointing, *INDEXED.get(table, ())):
            op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
