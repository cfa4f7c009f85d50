"""Steps that registry tests share: a performer with a key, a signed enrolment, prints and scans.

The "engine" here is a table: vectors are random unit vectors and an answer is whatever the test
says, so that these tests need neither media nor models.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from core import keys as core_keys
from core import leases
from core.clock import utc_now
from core.ids import new_id
from core.jobs import Job
from core.keys import PrivateKey
from core.principal import Principal, SearchCapability
from fingerprint.models import (
    Decision,
    Finding,
    Modality,
    ModelCard,
    SampleReport,
    Span,
    Template,
    Trace,
    Vector,
)
from fingerprint.voice.altering import CHANNELS
from registry.models.evidence import Scan, Submission, SubmissionKind
from registry.models.guardianship import Guardian, Paper
from registry.models.people import Performer, Print, Purpose
from registry.models.proofs import Fact
from registry.models.works import CutFormat, Declaration, DeclaredUse, Medium, WorkLevel
from registry.proofing.sufficiency import SEEN_AS, Demands
from registry.service import (
    enrolment,
    findings,
    guardians,
    keys,
    people,
    proofing,
    samples,
    scans,
    submissions,
    works,
)
from registry.store import prints
from tests.fixtures import TestWorld

T0 = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
VOICE = ModelCard("voice-test", Modality.VOICE, 8, "a" * 64, "Apache-2.0", "mel40")
FACE = ModelCard("face-test", Modality.FACE, 8, "b" * 64, "CC0-1.0", "chip150")
CARDS = {Modality.VOICE: VOICE, Modality.FACE: FACE}
SEARCH = SearchCapability("matching", "scn_test")
AT_ONCE = Demands(single_operator=True, notice_days=0)
CROP = b"\xff\xd8 a small picture"


def later(**delta: int) -> datetime:
    return T0 + timedelta(**delta)


def vector(seed: int, dimension: int = 8) -> Vector:
    values = np.random.default_rng(seed).normal(size=dimension)
    return (values / np.linalg.norm(values)).astype(np.float32)


def template(seed: int, modality: Modality = Modality.VOICE) -> Template:
    return Template(modality, vector(seed), CARDS[modality].model_id, 5_000, 0.9)


def enrolled_template(seed: int, modality: Modality = Modality.VOICE) -> Template:
    """A voice is known through every channel as well."""
    if modality is Modality.FACE:
        return template(seed, modality)
    channels = np.stack([vector(1000 * seed + channel) for channel in range(CHANNELS)])
    return replace(template(seed, modality), channels=channels)


def trace(seed: int, *span: int, modality: Modality = Modality.VOICE) -> Trace:
    crop = CROP if modality is Modality.FACE else None
    where = (Span(span[0], span[1]),) if span else (Span(0, 5_000),)
    return Trace(modality, where, template(seed, modality), crop, ())


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A performer with key and a signed consent, and the prints made so far."""

    principal: Principal
    performer: Performer
    key: PrivateKey
    enrolment_id: str


def a_performer(world: TestWorld, principal: Principal, name: str = "Ada") -> Performer:
    with world.db.write() as session:
        return people.create_performer(
            session, principal, name=f"{name} Private", public_name=name, now=T0
        )


def bind_key(world: TestWorld, principal: Principal, performer_id: str) -> PrivateKey:
    """First key of a performer, signed outside of the server as a client would."""
    key = core_keys.generate()
    with world.db.write() as session:
        draft = keys.draft_key(
            session,
            principal,
            performer_id,
            key.did,
            registry_did=world.registry_key.did,
            base_url=world.settings.base_url,
            now=T0,
        )
    possession = core_keys.sign(key, draft.possession.signing_input)
    with world.db.write() as session:
        keys.register_key(
            session, world.registry_key, principal, draft.id, possession=possession, now=T0
        )
    return key


def sign_consent(
    world: TestWorld,
    principal: Principal,
    performer_id: str,
    key: PrivateKey,
    modalities: Sequence[Modality] = tuple(Modality),
    purposes: Sequence[Purpose] = (Purpose.MATCHING,),
    valid_until: datetime | None = None,
) -> str:
    with world.db.write() as session:
        draft = enrolment.draft_enrolment(
            session,
            principal,
            performer_id,
            modalities,
            purposes,
            base_url=world.settings.base_url,
            now=T0,
            valid_until=valid_until,
        )
    signature = core_keys.sign(key, draft.signing_input)
    with world.db.write() as session:
        enrolment.sign_enrolment(
            session, principal, draft.id, signature, key.verification_method, now=T0
        )
    return draft.id


def enrolled(world: TestWorld, principal: Principal, name: str = "Ada") -> Enrolled:
    performer = a_performer(world, principal, name)
    key = bind_key(world, principal, performer.id)
    return Enrolled(principal, performer, key, sign_consent(world, principal, performer.id, key))


def claim(world: TestWorld, kind: str, at: datetime = T0) -> Job:
    """Lease the oldest waiting job of a kind; jobs are queued by the wall clock."""
    del at
    with world.db.write() as session:
        job = leases.claim(
            session,
            worker="test",
            kinds=[kind],
            now=utc_now() + timedelta(seconds=1),
            lease_seconds=600,
        )
    assert job is not None
    return job


def hand_in_sample(
    world: TestWorld, who: Enrolled, modality: Modality = Modality.VOICE, content: bytes = b"sound"
) -> Job:
    path = world.root / f"sample-{new_id('smp')}"
    path.write_bytes(content)
    stored = world.objects.put_file(world.vault, who.principal.tenant_id, path)
    with world.db.write() as session:
        samples.add_sample(session, who.principal, who.enrolment_id, stored, modality, now=T0)
    return claim(world, samples.EMBED_JOB)


