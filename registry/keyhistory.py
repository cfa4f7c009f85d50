"""Which key spoke for a performer at which time, as registry-signed statements that chain.

A licence is verified years later against the key of its day, by people who do not trust this
database: so each binding is a signed document that names the key it replaces, and the history is
append-only. A key ends when the next one begins.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.canonical import parse_strict
from core.clock import from_text, to_text
from core.errors import BadInput, BadProof, Conflict
from core.integrity import verify
from core.keys import verification_method
from registry.consent import CREDENTIALS_V2, PERFORMER_URN
from registry.custody import agency_key_of, custody_document
from registry.models.heldkeys import AgencyKey
from registry.models.people import KeyBinding


class Authority(StrEnum):
    """Why the registry took a key: nobody spoke before, the old key said so, or an operator.

    IDENTITY: the performer proved anew who asks and lost the key before. AGE: the keys before were
    the guardians' and fell silent. MANDATE is of a key beside all these, held for an agency.
    """

    FIRST = "first"
    PREVIOUS_KEY = "previous-key"
    OPERATOR = "operator"
    IDENTITY = "identity"
    AGE = "age"
    MANDATE = "mandate"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a key binding says; `replaces` is the key it ends, `None` for the first.

    `custody` says for whom the registry holds the key; `None` where it never saw it.
    """

    binding_id: str
    registry: str
    performer_id: str
    did: str
    replaces: str | None
    authority: Authority
    valid_from: datetime
    custody: AgencyKey | None = None


def statement_document(statement: Statement, *, base_url: str) -> dict[str, object]:
    """The unsigned credential; `read_statement` reads it back."""
    subject: dict[str, object] = {
        "id": PERFORMER_URN + statement.performer_id,
        "key": statement.did,
        "authority": statement.authority.value,
    }
    if statement.replaces is not None:
        subject["replaces"] = statement.replaces
    if statement.custody is not None:
        subject["custody"] = custody_document(statement.custody)
    return {
        "@context": [CREDENTIALS_V2, f"{base_url}/ns/keys/v1"],
        "id": f"urn:ebenbild:key-binding:{statement.binding_id}",
        "type": ["VerifiableCredential", "PerformerKeyBinding"],
        "issuer": statement.registry,
        "validFrom": to_text(statement.valid_from),
        "credentialSubject": subject,
    }


def read_statement(document: Mapping[str, object]) -> Statement:
    """Reads a key binding; raises `BadInput` when it is not one."""
    try:
        subject = document["credentialSubject"]
        if not isinstance(subject, Mapping):
            raise TypeError("credentialSubject")
        replaces, custody = subject.get("replaces"), subject.get("custody")
        return Statement(
            binding_id=str(document["id"]).removeprefix("urn:ebenbild:key-binding:"),
            registry=str(document["issuer"]),
            performer_id=str(subject["id"]).removeprefix(PERFORMER_URN),
            did=str(subject["key"]),
            replaces=None if replaces is None else str(replaces),
            authority=Authority(subject["authority"]),
            valid_from=from_text(str(document["validFrom"])),
            custody=None if custody is None else agency_key_of(custody),
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise BadInput("This is no key binding.", code="bad-key-binding") from exc


def with_ends(bindings: Iterable[KeyBinding]) -> tuple[KeyBinding, ...]:
    """One performer's bindings in order of seq, each ending where the next begins."""
    ordered = sorted(bindings, key=lambda binding: binding.seq)
    ends = [binding.valid_from for binding in ordered[1:]]
    return tuple(
        replace(binding, valid_until=end)
        for binding, end in zip(ordered, [*ends, None], strict=False)
    )


def in_force(
    bindings: Iterable[KeyBinding], at: datetime, cuts: Collection[datetime] = ()
) -> tuple[str, ...]:
    """The did:key of every binding in force at `at`; empty before the first one.

    From each of `cuts` on, keys that were bound before it are silent: a child that is old enough to
    be asked signs with a key of its own, and nobody signs with the key of the dead.
    """
    return tuple(
        binding.did
        for binding in with_ends(bindings)
        if binding.valid_from <= at
        and (binding.valid_until is None or at < binding.valid_until)
        and not any(binding.valid_from < cut <= at for cut in cuts)
    )


def check_new_key(bindings: Sequence[KeyBinding], did: str, at: datetime) -> None:
    """Raises `Conflict` for a key that was used before, or a start before the present key's."""
    if any(binding.did == did for binding in bindings):
        raise Conflict(
            "This key has been bound to the performer before.",
            next_step="Make a fresh key; a key that was given up stays given up.",
            code="key-used-before",
        )
    if any(binding.valid_from >= at for binding in bindings):
        raise Conflict("A later key is already bound.", code="key-order")


def check_history(statements: Sequence[bytes], *, registry: str) -> tuple[Statement, ...]:
    """Verifies one performer's kept statements, oldest first, without any database.

    Raises `BadProof` or `BadInput`. All authority but the first and the old key's rests on the
    registry's signature alone, and whoever reads the result can see that it was used.
    """
    read: list[Statement] = []
    for data in statements:
        document = parse_strict(data)
        statement = read_statement(document)
        before = read[-1] if read else None
        # Step 1: the statement is this registry's and about the same performer.
        if statement.registry != registry:
            raise BadProof("A key binding is another registry's.")
        if before is not None and statement.performer_id != before.performer_id:
            raise BadProof("A key binding is about another performer.")
        if statement.authority is Authority.MANDATE:
            raise BadProof("A key that is held for an agency follows none of the performer's own.")
        # Step 2: it ends exactly the key before it, and begins after it.
        if statement.replaces != (before.did if before else None):
            raise BadProof("A key binding does not follow the one before it.")
        if before is not None and statement.valid_from <= before.valid_from:
            raise BadProof("A key binding begins before the one it replaces.")
        # Step 3: registry and new key signed; and the old key, where it could.
        verify(document, expected=expected_signers(statement))
        read.append(statement)
    return tuple(read)


def expected_signers(statement: Statement) -> set[str]:
    """Verification methods whose proofs the statement must carry."""
    signers = {verification_method(statement.registry), verification_method(statement.did)}
    if statement.authority is Authority.PREVIOUS_KEY and statement.replaces is not None:
        signers.add(verification_method(statement.replaces))
    alone = statement.authority in (Authority.FIRST, Authority.MANDATE)
    if alone != (statement.replaces is None):
        raise BadProof("A key binding's authority contradicts what it replaces.")
    if (statement.authority is Authority.MANDATE) != (statement.custody is not None):
        raise BadProof("A key binding does not say for whom the key is held, or who let it.")
    return signers
