"""Long lists by their own order, so that a page of one reads a page of rows."""

from alembic import op

revision = "0131"
down_revision = "0129"
branch_labels = None
depends_on = None

GONE = (
    ("match", "scan_id"),
    ("match", "performer_id"),
    ("use_version", "performer_id"),
    ("clearance_use", "performer_id"),
    ("notice", "tenant_id"),
    ("approval", "tenant_id"),
    ("audit_entry", "tenant_id"),
)
ADDED = (
    ("match_of_scan", "match", ("scan_id", "performer_id", "seq")),
    ("match_of_performer", "match", ("performer_id", "seq")),
    (
        "use_of_performer",
        "use_version",
        ("performer_id", "decision", "superseded_at", "seq", "tenant_id", "audience"),
    ),
    ("use_of_audience", "use_version", ("audience", "decision", "superseded_at", "seq")),
    ("clearance_use_newest", "clearance_use", ("performer_id", "use_id", "seq")),
    ("clearance_use_latest", "clearance_use", ("performer_id", "seq", "use_id")),
    ("notice_newest", "notice", ("tenant_id", "seq")),
    ("approval_newest", "approval", ("tenant_id", "seq")),
    ("approval_waiting", "approval", ("tenant_id", "state", "seq")),
    ("audit_entry_newest", "audit_entry", ("tenant_id", "seq")),
    ("audit_entry_about", "audit_entry", ("tenant_id", "subject_id", "seq")),
    ("usage_import_newest", "usage_import", ("tenant_id", "recorded_at", "id")),
    ("payout_in_batch", "payout", ("batch_id", "state")),
    ("complaint_newest", "complaint", ("recorded_at", "id")),
)
SHELVES = (("open", "decided_at IS NULL"), ("ended", "decided_at IS NOT NULL"))


def upgrade() -> None:
    for table, column in GONE:
        op.drop_index(f"ix_{table}_{column}", table)
    for name, table, columns in ADDED:
        op.create_index(name, table, list(columns))
    for shelf, which in SHELVES:
        op.execute(
            f"CREATE INDEX complaint_{shelf} ON complaint (tenant_id, recorded_at, id)"
            f" WHERE {which}"
        )


def downgrade() -> None:
    for shelf, _ in SHELVES:
        op.drop_index(f"complaint_{shelf}", "complaint")
    for name, table, _ in reversed(ADDED):
        op.drop_index(name, table)
    for table, column in GONE:
        op.create_index(f"ix_{table}_{column}", table, [column])
