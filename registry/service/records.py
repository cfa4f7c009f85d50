"""Reads the record of processing that comes with the program."""

from functools import cache
from importlib import resources

from registry.privacy.records import Record, parse, without_people


@cache
def records() -> tuple[Record, ...]:
    """What each table with people in it holds."""
    return parse(_text())


@cache
def bare_tables() -> frozenset[str]:
    """Tables that hold nothing about anybody."""
    return without_people(_text())


def _text() -> str:
    return (resources.files("registry") / "data" / "records.toml").read_text("utf-8")
