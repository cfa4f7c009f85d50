"""A stage for the ledger's store tests: performers, cuts, licences, and decisions truly decided."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from multiprocessing.synchronize import Event
from pathlib import Path

from core.clock import utc_now
from core.db import Database, next_seq
from core.ids import new_id
from core.principal import Principal
from fingerprint.models import Decision, Modality, Span
from licensing.clearance import decide
from licensing.models import Licence, LicenceState, TariffTerm, Terms
from licensing.models_clearance import Clearance, CutPlace, Verdict
from licensing.store import clearances, licences
from registry.models.evidence import UnknownPerson, Use
from registry.models.people import Performer
from registry.models.works import Cut, CutFormat, Declaration, KindOfUse, Medium, Work, WorkLevel
from registry.store import people, works
from registry.useforming import use_id
from royalties.models import AccrualReport, ImportReport
from royalties.service.accruals import accrue
from royalties.service.usage import import_usage
from tests.fixtures import TestWorld
from tests.flows.serving import PATIENCE_S
from tests.store.today import NOW
from tests.unit.royalties.worlds import tariff

# When reports come in: after the months that they are about.
REPORTED_AT = datetime(2027, 2, 1, tzinfo=UTC)
VOICE = KindOfUse.SYNTHESISE_VOICE


@dataclass(frozen=True)
class Stage:
    """A world with one studio (`studio`), and verbs to set it up."""

    world: TestWorld

    @property
    def studio(self) -> Principal:
        return self.world.first

    @property
    def db(self) -> Database:
        return self.world.db

    @property
    def database_path(self) -> Path:
        return self.world.settings.database_path

    def performer(self, owner: Principal | None = None) -> Performer:
        owner = owner or self.world.principal("performer")
        made = Performer(new_id("prf"), owner.tenant_id, "Anna Secret", "Anna", new_id("pay"), NOW)
        with self.db.write() as session:
            people.add_performer(session, made)
        return made

    def agent(self, performer: Performer) -> Principal:
        return Principal(performer.tenant_id, "test", frozenset({"*"}), "performer")

    def cut(self, owner: Principal | None = None, cut_id: str = "") -> str:
        owner = owner or self.studio
        work = Work(new_id("wrk"), owner.tenant_id, WorkLevel.SERIES, None, "A title", {})
        made = Cut(
            cut_id or new_id("cut"), owner.tenant_id, work.id, "v1", CutFormat.VERTICAL, "de", None
        )
        with self.db.write() as session:
            works.add_work(session, work, at=NOW)
            works.add_cut(session, made, at=NOW)
        return made.id

    def licence(
        self,
        performer: Performer,
        term: TariffTerm | None = None,
        *,
        kinds: tuple[KindOfUse, ...] = (VOICE,),
        territories: tuple[str, ...] = ("*",),
        paid_directly: bool = False,
    ) -> Licence:
        terms = Terms(
            performer_id=performer.id,
            licensee_id=self.studio.tenant_id,
            kinds=kinds,
            modalities=(Modality.VOICE,),
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
            valid_until=datetime(2030, 1, 1, tzinfo=UTC),
            tariff=term or tariff(),
            territories=territories,
            label_ai=False,
            paid_directly=paid_directly,
        )
        with self.db.write() as session:
            seq = next_seq(session)
            made = Licence(
                id=new_id("lic"),
                tenant_id=performer.tenant_id,
                vc_id=f"urn:uuid:{seq}",
                terms=terms,
                tariff_id=new_id("tar"),
                state=LicenceState.SIGNED,
                performer_did="did:key:z6Mk",
                status_list=1,
                status_index=seq,
                seq=seq,
                recorded_at=NOW,
                signed=b"{}",
                log_index=seq,
            )
            licences.add_draft(session, licences.Draft(made, b"{}", f"urn:uuid:proof-{seq}"))
            licences.add_licence(session, made)
        return made

    def revoke(self, licence: Licence) -> None:
        with self.db.write() as session:
            seq = next_seq(session)
            ended = replace(licence, revoked_seq=seq, revoked_at=NOW, revoke_reason="because")
            licences.add_revocation(session, ended, log_index=seq)

    def clear(
        self,
        cut_id: str,
        *uses: Use,
        at: datetime = NOW,
        strangers: Sequence[UnknownPerson] = (),
    ) -> Clearance:
        """Decide as the product does, on the uses given, and store the decision."""
        declaration = Declaration(
            release_at=date(2026, 12, 1), territories=("DE",), medium=Medium.SERIES, language="de"
        )
        with self.db.write() as session:
            known_seq = next_seq(session)
            known = licences.known(
                session,
                self.studio,
                performer_ids=[use.performer_id for use in uses],
                licensee_id=self.studio.tenant_id,
                up_to_seq=known_seq,
            )
            place = CutPlace(cut_id, self.studio.tenant_id, frozenset({cut_id}))
            decision = decide(uses, strangers, known, declaration, at, place=place)
            made = Clearance(
                id=new_id("clr"),
                tenant_id=self.studio.tenant_id,
                submission_id=new_id("sub"),
                cut_id=cut_id,
                scan_id=uses[0].scan_id if uses else new_id("scn"),
                seq=next_seq(session),
                known_seq=known_seq,
                gallery_seq=1,
                release_at=declaration.release_at,
                decided_at=at,
                provisional=False,
                decision=decision,
                log_index=known_seq,
            )
            clearances.add_clearance(session, made)
        return made

    def import_lines(
        self, *lines: str, by: Principal | None = None, head: str = "cut_id,territory,period,views"
    ) -> ImportReport:
        text = "\n".join((head, *lines))
        with self.db.write() as session:
            return import_usage(session, by or self.studio, text.encode(), now=REPORTED_AT)

    def accrue(self, clearance_id: str | None = None) -> AccrualReport:
        with self.db.write() as session:
            return accrue(session, self.studio, clearance_id, now=utc_now())


def found(
    cut_id: str,
    performer: Performer,
    *spans: tuple[int, int],
    kind: KindOfUse | None = VOICE,
    decision: Decision = Decision.MATCH,
) -> Use:
    """A use as the registry forms it from a scan: its first minute where no span is given."""
    return Use(
        id=use_id(cut_id, performer.id, kind),
        cut_id=cut_id,
        submission_id=new_id("sub"),
        scan_id=new_id("scn"),
        performer_id=performer.id,
        kind=kind,
        modalities=(Modality.VOICE,),
        decision=decision,
        spans=tuple(Span(*span) for span in spans or ((0, 60_000),)),
        match_ids=(new_id("mch"),),
        model_ids=("ge2e-resemblyzer",),
        threshold_ids=("thr-1",),
    )


def engaged(use: Use) -> Use:
    """The same use as an own performance with its engagement named."""
    return replace(
        use,
        id=use_id(use.cut_id, use.performer_id, KindOfUse.OWN_PERFORMANCE),
        kind=KindOfUse.OWN_PERFORMANCE,
        engagement_ref="contract 7",
    )


def cleared(stage: Stage, term: TariffTerm | None = None) -> tuple[str, Performer]:
    """A cut with one use cleared under a licence."""
    performer = stage.performer()
    stage.licence(performer, term)
    cut_id = stage.cut()
    made = stage.clear(cut_id, found(cut_id, performer))
    assert made.decision.verdict is Verdict.CLEARED
    return cut_id, performer


def accrue_elsewhere(path: Path, principal: Principal, barrier: threading.Barrier) -> AccrualReport:
    """Accrue through a database of its own, as another process does."""
    database = Database.open(path)
    try:
        barrier.wait(PATIENCE_S)
        with database.write() as session:
            return accrue(session, principal, now=utc_now())
    finally:
        database.close()


def accrue_for_ever(path: Path, principal: Principal, started: Event) -> None:
    """Accrue again and again until killed."""
    database = Database.open(path)
    started.set()
    while True:
        with database.write() as session:
            accrue(session, principal, now=utc_now())
