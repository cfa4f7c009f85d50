"""Packs everything about one performer: signed documents byte for byte, own samples, the rest JSON.

Vectors are left out: they are recordings in another form, clone-ready for whoever gets hold of the
packet. What is in it is listed with its sha256, and beside it lies what each kind is kept for.
GDPR Art. 15 and 20, https://eur-lex.europa.eu/eli/reg/2016/679/oj
"""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlmodel import Session

from api.heartbeat import Heartbeat
from api.once import as_json
from api.routes.estates import EstateOut
from api.routes.excerpts import LookOut
from api.routes.groups import MembershipOut
from api.routes.guardians import GuardianOut
from api.routes.heldkeys import HeldKeyOut, HeldKeyUseOut
from api.routes.pauses import PauseOut
from api.routes.requests import OfferOut
from api.searches import SearchOut, searches_of
from api.tools import Tools
from api.wire_enforcement import ClipOut, TakedownOut
from core import leases
from core.clock import to_text, utc_now
from core.files import sha256_of
from core.init import World
from core.jobs import Job
from core.principal import Principal, system
from core.vault import Vault
from fingerprint.models import Modality
from licensing.service import (
    clips,
    foreign,
    groups,
    licences,
    pauses,
    requestsides,
    takedowns,
    usepolicies,
)
from registry.models.encoders import Material
from registry.models.heldkeys import HeldKeyUse
from registry.service import (
    enrolment,
    estates,
    excerpts,
    exporting,
    guardians,
    heldkeys,
    heldkeyuse,
    keys,
    mandates,
    material,
    moneyreleases,
    people,
    proofing,
    purposes,
)
from registry.service import samples as sample_service
from registry.service.records import records
from royalties.service import payees, statements
from royalties.statement_wire import to_dict

MANIFEST = "manifest.json"
PIECE_BYTES = 1024 * 1024
_SEARCHES_AT_ONCE = 200
_TIME = (1980, 1, 1, 0, 0, 0)  # of every entry, so that the same data make the same packet


