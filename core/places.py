"""Where a list of rows goes on: behind the last row of the page before, whatever came in since.

A page is found by an index and never by counting rows, so that the last one costs what the first
does, and a row that is added or gone moves no other into it or out of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Mapped


def older(place: tuple[Mapped[datetime], Mapped[str]], row_id: str) -> ColumnElement[bool]:
    """Return the where clause for what follows a row in a list that has the newest first.

    `place` are time and id of the table, by which the list goes; behind an unknown id is nothing.
    """
    at, name = place
    of_row = select(at).where(name == row_id).correlate(None).scalar_subquery()
    return tuple_(at, name) < tuple_(of_row, row_id)


def behind(place: Sequence[Mapped[Any]], name: Mapped[str], row_id: str) -> ColumnElement[bool]:
    """Return the where clause for what follows a row in a list that goes upwards by `place`.

    `name` is the id of the table; behind an unknown id is nothing.
    """
    of_row = (select(one).where(name == row_id).correlate(None).scalar_subquery() for one in place)
    return tuple_(*place) > tuple_(*of_row)


def checked(column: Any) -> ColumnElement[str]:
    """Return a text column for rows that were found by another index, to be compared and no more.

    SQLite takes every index to lead to a handful of rows, that of an organisation's things too, and
    would rather go through all of these, or sort them, than look where a page begins.
    """
    found: ColumnElement[str] = column.concat("")
    return found
