"""Names that somebody misspelt, each beside the known one that is most like it."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches


def unknown(given: Iterable[str], known: Collection[str]) -> list[str]:
    """The names that are not known, in order: `titel (title?)`."""
    order = sorted(known)
    return [f"{name}{_like(name, order)}" for name in sorted(set(given).difference(known))]


def _like(name: str, known: list[str]) -> str:
    """The nearest name in brackets, or nothing where there is none at all."""
    return "".join(f" ({one}?)" for one in get_close_matches(name, known, n=1, cutoff=0))
