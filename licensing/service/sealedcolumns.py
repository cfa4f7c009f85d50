"""What is sealed about found clips and notices, for a rotation to seal anew."""

from core.resealing import SealedColumn
from licensing.store.enforcement import ClipRow, TakedownRow


def clip_seal(tenant_id: str, owner_id: str, what: str) -> dict[str, str]:
    """What an excerpt of a clip or the text of a notice is bound to."""
    return {"tenant": tenant_id, "owner": owner_id, "what": what}


SEALED = (
    SealedColumn(
        ClipRow, "sealed", lambda row: (row.id, clip_seal(row.tenant_id, row.id, "excerpt"))
    ),
    SealedColumn(
        TakedownRow, "sealed", lambda row: (row.clip_id, clip_seal(row.tenant_id, row.id, "notice"))
    ),
)
