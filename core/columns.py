"""How values stand in columns, and the columns that every row with an owner has.

Rows carry owner and audience from the first table on.
"""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

OWNER = "owner"
PUBLIC = "public"

_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
).encode


def time_text(value: datetime) -> str:
    """How a time is stored; raises ValueError for one without a zone."""
    if value.tzinfo is None:
        raise ValueError("a stored time needs its zone")
    moment = value.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds") + "Z"


def json_text(value: Any) -> str:
    """How a JSON value is stored; raises ValueError or TypeError for what is none."""
    return _encode(value)


@lru_cache(maxsize=1_000)
def _moment(text: str) -> datetime:
    # Rows that were written together bear the same time.
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time as text of fixed width, so that text order is time order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text form; raises ValueError for a time without a zone."""
        return None if value is None else time_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Return the aware time that was stored."""
        return None if value is None else _moment(value)


class JsonText(TypeDecorator[Any]):
    """A small JSON value as text with sorted keys; NaN and infinities are refused."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        """Return the text form; raises ValueError or TypeError for what is not JSON."""
        return None if value is None else json_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any | None:
        """Return the value that was stored; tuples come back as lists."""
        return None if value is None else from_json(value)


class Owned(SQLModel):
    """Columns of every row that belongs to a tenant; a table adds its own to them.

    `audience` says who besides the owner may see the row: `owner`, `tenant:<id>` or `public`.
    """

    id: str = Field(primary_key=True)
    tenant_id: str = Field(index=True)
    audience: str = OWNER
    recorded_at: datetime = Field(sa_type=UtcDateTime)