def good_report(*seeds: int, modality: Modality = Modality.VOICE) -> SampleReport:
    found = tuple(enrolled_template(seed, modality) for seed in seeds)
    return SampleReport(modality, True, (), found, (Span(0, 5_000),))


def make_print(
    world: TestWorld, who: Enrolled, *seeds: int, modality: Modality = Modality.VOICE
) -> Print:
    """A print that is searched: its operator vouched for it, without a notice period."""
    return prove(world, who, make_unproved(world, who, *seeds, modality=modality))


def make_unproved(
    world: TestWorld, who: Enrolled, *seeds: int, modality: Modality = Modality.VOICE
) -> Print:
    """A print that was captured and for which nobody vouched."""
    job = hand_in_sample(world, who, modality, content=repr((who.enrolment_id, seeds)).encode())
    with world.db.write() as session:
        made = samples.store_templates(
            session,
            world.vault,
            job,
            good_report(*(seeds or (1,)), modality=modality),
            CARDS[modality],
            now=T0,
        )
        leases.finish(session, job)
    assert made is not None
    return made


def prove(
    world: TestWorld, who: Enrolled, made: Print, demands: Demands = AT_ONCE, at: datetime = T0
) -> Print:
    """The print after its operator vouched for it and every proof was looked at."""
    with world.db.write() as session:
        facts = [Fact.IDENTITY, SEEN_AS[made.modality]]
        proofing.attest(
            session, who.principal, who.enrolment_id, facts, "", demands=demands, now=at
        )
    job = claim(world, proofing.PROVE_JOB)
    with world.db.write() as session:
        proofing.proceed(session, who.enrolment_id, job, demands=demands, now=at)
        leases.finish(session, job)
    with world.db.read() as session:
        found = prints.get_print(session, who.principal, made.id)
    assert found is not None
    return found


def declare(*uses: DeclaredUse, release_at: date = date(2027, 6, 1)) -> Declaration:
    return Declaration(release_at, ("DE",), Medium.SERIES, "de", uses)


def a_cut(world: TestWorld, studio: Principal, title: str = "Night Train") -> str:
    with world.db.write() as session:
        work = works.create_work(session, studio, level=WorkLevel.FILM, title=title, now=T0)
        cut = works.create_cut(
            session,
            studio,
            work.id,
            label="first",
            format=CutFormat.FEATURE,
            language="de",
            now=T0,
        )
    return cut.id


def hand_in(
    world: TestWorld,
    studio: Principal,
    cut_id: str,
    declaration: Declaration,
    content: bytes = b"film",
) -> tuple[Submission, Job]:
    path = world.root / f"film-{new_id('sub')}"
    path.write_bytes(content)
    stored = world.objects.put_file(world.vault, studio.tenant_id, path)
    with world.db.write() as session:
        submission, _ = submissions.submit(
            session,
            studio,
            cut_id,
            kind=SubmissionKind.FILM,
            stored=stored,
            filename="film.mp4",
            declaration=declaration,
            now=T0,
        )
    return submission, claim(world, submissions.SCAN_JOB)


def scanned_segments(
    world: TestWorld,
    studio: Principal,
    submission: Submission,
    job: Job,
    *segments: Sequence[Trace],
    retention_days: int = 90,
    now: datetime = T0,
) -> Scan:
    """A running scan with every segment (one minute each) written."""
    spans = [Span(60_000 * n, 60_000 * (n + 1)) for n in range(len(segments))]
    with world.db.write() as session:
        scan = scans.begin_scan(
            session,
            studio,
            submission.id,
            spans,
            CARDS,
            retention_days=retention_days,
            now=now,
        )
    for number, found in enumerate(segments):
        with world.db.write() as session:
            scans.save_segment(
                session, world.vault, job, scan.id, number=number, found=found, now=now
            )
    return scan


def answer(
    index: int,
    print_id: str | None,
    decision: Decision = Decision.MATCH,
    threshold_id: str = "threshold-1",
) -> Finding:
    if print_id is None:
        decision = Decision.UNKNOWN
    return Finding(index, decision, print_id, 0.8, 0.1, 0.0005, threshold_id, ())


def search(
    world: TestWorld,
    studio: Principal,
    job: Job,
    scan: Scan,
    answers: Sequence[str | None],
    *,
    gallery_seq: int,
    decision: Decision = Decision.MATCH,
    now: datetime = T0,
) -> Scan:
    """Save what a search said: print ids in the order of the stored traces."""
    with world.db.read() as session:
        stored = scans.load_traces(session, world.vault, studio, scan.id, at=now)
    assert len(stored) == len(answers)
    with world.db.write() as session:
        return findings.save_findings(
            session,
            world.vault,
            job,
            scan.id,
            trace_ids=[item.id for item in stored],
            findings=[answer(i, print_id, decision) for i, print_id in enumerate(answers)],
            gallery_seq=gallery_seq,
            now=now,
        )


def vouched(world: TestWorld, guardian: Guardian) -> Guardian:
    """A guardian of whom the one who runs the registry alone has read the papers."""
    demands = Demands(single_operator=True, notice_days=0)
    with world.db.write() as session:
        return guardians.attest_guardian(
            session,
            world.operator,
            guardian.id,
            Paper.BIRTH_CERTIFICATE,
            demands=demands,
            now=T0,
        )
