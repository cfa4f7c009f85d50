"""The review queue beside the decisions: what the newest one on each cut leaves to a person."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0135"
down_revision = "0131"
branch_labels = None
depends_on = None

TEXTS = ("id", "tenant_id", "audience")
NAMED = ("item_id", "cut_id", "submission_id", "performer_id")
INDEXES = (
    (
        "review_waiting_item",
        "review_waiting",
        ("tenant_id", "item_id", "release_at", "child", "total_ms"),
    ),
    ("review_waiting_about", "review_waiting", ("tenant_id", "submission_id", "performer_id")),
    ("review_item_place", "review_item", ("tenant_id", "key", "item_id")),
    ("match_review_by", "match_review", ("tenant_id", "reviewer", "verdict")),
)
NEWEST = """
SELECT tenant_id, cut_id, submission_id, seq, release_at, recorded_at, decision FROM clearance AS c
WHERE verdict <> 'CLEARED'
AND NOT EXISTS (SELECT 1 FROM clearance AS l WHERE l.cut_id = c.cut_id AND l.seq > c.seq)
"""
PLACES = """
INSERT INTO review_item (tenant_id, item_id, key)
SELECT tenant_id, item_id, CASE WHEN max(child) THEN '0' ELSE '1' END
|| replace(min(release_at), '-', '') || printf('%06d', max(0, 999999 - count(*)))
|| printf('%012d', max(0, 999999999999 - sum(total_ms))) || substr(item_id, 1, 34)
FROM review_waiting GROUP BY tenant_id, item_id
"""
CHILD = {"minor-to-person", "declared-minor-not-found"}
WORD = {
    "uncertain-match",
    "second-opinion-asked",
    "minor-to-person",
    "character-collides",
    "character-disputed",
}
ANSWER = {"figure-collides", "figure-waits", "figure-disputed"}


def upgrade() -> None:
    op.create_table(
        "review_waiting",
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in NAMED),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("release_at", sa.String(), nullable=False),
        sa.Column("child", sa.Boolean(), nullable=False),
        sa.Column("total_ms", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cut_id"], ["cut.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cut_id", "item_id"),
    )
    op.create_table(
        "review_item",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("tenant_id", "item_id", "key")),
        sa.PrimaryKeyConstraint("tenant_id", "item_id"),
    )
    for name, table, columns in INDEXES:
        op.create_index(name, table, list(columns))
    connection = op.get_bind()
    for row in connection.execute(sa.text(NEWEST)).all():
        for values in _left(row):
            names = ", ".join(values)
            marks = ", ".join(f":{name}" for name in values)
            into = f"INSERT INTO review_waiting ({names}) VALUES ({marks})"  # noqa: S608
            connection.execute(sa.text(into), values)
    connection.execute(sa.text(PLACES))


def downgrade() -> None:
    op.drop_index("match_review_by", "match_review")
    op.drop_table("review_item")
    op.drop_table("review_waiting")


def _left(row: Any) -> Iterator[dict[str, Any]]:
    """What one decision leaves to a person, the stretches of one performer or figure together."""
    found: dict[str, list[dict[str, Any]]] = {}
    for span in json.loads(row.decision)["spans"]:
        if span["verdict"] in ("REVIEW", "UNKNOWN PERSON"):
            found.setdefault(_name(row.cut_id, span), []).append(span)
    for item_id, spans in found.items():
        first, codes = spans[0], {why["code"] for span in spans for why in span["reasons"]}
        use_ids = dict.fromkeys(span["use_id"] for span in spans if span["use_id"])
        parts = dict.fromkeys(part for span in spans for part in span["modalities"])
        data = {
            "asks": _asks(first),
            "figure_id": _figure(first),
            "modalities": list(parts),
            "use_ids": list(use_ids),
            "reasons": first["reasons"],
        }
        yield {
            "id": f"rvw_{secrets.token_hex(13)}",
            "tenant_id": row.tenant_id,
            "audience": "owner",
            "recorded_at": row.recorded_at,
            "item_id": item_id,
            "cut_id": row.cut_id,
            "submission_id": row.submission_id,
            "performer_id": first["performer_id"] or "",
            "seq": row.seq,
            "release_at": row.release_at,
            "child": bool(codes & CHILD),
            "total_ms": sum(span["end_ms"] - span["start_ms"] for span in spans),
            "data": json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")),
        }


def _name(cut_id: str, span: dict[str, Any]) -> str:
    lane = f"{cut_id}-{'-'.join(span['modalities'])}"
    unknown = span["verdict"] == "UNKNOWN PERSON"
    return _figure(span) or (lane if unknown else span["use_id"] or lane)


def _figure(span: dict[str, Any]) -> str:
    told = (why["detail"] for why in span["reasons"])
    return next((str(one["figure_id"]) for one in told if "figure_id" in one), "")


def _asks(span: dict[str, Any]) -> str:
    codes = {why["code"] for why in span["reasons"]}
    if span["verdict"] == "UNKNOWN PERSON" or codes & ANSWER:
        return "answer"
    return "word" if codes & WORD else "declaration"