def make_packet(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Write the packet of an export's job and keep it sealed for a week."""
    world, principal = tools.world, system(job.tenant_id)
    performer_id, export_id = str(job.payload["performer_id"]), str(job.payload["export_id"])
    with world.objects.scratch() as (file, path):
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packet:
            write_packet(world, principal, performer_id, packet, pulse)
        file.flush()
        size, digest = path.stat().st_size, sha256_of(path)
        with path.open("rb") as source:
            pieces = iter(lambda: source.read(PIECE_BYTES), b"")
            stored = world.objects.put_stream(
                world.vault, principal.tenant_id, pieces, bytes_max=None
            )
    with world.db.write() as session:
        leases.guard(session, job)
        exporting.keep_packet(
            session, principal, export_id, object_name=stored.name, size=size, sha256=digest
        )
        leases.finish(session, job)


def write_packet(
    world: World,
    principal: Principal,
    performer_id: str,
    packet: zipfile.ZipFile,
    pulse: Heartbeat,
) -> None:
    """Fill the packet, its list of contents last."""
    listed: dict[str, str] = {}
    with world.db.read() as session:
        for name, data in _documents(session, world.vault, principal, performer_id):
            listed[name] = hashlib.sha256(data).hexdigest()
            packet.writestr(zipfile.ZipInfo(name, _TIME), data, zipfile.ZIP_DEFLATED)
        kept = _kept_samples(session, principal, performer_id)
    for number, item in enumerate(kept):
        pulse.show(0.1 + 0.9 * number / len(kept), f"{number + 1}/{len(kept)}")
        name = f"samples/{item.sample_id}"
        with material.opened(world.vault, world.objects, item) as path:
            listed[name] = sha256_of(path)
            with path.open("rb") as source, packet.open(zipfile.ZipInfo(name, _TIME), "w") as to:
                shutil.copyfileobj(source, to)
    contents = {"performer": performer_id, "made": to_text(utc_now()), "files": listed}
    packet.writestr(zipfile.ZipInfo(MANIFEST, _TIME), _json(contents))


def _documents(
    session: Session, vault: Vault, principal: Principal, performer_id: str
) -> Iterator[tuple[str, bytes]]:
    performer = people.get_performer(session, principal, performer_id)
    yield "performer.json", as_json(performer).encode()
    yield from _keys(session, principal, performer_id)
    yield from _enrolments(session, vault, principal, performer_id)
    yield from _those_around(session, vault, principal, performer_id)
    prints = sample_service.list_prints(session, principal, performer_id)
    yield "prints.json", as_json(list(prints)).encode()
    yield "searches.json", as_json(_searches(session, principal, performer_id)).encode()
    yield "looks.json", as_json(_looks(session, principal, performer_id)).encode()
    for licence in licences.list_licences(
        session, principal, performer_id=performer_id, limit=5000
    ):
        yield f"licences/{licence.id}.json", licence.signed
    paused = pauses.pauses_of(session, principal, performer_id)
    told = [PauseOut.of(session, principal, item) for item in paused]
    yield "pauses.json", as_json(told).encode()
    for item, _ in foreign.foreign_licences(session, principal, performer_id=performer_id):
        yield f"foreign-licences/{item.id}.json", item.document
    yield from _memberships(session, principal, performer_id)
    yield from _requests(session, principal, performer_id)
    yield from _clips(session, principal, performer_id)
    for period in statements.periods(session, principal, performer_id=performer_id):
        made = statements.statement(session, principal, performer_id=performer_id, period=period)
        yield f"statements/{period}.json", _json(to_dict(made))
    yield "what-is-kept-and-why.json", _json([_kept(record) for record in records()])


def _memberships(
    session: Session, principal: Principal, performer_id: str
) -> Iterator[tuple[str, bytes]]:
    for item in groups.memberships_of(session, principal, performer_id):
        yield f"memberships/{item.id}.json", as_json(MembershipOut.of(item)).encode()
        if item.document:
            yield f"memberships/{item.id}.signed.json", item.document


def _clips(
    session: Session, principal: Principal, performer_id: str
) -> Iterator[tuple[str, bytes]]:
    policy = usepolicies.get_policy(session, principal, performer_id)
    yield "policy.json", _json({"policy": policy.value})
    for clip in clips.list_clips(session, principal, performer_id):
        yield f"clips/{clip.id}.json", as_json(ClipOut.of(clip)).encode()
        if clip.evidence:
            yield f"clips/{clip.id}.evidence.json", clip.evidence
    for takedown in takedowns.takedowns_of(session, principal, performer_id):
        yield f"takedowns/{takedown.id}.json", as_json(TakedownOut.of(takedown)).encode()


def _requests(
    session: Session, principal: Principal, performer_id: str
) -> Iterator[tuple[str, bytes]]:
    before: int | None = None
    while found := requestsides.list_requests(
        session, principal, performer_id=performer_id, before_seq=before, now=utc_now()
    ):
        for item in found:
            offers = requestsides.list_offers(session, item)
            told = [OfferOut.of(offer) for offer in offers]
            yield f"requests/{item.id}.json", as_json(told).encode()
        before = found[-1].seq


def _those_around(
    session: Session, vault: Vault, principal: Principal, performer_id: str
) -> Iterator[tuple[str, bytes]]:
    """Guardians, heirs and mandates: who speaks, or spoke, for the performer."""
    found = guardians.list_guardians(session, principal, performer_id)
    if found:
        told = [GuardianOut.of(vault, item) for item in found]
        yield "guardians.json", as_json(told).encode()
    for claim in estates.estates_of(session, principal, performer_id):
        yield f"estates/{claim.id}.json", as_json(EstateOut.of(vault, claim)).encode()
    details = payees.history(session, vault, principal, performer_id)
    if details:
        told_of = [{"set": to_text(one.recorded_at), **asdict(said)} for one, said in details]
        yield "payee.json", _json(told_of)
    for release in moneyreleases.releases_of(session, principal, performer_id):
        if release.signed is not None:
            yield f"money-releases/{release.id}.json", release.signed
    for mandate in mandates.list_mandates(session, principal, performer_id=performer_id):
        if mandate.signed is not None:
            yield f"mandates/{mandate.id}.json", mandate.signed


def _keys(session: Session, principal: Principal, performer_id: str) -> Iterator[tuple[str, bytes]]:
    """The performer's own keys, those that are held for agencies, and every use of these."""
    for binding in keys.key_history(session, performer_id):
        yield f"keys/{binding.id}.json", binding.statement
    for held in heldkeys.list_keys(session, principal, performer_id=performer_id):
        yield f"held-keys/{held.id}.json", as_json(HeldKeyOut.of(held)).encode()
        yield f"held-keys/{held.id}.signed.json", held.statement
        told = [HeldKeyUseOut.of(item) for item in _uses(session, principal, held.id)]
        yield f"held-keys/{held.id}.uses.json", as_json(told).encode()


def _uses(session: Session, principal: Principal, key_id: str) -> Iterator[HeldKeyUse]:
    before: int | None = None
    while found := heldkeyuse.uses_of(session, principal, key_id=key_id, before_seq=before):
        yield from found
        before = found[-1].seq


def _enrolments(
    session: Session, vault: Vault, principal: Principal, performer_id: str
) -> Iterator[tuple[str, bytes]]:
    for item in enrolment.list_enrolments(session, principal, performer_id):
        if item.consent is not None:
            yield f"consents/{item.id}.json", item.consent
        told = {
            "id": item.id,
            "state": item.state.value,
            "purposes_given": sorted(purposes.given_purposes(session, item)),
            "signed_at": None if item.signed_at is None else to_text(item.signed_at),
            "withdrawn_at": None if item.withdrawn_at is None else to_text(item.withdrawn_at),
            "attestations": [
                {"by": one.attester, "facts": sorted(one.facts), "statement": one.statement}
                for one in proofing.attestations_of(session, principal, item.id)
            ],
        }
        yield f"enrolments/{item.id}.json", _json(told)
        for kept in excerpts.kept_under(session, principal, item.id):
            ending = "jpg" if kept.modality is Modality.FACE else "ogg"
            part = excerpts.own_bytes(session, vault, principal, item.id, kept.modality)
            yield f"excerpts/{item.id}.{ending}", part


def _searches(session: Session, principal: Principal, performer_id: str) -> list[SearchOut]:
    found: list[SearchOut] = []
    before: int | None = None
    while page := searches_of(
        session,
        principal,
        performer_id,
        at=utc_now(),
        before_seq=before,
        limit=_SEARCHES_AT_ONCE,
    ):
        found += page
        before = page[-1].seq
    return found


def _looks(session: Session, principal: Principal, performer_id: str) -> list[LookOut]:
    found: list[LookOut] = []
    before: int | None = None
    while page := excerpts.looks(session, principal, performer_id, before_seq=before):
        found += map(LookOut.of, page)
        before = page[-1].seq
    return found


def _kept_samples(session: Session, principal: Principal, performer_id: str) -> list[Material]:
    return [
        kept
        for item in enrolment.list_enrolments(session, principal, performer_id)
        for kept in material.kept_under(session, principal, item.id)
    ]


def _kept(record: Any) -> dict[str, Any]:
    names = ("table", "about", "purpose", "basis", "kept", "personal", "why")
    return {name: getattr(record, name) for name in names}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
