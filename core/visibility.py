"""Which rows a principal may see, and which are his tenant's own: every query asks here."""

import json
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from core.columns import PUBLIC, JsonText, Owned
from core.principal import Principal, closed_ids

T = TypeVar("T", str, int)


def visible(model: type[Owned], principal: Principal) -> ColumnElement[bool]:
    """Return the where clause for the rows of `model` that this principal may see."""
    found = or_(
        col(model.tenant_id) == principal.tenant_id,
        col(model.audience).in_((PUBLIC, f"tenant:{principal.tenant_id}")),
    )
    return and_(found, *_open(model, principal)) if principal.closed else found


def owned(model: Any, principal: Principal) -> ColumnElement[bool]:
    """Return the where clause for the rows of `model` that are the principal's tenant's own.

    Without those that name what is closed to him. Whoever looks for his tenant's rows asks here.
    """
    found: ColumnElement[bool] = col(model.tenant_id) == principal.tenant_id
    return and_(found, *_open(model, principal)) if principal.closed else found


def owns(row: Any, principal: Principal) -> bool:
    """The same of a row or value at hand."""
    if row.tenant_id != principal.tenant_id:
        return False
    named = (getattr(row, name, None) for name in _naming(type(row)))
    return not principal.closed or closed_ids(principal).isdisjoint(filter(None, named))


def _open(model: Any, principal: Principal) -> list[ColumnElement[bool]]:
    """That no column of a row names what is closed to the principal, alone or among other texts."""
    shut = closed_ids(principal)
    named = [col(getattr(model, name)) for name in _naming(model)]
    told = [one for one in model.__table__.columns if isinstance(one.type, JsonText)]
    return [
        *(or_(one.is_(None), ~one_of(one, shut)) for one in named),
        *(
            or_(one.is_(None), ~cast(one, Text).contains(item.subject, autoescape=True))
            for one in told
            for item in principal.closed
        ),
    ]


def _naming(model: Any) -> list[str]:
    """The fields of a row that hold ids of what it is about."""
    names: Iterable[str] = getattr(model, "model_fields", None) or getattr(
        model, "__dataclass_fields__", {}
    )
    return [name for name in names if name == "id" or name.endswith("_id")]


def one_of(column: Mapped[T], values: Collection[T]) -> ColumnElement[bool]:
    """Return the where clause for a column that holds one of these values, however many they are.

    They are one parameter: naming each of a thousand takes longer than finding what they name.
    """
    wanted = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(wanted.c.value))
