"""Compiled statements for all databases of a process: compiling them outlasts most tests.

SQLAlchemy keeps what it compiled by engine and dialect, and each test has a database of its own.
All of them are SQLite through one driver, so that one dialect serves for all.
"""

from typing import Any

import sqlalchemy
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

_CAPACITY = 2000
_KEPT: LRUCache[Any, Any] = LRUCache(_CAPACITY)
_FIRST: dict[Any, Engine] = {}


def create_engine(url: str, *, module: Any, **options: Any) -> Engine:
    """As SQLAlchemy's, with the dialect and the compiled statements of the engines before."""
    made = sqlalchemy.create_engine(url, module=module, **options)
    made.dialect = _FIRST.setdefault(module, made).dialect
    made.update_execution_options(compiled_cache=_KEPT)
    return made
