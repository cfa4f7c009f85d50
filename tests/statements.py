"""Compiled statements for all databases of a process: compiling them outlasts most tests.

SQLAlchemy keeps what it compiled by engine and dialect, and each test has a database of its own.
All of them are SQLite through one driver, so that one dialect serves for all.
"""

from functools import cache
from typing import Any

import sqlalchemy
from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache

_CAPACITY = 2000
_KEPT: LRUCache[Any, Any] = LRUCache(_CAPACITY)


def create_engine(url: str, *, module: Any, **options: Any) -> Engine:
    """As SQLAlchemy's, with the dialect and the compiled statements of the engines before."""
    made = sqlalchemy.create_engine(url, module=module, **options)
    made.dialect = _dialect(module)
    made.update_execution_options(compiled_cache=_KEPT)
    return made


@cache
def _dialect(module: Any) -> Dialect:
    """One that knows its database: a dialect learns of it by the first connection only."""
    with sqlalchemy.create_engine("sqlite://", module=module).connect() as connection:
        return connection.dialect
