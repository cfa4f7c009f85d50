"""Audit packs over HTTP: the books of a tenant as one file that needs none of our programs."""

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.deps import Caller, Open, Reading
from api.describing import gives
from core import log, logwitnesses, receipts
from core.clock import utc_now
from core.errors import NotFound
from royalties.auditpack import SAMPLE_MAX
from royalties.service.auditpacks import Order, write_pack

router = APIRouter(tags=["ledger"])
_IN_MEMORY = 1 << 23
_PIECE = 1 << 16
Seed = Annotated[str, Query(max_length=200, description="What the sample is drawn by.")]
Size = Annotated[int, Query(ge=0, le=SAMPLE_MAX, description="How many claims are drawn.")]


@router.get("/audit-packs", response_class=StreamingResponse, responses=gives("application/zip"))
def audit_pack(
    caller: Caller, reading: Reading, world: Open, seed: Seed, sample: Size = 50
) -> StreamingResponse:
    """Your own book with all it rests on, to be computed again by whoever audits it."""
    offered = logwitnesses.policy(reading, world.settings.log.quorum)

    def receipt(index: int) -> bytes:
        """Nothing while no checkpoint covers the leaf yet."""
        try:
            made = receipts.receipt(reading, log.leaf(reading, index), offered, opened=True)
        except NotFound:
            return b""
        return made.encode()

    target = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed once sent
    order = Order(world.registry_key, receipt, seed, sample, utc_now())
    try:
        write_pack(reading, caller, target, order)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return StreamingResponse(_pieces(target), media_type="application/zip")


def _pieces(target: IO[bytes]) -> Iterator[bytes]:
    with target:
        while piece := target.read(_PIECE):
            yield piece
