"""Nouns of lost signing keys: the replacement that a performer's side asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class ReplacementState(StrEnum):
    """Where one stands; only a `WAITING` one becomes `BOUND`, by itself."""

    DRAFT = "draft"
    UNVOUCHED = "unvouched"
    WAITING = "waiting"
    STOPPED = "stopped"
    LAPSED = "lapsed"
    BOUND = "bound"


@dataclass(frozen=True, slots=True)
class Replacement:
    """A new key `did` is to follow the lost `replaces` from `begins_at` on.

    `document` is the key binding that the new key signed with `possession`, at `asked_at`;
    `asked_by` the account, `None` for a key of the organisation's. Where `needs_voucher`, somebody
    else has to make sure who asks, before it begins.
    """

    id: str
    tenant_id: str
    performer_id: str
    did: str
    replaces: str
    document: Mapping[str, Any]
    begins_at: datetime
    drafted_at: datetime
    asked_by: str | None
    needs_voucher: bool
    possession: bytes | None = None
    asked_at: datetime | None = None
    voucher: str | None = None
    vouched_at: datetime | None = None
    stopped_at: datetime | None = None
    bound_at: datetime | None = None
