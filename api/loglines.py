"""How the log of `ebenbild serve` and of a worker is written: every line with its time and level.

A line begins with a moment in UTC (RFC 3339, milliseconds), whoever writes it, so that the two
processes' lines can be read together and a collector finds no line without one.
"""

import logging
import logging.config
import sys
import threading
import time
from types import TracebackType
from typing import Any

LOG = logging.getLogger("ebenbild.process")


class Dated(logging.Formatter):
    """`TIME LEVEL WHO: WHAT`; further lines of the same record, as of a traceback, begin alike."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """The record's lines, each with the same beginning."""
        # Uvicorn calls what it says of itself "error", which those who look for errors would find.
        who = record.name.removesuffix(".error")
        head = f"{self.formatTime(record)} {record.levelname} {who}: "
        return "\n".join(head + line for line in super().format(record).splitlines() or [""])


class WithoutQuery(logging.Filter):
    """Leaves out of a request's line what follows its path: whatever people put there by mistake.

    A key or password in an address is refused, and must not end in a log all the same.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut every address in the line at its question mark."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                item.partition("?")[0] if isinstance(item, str) else item for item in record.args
            )
        return True


def set_up(*, quiet: bool = False) -> None:
    """Log from now on as `log_config` says, what Python warns of and faults of ours included."""
    logging.config.dictConfig(log_config(quiet=quiet))
    logging.captureWarnings(True)
    sys.excepthook = _ended
    threading.excepthook = _thread_ended


def log_config(*, quiet: bool = False) -> dict[str, Any]:
    """Requests to standard output, all else to standard error; `quiet` leaves only faults of ours.

    Libraries are heard from warnings on: what some tell of their work has addresses in it.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"dated": {"()": Dated}},
        "filters": {"without_query": {"()": WithoutQuery}},
        "handlers": {
            "said": {"class": "logging.StreamHandler", "formatter": "dated"},
            "requests": {
                "class": "logging.StreamHandler",
                "formatter": "dated",
                "stream": "ext://sys.stdout",
            },
        },
        "root": {"handlers": ["said"], "level": "ERROR" if quiet else "WARNING"},
        "loggers": {
            "ebenbild": {"level": "ERROR" if quiet else "INFO"},
            "uvicorn": {"level": "INFO"},
            "uvicorn.access": {
                "handlers": ["requests"],
                "filters": ["without_query"],
                "propagate": False,
            },
        },
    }


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    LOG.critical("the process ended", exc_info=(kind, error, trace))


def _thread_ended(fault: threading.ExceptHookArgs) -> None:
    error = fault.exc_value or fault.exc_type()
    name = fault.thread.name if fault.thread else "?"
    LOG.critical("the thread %s ended", name, exc_info=error)
