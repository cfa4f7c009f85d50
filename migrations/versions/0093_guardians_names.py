"""Names of guardians under keys of their own, below the children's, so that one can go alone."""

import sqlalchemy as sa
from alembic import context, op

from core.errors import Unavailable
from core.vault import Vault

revision = "0093"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for guardian, tenant, child, sealed in _rows():
        facts = {"tenant": tenant, "owner": guardian, "what": "name"}
        name = _vault().unseal(child, sealed, facts)
        _save(guardian, _vault().seal(guardian, name, {**facts, "child": child}, owner=child))


def downgrade() -> None:
    for guardian, tenant, child, sealed in _rows():
        facts = {"tenant": tenant, "owner": guardian, "what": "name"}
        own = {**facts, "child": child}
        name = _vault().unseal(guardian, sealed, own) if sealed else b""
        _save(guardian, _vault().seal(child, name, facts))


def _rows() -> list[sa.Row[tuple[str, str, str, bytes]]]:
    query = "SELECT id, tenant_id, performer_id, sealed_name FROM guardian"
    return list(op.get_bind().execute(sa.text(query)))


def _save(guardian: str, sealed: bytes) -> None:
    change = sa.text("UPDATE guardian SET sealed_name = :sealed WHERE id = :id")
    op.get_bind().execute(change, {"sealed": sealed, "id": guardian})


def _vault() -> Vault:
    vault: Vault | None = context.config.attributes["vault"]
    if vault is None:
        raise Unavailable("names are sealed with the vault", next_step="run: ebenbild init")
    return vault
