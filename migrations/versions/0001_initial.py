"""The first schema: core, people and prints, works and scans, licences, money, answers given.

Tables of evidence refuse UPDATE and DELETE by triggers, also towards whoever opens the file with
other software; corrections are new rows.
"""

# ruff: noqa: E501, PLR0915

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# In the order of their references.
TABLES = (
    "clearance",
    "core_counter",
    "event",
    "idempotency",
    "job",
    "licence_draft",
    "log_leaf",
    "log_node",
    "performer",
    "tenant",
    "usage_import",
    "work",
    "api_key",
    "clearance_use",
    "cut",
    "enrolment",
    "key_binding",
    "key_draft",
    "licence",
    "log_salt",
    "licence_revocation",
    "print",
    "submission",
    "usage_line",
    "declaration",
    "ledger_transaction",
    "sample",
    "scan",
    "template",
    "ledger_entry",
    "scan_segment",
    "trace",
    "use_version",
    "match",
    "match_review",
)

# Append-only tables, each with the columns that never change.
FIXED_COLUMNS = {
    "clearance": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "submission_id",
        "cut_id",
        "scan_id",
        "seq",
        "known_seq",
        "gallery_seq",
        "release_at",
        "provisional",
        "verdict",
        "log_index",
        "decision",
    ),
    "clearance_use": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "clearance_id",
        "performer_id",
        "use_id",
        "cut_id",
        "kind",
        "verdict",
        "spans",
        "reasons",
        "licence_id",
        "seq",
    ),
    "declaration": ("id", "tenant_id", "audience", "recorded_at", "submission_id", "seq", "data"),
    "key_binding": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "performer_id",
        "did",
        "valid_from",
        "seq",
        "statement",
    ),
    "ledger_entry": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "transaction_id",
        "position",
        "account",
        "amount_micro",
        "currency",
    ),
    "ledger_transaction": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "seq",
        "kind",
        "live_key",
        "revision",
        "follows_revision",
        "follows_kind",
        "facts_key",
        "reverses_id",
        "reason",
        "earned_period",
        "performer_id",
        "usage_line_id",
        "pins",
        "working",
    ),
    "licence": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "draft_id",
        "performer_id",
        "licensee_id",
        "seq",
        "valid_from",
        "valid_until",
        "log_index",
        "signed",
    ),
    "licence_draft": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "performer_id",
        "performer_did",
        "licensee_id",
        "vc_id",
        "tariff_id",
        "status_list",
        "status_index",
        "terms",
        "proof_id",
        "document",
    ),
    "licence_revocation": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "licence_id",
        "seq",
        "reason",
        "log_index",
    ),
    "log_leaf": ("seq", "kind", "subject_id", "commitment", "at", "leaf_hash"),
    "log_node": ("level", "position", "hash"),
    "match": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "scan_id",
        "submission_id",
        "cut_id",
        "trace_id",
        "print_id",
        "performer_id",
        "modality",
        "decision",
        "spans",
        "score",
        "runner_up",
        "fpir",
        "model_id",
        "threshold_id",
        "reasons",
        "seq",
    ),
    "match_review": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "match_id",
        "cut_id",
        "performer_id",
        "modality",
        "spans",
        "verdict",
        "reviewer",
        "seq",
    ),
    "usage_import": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "file_sha256",
        "lines",
        "accepted",
        "duplicates",
        "overlapping",
        "rejected",
    ),
    "usage_line": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "import_id",
        "line_no",
        "cut_id",
        "territory",
        "period",
        "views",
        "reference",
        "content_hash",
    ),
    "use_version": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "use_id",
        "cut_id",
        "submission_id",
        "scan_id",
        "performer_id",
        "kind",
        "modalities",
        "decision",
        "spans",
        "match_ids",
        "model_ids",
        "threshold_ids",
        "engagement_ref",
        "seq",
    ),
}


