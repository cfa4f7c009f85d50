"""Standing declarations: drafted, signed by performer and guardians, countersigned, searched.

Everybody may read them, since they are told to everybody; only the performer's side makes them.
"""

import hashlib
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from core import integrity, log
from core.canonical import canonical, parse_strict
from core.db import next_seq
from core.errors import BadProof, BadTerms, Conflict, NotFound
from core.ids import new_id
from core.integrity import ProofOptions
from core.keys import PrivateKey, verification_method
from core.principal import Principal, require
from licensing.credential import performer_options, registry_options, signer_proof_id
from licensing.models import LicenceDraft
from licensing.models_standing import Stance, Standing, StandingDeclaration
from licensing.service.custody import check_declared
from licensing.service.parties import parties_at
from licensing.standing import StandingFacts, check_declaration, standing_document, standing_facts
from licensing.store import standings as store
from licensing.termrules import check_terms
from licensing.wording import render
from registry.models.heldkeys import HeldKey
from registry.models.works import KindOfUse
from registry.service import people

SCOPE = "licences"


def draft_standing(
    session: Session,
    principal: Principal,
    performer_id: str,
    standings: tuple[Standing, ...],
    *,
    held: HeldKey | None = None,
    base_url: str,
    now: datetime,
) -> tuple[LicenceDraft, ...]:
    """What performer and guardians are to sign, each with their own key; the performer's first.

    With the key `held` for an agency it is that which signs, and the declaration says so.

    Raises `BadTerms` for unfit terms and for a minor's offer, `NotFound` for another's performer.
    """
    # Load.
    require(principal, SCOPE)
    people.require_standing(session, principal, performer_id)
    parties = parties_at(session, principal, performer_id, now, held=held)
    # Decide.
    _check(standings, minor=parties.adult_at is not None, now=now)
    facts = StandingFacts(
        vc_id=uuid.uuid4().urn,
        issuer=parties.performer_did,
        performer_id=performer_id,
        standings=standings,
        valid_from=now,
        base_url=base_url,
        guardians=parties.guardian_dids,
        agency_key=None if held is None else held.declared,
    )
    document, proof_id, draft_id = standing_document(facts), uuid.uuid4().urn, new_id("std")
    # Save.
    store.add_draft(
        session,
        draft_id,
        tenant_id=principal.tenant_id,
        performer_id=performer_id,
        proof_id=proof_id,
        document=canonical(document),
        at=now,
    )
    return tuple(
        LicenceDraft(draft_id, document, asked, integrity.signing_input(document, asked))
        for asked in asked_of(facts, proof_id, now)
    )


def sign_standing(
    session: Session,
    registry_key: PrivateKey,
    principal: Principal,
    performer_id: str,
    draft_id: str,
    *,
    signatures: Mapping[str, bytes],
    held: HeldKey | None = None,
    now: datetime,
) -> StandingDeclaration:
    """Keep a declaration with the signatures of all, by verification method, and countersign it.

    Raises `BadProof` when one is missing or does not hold, `Conflict` when keys or custody
    changed or it is signed already, `BadTerms` where it hides who held the key, `NotFound` for
    another tenant's draft.
    """
    # Load.
    require(principal, SCOPE)
    people.require_standing(session, principal, performer_id)
    found = store.draft(session, principal, performer_id, draft_id)
    if found is None:
        raise NotFound("There is no such draft.", next_step="Draft the declaration again.")
    data, proof_id, created = found
    facts = standing_facts(parse_strict(data))
    parties = parties_at(session, principal, performer_id, now, held=held)
    # Decide.
    check_declared(session, facts.issuer, facts.agency_key)
    if store.is_signed(session, draft_id):
        raise Conflict("The declaration is signed already.", next_step="Read it.")
    if (facts.issuer, facts.guardians) != (parties.performer_did, parties.guardian_dids):
        raise Conflict("Keys or custody have changed.", next_step="Draft the declaration again.")
    asked = asked_of(facts, proof_id, created)
    signed = _signed(parse_strict(data), asked, signatures, registry_key, now)
    # Save.
    sealed = {"vc_id": facts.vc_id, "sha256": hashlib.sha256(signed).hexdigest()}
    index = log.append(
        session, kind="standing.declared", subject_id=draft_id, payload=sealed, at=now
    )
    made = StandingDeclaration(
        id=draft_id,
        performer_id=performer_id,
        standings=facts.standings,
        seq=next_seq(session),
        recorded_at=now,
        signed=signed,
    )
    store.add_declaration(session, made, tenant_id=principal.tenant_id, log_index=index)
    return made


def standing_of(session: Session, performer_id: str) -> StandingDeclaration:
    """The declaration that counts now, for anybody; raises `NotFound`."""
    found = store.newest(session, [performer_id]).get(performer_id)
    if found is None:
        raise NotFound(
            "This performer has declared nothing.", next_step="Ask the performer's side."
        )
    return found


def standings_known(
    session: Session, performer_ids: Collection[str], *, up_to_seq: int | None = None
) -> dict[str, tuple[Standing, ...]]:
    """What each of these performers had declared at `up_to_seq`; those who had not are absent."""
    found = store.newest(session, performer_ids, up_to_seq=up_to_seq)
    return {performer_id: made.standings for performer_id, made in found.items()}


def search_standings(
    session: Session,
    *,
    kind: KindOfUse | None = None,
    stance: Stance | None = None,
    after: str = "",
    limit: int = 100,
) -> list[StandingDeclaration]:
    """Declarations that count now and take this stance, in the order of performer ids."""
    wanted = min(limit, store.ROWS_MAX)
    ids = store.performers_with(session, kind, stance, after=after, limit=wanted)
    found = store.newest(session, ids)
    return [found[performer_id] for performer_id in ids if performer_id in found]


def _check(standings: tuple[Standing, ...], *, minor: bool, now: datetime) -> None:
    offered = [item.terms for item in standings if item.terms is not None]
    reasons = [reason for terms in offered for reason in check_terms(terms, now)]
    if reasons:
        raise BadTerms(
            " ".join(dict.fromkeys(render(reason) for reason in reasons)),
            next_step="Mend the terms and declare again.",
            reasons=reasons,
        )
    if minor and offered:
        raise BadTerms(
            "A minor's licence is looked at one by one and not offered to everybody.",
            next_step="Declare never or ask.",
        )


def asked_of(facts: StandingFacts, proof_id: str, created: datetime) -> tuple[ProofOptions, ...]:
    """The terms of every proof that a declaration asks for, the performer's first."""
    return tuple(
        performer_options(did, created, signer_proof_id(proof_id, facts.issuer, did))
        for did in (facts.issuer, *facts.guardians)
    )


def _signed(
    document: dict[str, object],
    asked: tuple[ProofOptions, ...],
    signatures: Mapping[str, bytes],
    registry_key: PrivateKey,
    now: datetime,
) -> bytes:
    for options in asked:
        if options.verification_method not in signatures:
            raise BadProof(
                f"The signature of {options.verification_method.partition('#')[0]} is missing.",
                next_step="Sign with the performer's key and that of every guardian.",
                code="signature-missing",
            )
        document = integrity.attach(document, options, signatures[options.verification_method])
    integrity.verify(document, expected={options.verification_method for options in asked})
    ids = [options.id for options in asked if options.id is not None]
    last = registry_options(registry_key.did, now, *ids)
    signed = canonical(integrity.sign(document, last, registry_key))
    check_declaration(signed, {verification_method(registry_key.did)})
    return signed
