"""What pages of a book add up: runs performer by performer, and balances by an index."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from core.ids import derived_id
from royalties.models_runs import Outcome, Parts, RunKind, RunLine
from royalties.runpreview import SUMS, Previews

revision = "0138"
down_revision = "0137"
branch_labels = None
depends_on = None

TABLE = "distribution_preview"
COLUMNS = ("id", "tenant_id", "audience", "recorded_at", "run_id", "performer_id", "sums")
RUNS = "SELECT id, tenant_id, recorded_at, kind FROM distribution_run"
NAMED = ("live_key", "payee_id", "reason", "transaction_id", "performer_id", "earned_period")
SAID = (*NAMED, "currency", "rates_id", "category", "authority", "received_micro", "drawn_micro")
PARTS = (
    *("cost_micro", "social_micro", "reserve_micro"),
    *("tax_micro", "surcharge_micro", "net_micro"),
)
READ = ", ".join((*SAID, *PARTS, "outcome", "stays_micro"))
LINES = f"SELECT {READ} FROM distribution_line WHERE run_id = :run_id"  # noqa: S608
WHOLE = (
    'CREATE TRIGGER "distribution_preview_whole" BEFORE INSERT ON distribution_preview '
    "WHEN EXISTS (SELECT 1 FROM distribution_run WHERE id = NEW.run_id) "
    "BEGIN SELECT RAISE(ABORT, 'a run takes no more lines'); END"
)
BALANCE = ("tenant_id", "account_kind", "subject", "currency", "amount_micro")


def upgrade() -> None:
    op.drop_index("ix_book_entry_tenant_id", "book_entry")
    op.create_index("book_entry_balance", "book_entry", list(BALANCE))
    op.create_table(
        TABLE,
        *(sa.Column(name, sa.String(), nullable=False) for name in COLUMNS[:3]),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["distribution_run.id"], deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run_id", "performer_id"),
    )
    op.create_index(f"ix_{TABLE}_tenant_id", TABLE, ["tenant_id"])
    for run in op.get_bind().execute(sa.text(RUNS)).all():
        _keep(run)
    fixed = ", ".join(f'"{name}"' for name in COLUMNS)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{TABLE}_no_update" BEFORE UPDATE OF {fixed} ON "{TABLE}" {refuse}')
    op.execute(f'CREATE TRIGGER "{TABLE}_no_delete" BEFORE DELETE ON "{TABLE}" {refuse}')
    op.execute(WHOLE)


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_index("book_entry_balance", "book_entry")
    op.create_index("ix_book_entry_tenant_id", "book_entry", ["tenant_id"])


def _keep(run: Any) -> None:
    """The previews of a run that was drafted before they were kept."""
    connection, previews = op.get_bind(), Previews(RunKind(run.kind))
    previews.see(map(_line, connection.execute(sa.text(LINES), {"run_id": run.id}).mappings()))
    found: dict[str, dict[str, Any]] = {}
    for one in previews.told():
        said = {name: str(getattr(one, name)) for name in SUMS}
        found.setdefault(one.performer_id, {})[one.currency] = said
    marks = ", ".join(f":{name}" for name in COLUMNS)
    into = f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({marks})"  # noqa: S608
    for performer_id, sums in found.items():
        name = derived_id("rpv", run.id, performer_id)
        text = json.dumps(sums, sort_keys=True, separators=(",", ":"))
        values = (name, run.tenant_id, "owner", run.recorded_at, run.id, performer_id, text)
        connection.execute(sa.text(into), dict(zip(COLUMNS, values, strict=True)))


def _line(row: Any) -> RunLine:
    said = {name: row[name] for name in (*SAID, "stays_micro")}
    parts = Parts(**{name: row[name] for name in PARTS})
    return RunLine(**said, outcome=Outcome(row["outcome"]), performer_tenant_id="", parts=parts)