def upgrade() -> None:
    op.create_table(
        "clearance",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("scan_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("known_seq", sa.Integer(), nullable=False),
        sa.Column("gallery_seq", sa.Integer(), nullable=True),
        sa.Column("release_at", sa.String(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        info={"append_only": ()},
    )
    op.create_index("clearance_latest", "clearance", ["submission_id", "seq"], unique=False)
    op.create_index(op.f("ix_clearance_cut_id"), "clearance", ["cut_id"], unique=False)
    op.create_index(op.f("ix_clearance_tenant_id"), "clearance", ["tenant_id"], unique=False)
    op.create_index(op.f("ix_clearance_verdict"), "clearance", ["verdict"], unique=False)
    op.create_table(
        "core_counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("delivered_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(op.f("ix_event_tenant_id"), "event", ["tenant_id"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_key", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempts_max", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Text(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("available_at", sa.Text(), nullable=False),
        sa.Column("progress_permille", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("error_next_step", sa.String(), nullable=True),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "kind", "subject_key", name="job_subject"),
    )
    op.create_index(op.f("ix_job_tenant_id"), "job", ["tenant_id"], unique=False)
    op.create_index("job_claim", "job", ["state", "kind", "seq"], unique=False)
    op.create_table(
        "licence_draft",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("performer_did", sa.String(), nullable=False),
        sa.Column("licensee_id", sa.String(), nullable=False),
        sa.Column("vc_id", sa.String(), nullable=False),
        sa.Column("tariff_id", sa.String(), nullable=False),
        sa.Column("status_list", sa.Integer(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("proof_id", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("status_list", "status_index"),
        sa.UniqueConstraint("tariff_id"),
        sa.UniqueConstraint("vc_id"),
        info={"append_only": ()},
    )
    op.create_index(
        op.f("ix_licence_draft_performer_id"), "licence_draft", ["performer_id"], unique=False
    )
    op.create_index(
        op.f("ix_licence_draft_tenant_id"), "licence_draft", ["tenant_id"], unique=False
    )
    op.create_table(
        "log_leaf",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        info={"append_only": ()},
    )
    op.create_index(op.f("ix_log_leaf_subject_id"), "log_leaf", ["subject_id"], unique=False)
    op.create_table(
        "log_node",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position"),
        info={"append_only": ()},
    )
    op.create_table(
        "performer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("public_name", sa.String(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("payee_id"),
    )
    op.create_index(op.f("ix_performer_tenant_id"), "performer", ["tenant_id"], unique=False)
    op.create_table(
        "tenant",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_tenant_kind"), "tenant", ["kind"], unique=False)
    op.create_table(
        "usage_import",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("overlapping", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={"append_only": ()},
    )
    op.create_index(op.f("ix_usage_import_tenant_id"), "usage_import", ["tenant_id"], unique=False)
    op.create_index("usage_import_file", "usage_import", ["tenant_id", "file_sha256"], unique=False)
    op.create_table(
        "work",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("identifiers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["work.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_work_parent_id"), "work", ["parent_id"], unique=False)
    op.create_index(op.f("ix_work_tenant_id"), "work", ["tenant_id"], unique=False)
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_api_key_tenant_id"), "api_key", ["tenant_id"], unique=False)
    op.create_table(
        "clearance_use",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("clearance_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("licence_id", sa.String(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clearance_id"],
            ["clearance.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"append_only": ()},
    )
    op.create_index(
        op.f("ix_clearance_use_clearance_id"), "clearance_use", ["clearance_id"], unique=False
    )
    op.create_index(
        op.f("ix_clearance_use_licence_id"), "clearance_use", ["licence_id"], unique=False
    )
    op.create_index(
        op.f("ix_clearance_use_performer_id"), "clearance_use", ["performer_id"], unique=False
    )
    op.create_index(
        op.f("ix_clearance_use_tenant_id"), "clearance_use", ["tenant_id"], unique=False
    )
    op.create_table(
        "cut",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("work_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["work_id"],
            ["work.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_cut_tenant_id"), "cut", ["tenant_id"], unique=False)
    op.create_index(op.f("ix_cut_work_id"), "cut", ["work_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("modalities", sa.Text(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("verification_method", sa.String(), nullable=False),
        sa.Column("consent", sa.LargeBinary(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["performer_id"],
            ["performer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index(op.f("ix_enrolment_performer_id"), "enrolment", ["performer_id"], unique=False)
    op.create_index(op.f("ix_enrolment_tenant_id"), "enrolment", ["tenant_id"], unique=False)
    op.create_table(
        "key_binding",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["performer_id"],
            ["performer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("did"),
        sa.UniqueConstraint("seq"),
        info={"append_only": ()},
    )
    op.create_index(
        op.f("ix_key_binding_performer_id"), "key_binding", ["performer_id"], unique=False
    )
    op.create_index(op.f("ix_key_binding_tenant_id"), "key_binding", ["tenant_id"], unique=False)
    op.create_table(
        "key_draft",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["performer_id"],
            ["performer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_key_draft_performer_id"), "key_draft", ["performer_id"], unique=False)
    op.create_index(op.f("ix_key_draft_tenant_id"), "key_draft", ["tenant_id"], unique=False)
    op.create_table(
        "licence",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("licensee_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Text(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["licence_draft.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("draft_id"),
        sa.UniqueConstraint("seq"),
        info={"append_only": ()},
    )
    op.create_index(op.f("ix_licence_tenant_id"), "licence", ["tenant_id"], unique=False)
    op.create_index(
        "licence_known", "licence", ["performer_id", "licensee_id", "seq"], unique=False
    )
    op.create_table(
        "log_salt",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["log_leaf.seq"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "licence_revocation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("licence_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["licence_id"],
            ["licence.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("licence_id"),
        sa.UniqueConstraint("seq"),
        info={"append_only": ()},
    )
    op.create_index(
        op.f("ix_licence_revocation_tenant_id"), "licence_revocation", ["tenant_id"], unique=False
    )
    op.create_table(
        "print",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("templates", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["performer_id"],
            ["performer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("enrolment_id", "modality", "model_id"),
    )
    op.create_index(op.f("ix_print_enrolment_id"), "print", ["enrolment_id"], unique=False)
    op.create_index(op.f("ix_print_performer_id"), "print", ["performer_id"], unique=False)
    op.create_index(op.f("ix_print_seq"), "print", ["seq"], unique=False)
    op.create_index(op.f("ix_print_tenant_id"), "print", ["tenant_id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("object_name", sa.String(), nullable=True),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cut_id"],
            ["cut.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index(op.f("ix_submission_cut_id"), "submission", ["cut_id"], unique=False)
    op.create_index(op.f("ix_submission_object_name"), "submission", ["object_name"], unique=False)
    op.create_index(op.f("ix_submission_tenant_id"), "submission", ["tenant_id"], unique=False)
    op.create_table(
        "usage_line",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cut_id"],
            ["cut.id"],
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["usage_import.id"], initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("content_hash"),
        info={"append_only": ()},
    )
    op.create_index(op.f("ix_usage_line_tenant_id"), "usage_line", ["tenant_id"], unique=False)
    op.create_index("usage_line_page", "usage_line", ["cut_id", "id"], unique=False)
    op.create_index(
        "usage_line_reported", "usage_line", ["cut_id", "territory", "period"], unique=False
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        info={"append_only": ()},
    )
    op.create_index(
        op.f("ix_declaration_submission_id"), "declaration", ["submission_id"], unique=False
    )
    op.create_index(op.f("ix_declaration_tenant_id"), "declaration", ["tenant_id"], unique=False)
    op.create_table(
        "ledger_transaction",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("live_key", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("follows_revision", sa.Integer(), nullable=True),
        sa.Column("follows_kind", sa.String(), nullable=True),
        sa.Column("facts_key", sa.String(), nullable=False),
        sa.Column("reverses_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("earned_period", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("usage_line_id", sa.String(), nullable=False),
        sa.Column("pins", sa.Text(), nullable=False),
        sa.Column("working", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'accrual' AND revision = 1 AND follows_revision IS NULL AND reverses_id IS NULL) OR (kind = 'accrual' AND follows_kind = 'reversal' AND follows_revision = revision - 1 AND reverses_id IS NULL) OR (kind = 'reversal' AND follows_kind = 'accrual' AND follows_revision = revision AND reverses_id IS NOT NULL)",
            name="succession",
        ),
        sa.ForeignKeyConstraint(
            ["live_key", "follows_revision", "follows_kind"],
            [
                "ledger_transaction.live_key",
                "ledger_transaction.revision",
                "ledger_transaction.kind",
            ],
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["ledger_transaction.id"],
        ),
        sa.ForeignKeyConstraint(
            ["usage_line_id"],
            ["usage_line.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("live_key", "revision", "kind"),
        sa.UniqueConstraint("reverses_id"),
        sa.UniqueConstraint("seq"),
        info={"append_only": ()},
    )
    op.create_index(
        op.f("ix_ledger_transaction_tenant_id"), "ledger_transaction", ["tenant_id"], unique=False
    )
    op.create_index(
        op.f("ix_ledger_transaction_usage_line_id"),
        "ledger_transaction",
        ["usage_line_id"],
        unique=False,
    )
    op.create_index(
        "ledger_transaction_statement",
        "ledger_transaction",
        ["performer_id", "earned_period"],
        unique=False,
    )
    op.create_table(
        "sample",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("object_name", sa.String(), nullable=True),
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("print_id", sa.String(), nullable=True),
        sa.Column("settled_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["performer_id"],
            ["performer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["print_id"],
            ["print.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sample_enrolment_id"), "sample", ["enrolment_id"], unique=False)
    op.create_index(op.f("ix_sample_object_name"), "sample", ["object_name"], unique=False)
    op.create_index(op.f("ix_sample_performer_id"), "sample", ["performer_id"], unique=False)
    op.create_index(op.f("ix_sample_tenant_id"), "sample", ["tenant_id"], unique=False)
    op.create_table(
        "scan",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("gallery_seq", sa.Integer(), nullable=True),
        sa.Column("models", sa.Text(), nullable=False),
        sa.Column("model_sha256s", sa.Text(), nullable=False),
        sa.Column("thresholds", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("segments", sa.Text(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cut_id"],
            ["cut.id"],
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index(op.f("ix_scan_cut_id"), "scan", ["cut_id"], unique=False)
    op.create_index(op.f("ix_scan_submission_id"), "scan", ["submission_id"], unique=False)
    op.create_index(op.f("ix_scan_tenant_id"), "scan", ["tenant_id"], unique=False)
    op.create_index("scan_stale", "scan", ["state", "gallery_seq"], unique=False)
    op.create_table(
        "template",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("print_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("consent_id", sa.String(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("model_sha256", sa.String(), nullable=False),
        sa.Column("evidence_ms", sa.Integer(), nullable=False),
        sa.Column("quality", sa.Float(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["enrolment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["performer_id"],
            ["performer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["print_id"],
            ["print.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_template_consent_id"), "template", ["consent_id"], unique=False)
    op.create_index(op.f("ix_template_performer_id"), "template", ["performer_id"], unique=False)
    op.create_index(op.f("ix_template_print_id"), "template", ["print_id"], unique=False)
    op.create_index(op.f("ix_template_seq"), "template", ["seq"], unique=False)
    op.create_index(op.f("ix_template_tenant_id"), "template", ["tenant_id"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transaction.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("transaction_id", "position"),
        info={"append_only": ()},
    )
    op.create_index(op.f("ix_ledger_entry_account"), "ledger_entry", ["account"], unique=False)
    op.create_index(op.f("ix_ledger_entry_tenant_id"), "ledger_entry", ["tenant_id"], unique=False)
    op.create_table(
        "scan_segment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("scan_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("traces", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scan_id"],
            ["scan.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scan_id", "number"),
    )
    op.create_index(op.f("ix_scan_segment_scan_id"), "scan_segment", ["scan_id"], unique=False)
    op.create_index(op.f("ix_scan_segment_tenant_id"), "scan_segment", ["tenant_id"], unique=False)
    op.create_table(
        "trace",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("scan_id", sa.String(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("model_sha256", sa.String(), nullable=False),
        sa.Column("evidence_ms", sa.Integer(), nullable=False),
        sa.Column("quality", sa.Float(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("answer_reasons", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("consent_id", sa.String(), nullable=True),
        sa.Column("expires_at", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "sealed IS NULL OR consent_id IS NOT NULL OR expires_at IS NOT NULL",
            name="no_vector_without_ground",
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["enrolment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"],
            ["scan.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scan_id", "segment", "position"),
    )
    op.create_index(op.f("ix_trace_consent_id"), "trace", ["consent_id"], unique=False)
    op.create_index(op.f("ix_trace_scan_id"), "trace", ["scan_id"], unique=False)
    op.create_index(op.f("ix_trace_tenant_id"), "trace", ["tenant_id"], unique=False)
    op.create_index("trace_expiry", "trace", ["expires_at"], unique=False)
    op.create_table(
        "use_version",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("scan_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("modalities", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("match_ids", sa.Text(), nullable=False),
        sa.Column("model_ids", sa.Text(), nullable=False),
        sa.Column("threshold_ids", sa.Text(), nullable=False),
        sa.Column("engagement_ref", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cut_id"],
            ["cut.id"],
        ),
        sa.ForeignKeyConstraint(
            ["performer_id"],
            ["performer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"],
            ["scan.id"],
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        info={"append_only": ("superseded_at",)},
    )
    op.create_index(op.f("ix_use_version_cut_id"), "use_version", ["cut_id"], unique=False)
    op.create_index(
        op.f("ix_use_version_performer_id"), "use_version", ["performer_id"], unique=False
    )
    op.create_index(
        op.f("ix_use_version_submission_id"), "use_version", ["submission_id"], unique=False
    )
    op.create_index(op.f("ix_use_version_tenant_id"), "use_version", ["tenant_id"], unique=False)
    op.create_index(op.f("ix_use_version_use_id"), "use_version", ["use_id"], unique=False)
    op.create_index(
        "use_live",
        "use_version",
        ["use_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "match",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("scan_id", sa.String(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("trace_id", sa.String(), nullable=False),
        sa.Column("print_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("runner_up", sa.Float(), nullable=True),
        sa.Column("fpir", sa.Float(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("threshold_id", sa.String(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cut_id"],
            ["cut.id"],
        ),
        sa.ForeignKeyConstraint(
            ["performer_id"],
            ["performer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["print_id"],
            ["print.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"],
            ["scan.id"],
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
        ),
        sa.ForeignKeyConstraint(
            ["trace_id"],
            ["trace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        info={"append_only": ("superseded_at",)},
    )
    op.create_index(op.f("ix_match_cut_id"), "match", ["cut_id"], unique=False)
    op.create_index(op.f("ix_match_performer_id"), "match", ["performer_id"], unique=False)
    op.create_index(op.f("ix_match_print_id"), "match", ["print_id"], unique=False)
    op.create_index(op.f("ix_match_scan_id"), "match", ["scan_id"], unique=False)
    op.create_index(op.f("ix_match_submission_id"), "match", ["submission_id"], unique=False)
    op.create_index(op.f("ix_match_tenant_id"), "match", ["tenant_id"], unique=False)
    op.create_index(
        "match_live",
        "match",
        ["trace_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "match_review",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("match_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cut_id"],
            ["cut.id"],
        ),
        sa.ForeignKeyConstraint(
            ["match_id"],
            ["match.id"],
        ),
        sa.ForeignKeyConstraint(
            ["performer_id"],
            ["performer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        info={"append_only": ()},
    )
    op.create_index(op.f("ix_match_review_cut_id"), "match_review", ["cut_id"], unique=False)
    op.create_index(op.f("ix_match_review_match_id"), "match_review", ["match_id"], unique=False)
    op.create_index(
        op.f("ix_match_review_performer_id"), "match_review", ["performer_id"], unique=False
    )
    op.create_index(op.f("ix_match_review_tenant_id"), "match_review", ["tenant_id"], unique=False)
    for table, columns in FIXED_COLUMNS.items():
        guard(table, columns)


def guard(table: str, columns: tuple[str, ...]) -> None:
    """Make SQLite refuse changes of these columns, and any deletion of a row."""
    fixed = ", ".join(f'"{column}"' for column in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
