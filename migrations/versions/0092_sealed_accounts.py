"""Names and addresses of accounts, invitations and notices sealed; accounts found by an index."""

import json

import sqlalchemy as sa
from alembic import context, op

from core.blindindex import index_of
from core.errors import Unavailable
from core.vault import Vault

revision = "0092"
down_revision = "0085"
branch_labels = None
depends_on = None

EMAILS = "index:emails"
# Table, column in the clear, what the sealed text is called.
ADDRESSES = (("invitation", "email"), ("mail_address", "address"))


def upgrade() -> None:
    op.add_column("person", sa.Column("sealed_card", sa.LargeBinary(), nullable=True))
    _seal_people()
    op.execute("ALTER TABLE person RENAME COLUMN email TO email_index")
    op.drop_column("person", "name")
    for table, name in ADDRESSES:
        op.add_column(table, sa.Column(f"sealed_{name}", sa.LargeBinary(), nullable=True))
        _seal_addresses(table, name)
        op.drop_column(table, name)
    op.create_table(
        "approval_text",
        sa.Column("approval_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"]),
        sa.PrimaryKeyConstraint("approval_id"),
    )
    op.create_index("ix_approval_text_tenant_id", "approval_text", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("approval_text")
    for table, name in ADDRESSES:
        op.add_column(table, sa.Column(name, sa.String(), nullable=True))
        for row_id, tenant, sealed in _rows(f"SELECT id, tenant_id, sealed_{name} FROM {table}"):  # noqa: S608
            facts = {"tenant": tenant, "owner": row_id, "what": name}
            values = {"id": row_id, **json.loads(_vault().unseal(tenant, sealed, facts))}
            _run(f"UPDATE {table} SET {name} = :{name} WHERE id = :id", values)  # noqa: S608
        op.drop_column(table, f"sealed_{name}")
    op.add_column("person", sa.Column("name", sa.String(), nullable=True))
    op.execute("ALTER TABLE person RENAME COLUMN email_index TO email")
    for who, sealed in _rows("SELECT id, sealed_card FROM person WHERE sealed_card IS NOT NULL"):
        card = json.loads(_vault().unseal(who, sealed, {"person": who, "what": "card"}))
        _run("UPDATE person SET email = :email, name = :name WHERE id = :id", {"id": who, **card})
    op.drop_column("person", "sealed_card")


def _seal_people() -> None:
    for who, email, name in _rows("SELECT id, email, name FROM person"):
        card = _text({"email": email, "name": name})
        values = {
            "id": who,
            "sealed": _vault().seal(who, card, {"person": who, "what": "card"}),
            "email": index_of(_vault(), EMAILS, email),
        }
        _run("UPDATE person SET sealed_card = :sealed, email = :email WHERE id = :id", values)


def _seal_addresses(table: str, name: str) -> None:
    for row_id, tenant, address in _rows(f"SELECT id, tenant_id, {name} FROM {table}"):  # noqa: S608
        facts = {"tenant": tenant, "owner": row_id, "what": name}
        sealed = _vault().seal(tenant, _text({name: address}), facts)
        change = f"UPDATE {table} SET sealed_{name} = :sealed WHERE id = :id"  # noqa: S608
        _run(change, {"id": row_id, "sealed": sealed})


def _text(texts: dict[str, str]) -> bytes:
    return json.dumps(texts, ensure_ascii=False, sort_keys=True).encode("utf-8")


def _rows(query: str) -> list[sa.Row[tuple[str, ...]]]:
    return list(op.get_bind().execute(sa.text(query)))


def _run(statement: str, values: dict[str, object]) -> None:
    op.get_bind().execute(sa.text(statement), values)


def _vault() -> Vault:
    vault: Vault | None = context.config.attributes["vault"]
    if vault is None:
        raise Unavailable("names are sealed with the vault", next_step="run: ebenbild init")
    return vault
