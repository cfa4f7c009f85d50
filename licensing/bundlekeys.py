"""Which keys spoke for the performer of an extract: the own ones in order, and those held beside.

A key that was held for an agency counts from its binding until it was destroyed, and only for what
names that agency and its mandate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core import integrity
from core.canonical import parse_strict
from core.errors import BadProof
from licensing.models_extract import CarriedKey, Extract
from registry.keyhistory import (
    Authority,
    Statement,
    check_history,
    expected_signers,
    read_statement,
)
from registry.models.heldkeys import AgencyKey


@dataclass(frozen=True, slots=True)
class HeldFor:
    """A held key as its binding says, and its end."""

    statement: Statement
    ended_at: datetime | None

    def spoke(self, at: datetime) -> bool:
        """Whether it was bound and not yet destroyed."""
        return self.statement.valid_from <= at and (self.ended_at is None or at < self.ended_at)


@dataclass(frozen=True, slots=True)
class KeysOf:
    """Every key of one performer at one registry."""

    own: Sequence[Statement]
    held: Mapping[str, HeldFor]

    @property
    def dids(self) -> frozenset[str]:
        """All of them, by did:key."""
        return frozenset(item.did for item in self.own) | frozenset(self.held)

    @property
    def custodies(self) -> Mapping[str, AgencyKey]:
        """Who held which of them."""
        found = {did: item.statement.custody for did, item in self.held.items()}
        return {did: custody for did, custody in found.items() if custody is not None}

    def own_at(self, at: datetime) -> str:
        """The performer's own key of that time; empty before the first."""
        return next((item.did for item in reversed(self.own) if item.valid_from <= at), "")

    def check(self, issuer: str, at: datetime, declared: AgencyKey | None, name: str) -> None:
        """Return for a key of that time that is declared for what it is; else raise BadProof."""
        held = self.held.get(issuer)
        spoke = issuer == self.own_at(at) if held is None else held.spoke(at)
        if not spoke:
            raise BadProof(f"{name} is signed with a key of another time.")
        if declared != self.custodies.get(issuer):
            raise BadProof(f"{name} does not say truly who held the key that signed it.")


def keys_of(extract: Extract) -> KeysOf:
    """The keys of an extract, each as its registry bound it; raises BadProof."""
    own = check_history(extract.keys, registry=extract.registry)
    held = {found.statement.did: found for found in map(_read, extract.held_keys)}
    bound = [*own, *(item.statement for item in held.values())]
    if not bound or any(item.performer_id != extract.performer_id for item in bound):
        raise BadProof("An extract does not hold the keys of its performer.", code="no-key")
    if any(item.registry != extract.registry for item in bound):
        raise BadProof("A key binding is another registry's.")
    return KeysOf(own, held)


def _read(carried: CarriedKey) -> HeldFor:
    document = parse_strict(carried.statement)
    statement = read_statement(document)
    if statement.authority is not Authority.MANDATE:
        raise BadProof("A key is said to be held for an agency, and its binding does not say so.")
    integrity.verify(document, expected=expected_signers(statement))
    return HeldFor(statement, carried.ended_at)
