"""The nouns of standard contracts: a template with its clauses, and how something differs from it.

A template is text and default terms together, in one version that never changes: whoever pins id,
version and digest pins every word. Plain words stand beside the legal text, in both languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from licensing.rulepacks.models import Group, Words


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: what it means, and what is agreed. `{names}` in both are filled in from terms."""

    id: str
    title: Words
    plain: Words
    legal: Words


@dataclass(frozen=True, slots=True)
class Refusal:
    """What this contract is never made for: terms that keep none of `must` are refused."""

    id: str
    words: Words
    must: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A term that the parties fill in; `name` is a field of a terms file."""

    name: str
    label: Words
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Basis:
    """The standard that a house template starts from, in the version that was read."""

    id: str
    version: str


@dataclass(frozen=True, slots=True)
class Template:
    """One version of a contract. `defaults` are fields of a terms file; `term` is ISO 8601.

    `home_territories` are where its makers mean it to be used: no pack finds it invalid there.
    """

    id: str
    version: str
    published_at: datetime
    title: Words
    summary: Words
    home_territories: tuple[str, ...]
    term: str
    defaults: Mapping[str, object]
    fields: tuple[Field, ...]
    refuses: tuple[Refusal, ...]
    clauses: tuple[Clause, ...]
    based_on: Basis | None = None


class ChangeKind(StrEnum):
    """What happened to a part between two versions, or between a standard and what is agreed."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: of a `part` (`clause`, `term`, `refusal`, `field`) with a name.

    `before` and `after` hold what stood there: a value of a term, or words, or nothing.
    """

    part: str
    name: str
    kind: ChangeKind
    before: object = None
    after: object = None
    title: Words = field(default_factory=lambda: Words("", ""))
