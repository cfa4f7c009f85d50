"""What is sealed about found clips and notices, for a rotation to seal anew."""

from core.resealing import SealedColumn
from fingerprint.content.models import Part
from licensing.enforcement import print_of, seal_of
from licensing.store.clips import ClipRow
from licensing.store.staydown import NoticedPrintRow
from licensing.store.takedowns import TakedownRow

SEALED = (
    SealedColumn(
        ClipRow, "sealed", lambda row: (row.id, seal_of(row.tenant_id, row.id, "excerpt"))
    ),
    SealedColumn(
        TakedownRow, "sealed", lambda row: (row.clip_id, seal_of(row.tenant_id, row.id, "notice"))
    ),
    SealedColumn(
        NoticedPrintRow,
        "sealed",
        lambda row: (
            row.clip_id,
            seal_of(row.tenant_id, row.clip_id, print_of(Part(row.part))),
        ),
    ),
)
