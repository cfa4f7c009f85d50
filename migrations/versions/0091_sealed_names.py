"""Names of performers under the performer's key, kept answers under their organisation's."""

import json
import re
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from core.errors import Unavailable
from core.vault import Vault

revision = "0091"
down_revision = "0076"
branch_labels = None
depends_on = None

_ID = re.compile(r"[a-z]{3}_[a-z2-7]{26}")


def upgrade() -> None:
    op.add_column("performer", sa.Column("sealed_names", sa.LargeBinary(), nullable=True))
    _seal_names()
    op.drop_column("performer", "name")
    op.drop_column("performer", "public_name")
    op.rename_table("idempotency", "idempotency_open")
    _answers(sa.Column("sealed_body", sa.LargeBinary(), nullable=False), _ids())
    _seal_answers()
    op.drop_table("idempotency_open")


def downgrade() -> None:
    # Kept answers go: a request of the last days that is sent again has a second effect.
    for column in ("name", "public_name"):
        op.add_column("performer", sa.Column(column, sa.String(), nullable=True))
    _open_names()
    op.drop_column("performer", "sealed_names")
    op.drop_table("idempotency")
    _answers(sa.Column("body", sa.String(), nullable=False))


def _ids() -> sa.Column[str]:
    return sa.Column("ids", sa.Text(), nullable=False)


def _answers(*columns: sa.Column[Any]) -> None:
    op.create_table(
        "idempotency",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        *columns,
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key"),
    )


def _seal_names() -> None:
    rows = _rows("SELECT id, tenant_id, name, public_name FROM performer WHERE erased_at IS NULL")
    for who, tenant, name, public_name in rows:
        plain = json.dumps({"name": name, "public_name": public_name}, ensure_ascii=False)
        facts = {"tenant": tenant, "owner": who, "what": "names"}
        sealed = _vault().seal(who, plain.encode("utf-8"), facts)
        op.get_bind().execute(
            sa.text("UPDATE performer SET sealed_names = :sealed WHERE id = :id"),
            {"sealed": sealed, "id": who},
        )


def _open_names() -> None:
    pseudonyms = "UPDATE performer SET name = 'erased-' || substr(id, 5, 8)"
    op.get_bind().execute(sa.text(pseudonyms))
    op.get_bind().execute(sa.text("UPDATE performer SET public_name = name"))
    sealed = "SELECT id, tenant_id, sealed_names FROM performer WHERE sealed_names IS NOT NULL"
    for who, tenant, names in _rows(sealed):
        facts = {"tenant": tenant, "owner": who, "what": "names"}
        op.get_bind().execute(
            sa.text("UPDATE performer SET name = :name, public_name = :public_name WHERE id = :id"),
            {**json.loads(_vault().unseal(who, names, facts)), "id": who},
        )


def _seal_answers() -> None:
    """Copy every kept answer, sealed, with the ids that stand in it."""
    rows = _rows("SELECT tenant_id, key, body FROM idempotency_open")
    for tenant, key, body in rows:
        facts = {"tenant": tenant, "key": key, "what": "answer"}
        values = {
            "sealed": _vault().seal(tenant, body.encode("utf-8"), facts),
            "ids": json.dumps(sorted(set(_ID.findall(body))), separators=(",", ":")),
            "tenant": tenant,
            "key": key,
        }
        op.get_bind().execute(
            sa.text(
                "INSERT INTO idempotency SELECT tenant_id, key, request_hash, status, :sealed, "
                ":ids, recorded_at FROM idempotency_open WHERE tenant_id = :tenant AND key = :key"
            ),
            values,
        )


def _rows(query: str) -> list[Any]:
    return list(op.get_bind().execute(sa.text(query)))


def _vault() -> Vault:
    vault: Vault | None = context.config.attributes["vault"]
    if vault is None:
        raise Unavailable("names are sealed with the vault", next_step="run: ebenbild init")
    return vault
