"""Steps that licensing tests share: a performer whose program signs, a licensee, a scanned cut."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core import keys as core_keys
from core import leases
from core.keys import PrivateKey
from core.principal import Principal
from fingerprint.models import Decision, Modality
from licensing.models import Licence, LicenceDraft, TariffKind, TariffTerm, Terms
from licensing.models_clearance import Clearance
from licensing.service import clearances, licenceacts
from registry.models.evidence import Submission
from registry.models.people import Performer
from registry.models.works import DeclaredUse, KindOfUse
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    T0,
    Enrolled,
    a_cut,
    declare,
    enrolled,
    hand_in,
    later,
    make_print,
    scanned_segments,
    search,
    trace,
)

CLONE = KindOfUse.SYNTHESISE_VOICE


@dataclass(frozen=True, slots=True)
class Deal:
    """A performer with the key that only the performer's program holds, and a studio."""

    world: TestWorld
    who: Enrolled
    studio: Principal

    @property
    def agent(self) -> Principal:
        return self.who.principal

    @property
    def performer(self) -> Performer:
        return self.who.performer

    def terms(self, **changes: Any) -> Terms:
        """A synthesised voice, anywhere, for a year."""
        plain = Terms(
            performer_id=self.performer.id,
            licensee_id=self.studio.tenant_id,
            kinds=(CLONE,),
            modalities=(Modality.VOICE,),
            valid_from=T0,
            valid_until=later(days=365),
            tariff=TariffTerm(TariffKind.PER_VIEW, 1_000, "EUR"),
            label_ai=False,
            description="A cloned voice in every work of this studio",
        )
        return replace(plain, **changes)

    def draft(self, now: datetime = T0, **changes: Any) -> LicenceDraft:
        with self.world.db.write() as session:
            return licenceacts.draft_licence(
                session,
                self.agent,
                self.terms(**changes),
                base_url=self.world.settings.base_url,
                now=now,
            )

    def sign(
        self, draft: LicenceDraft, key: PrivateKey | None = None, now: datetime = T0
    ) -> Licence:
        signer = key or self.who.key
        with self.world.db.write() as session:
            return licenceacts.sign_licence(
                session,
                self.world.registry_key,
                self.agent,
                draft.id,
                signature=core_keys.sign(signer, draft.signing_input),
                verification_method=signer.verification_method,
                now=now,
            )

    def licence(self, **changes: Any) -> Licence:
        return self.sign(self.draft(**changes))

    def revoke(self, licence: Licence, reason: str = "I changed my mind") -> Licence:
        with self.world.db.write() as session:
            return licenceacts.revoke_licence(
                session, self.agent, licence.id, reason, now=later(days=1)
            )

    def scanned(
        self, *uses: DeclaredUse, decision: Decision = Decision.MATCH, strangers: int = 0
    ) -> Submission:
        """A submission in which the performer's voice was found, and so many strangers."""
        made = make_print(self.world, self.who, 1)
        submission, job = hand_in(
            self.world, self.studio, a_cut(self.world, self.studio), declare(*uses)
        )
        traces = [trace(n + 1, 1_000 * n, 1_000 * n + 900) for n in range(strangers + 1)]
        scan = scanned_segments(self.world, self.studio, submission, job, traces)
        answers = [made.id] + [None] * strangers
        search(self.world, self.studio, job, scan, answers, gallery_seq=made.seq, decision=decision)
        with self.world.db.write() as session:
            leases.finish(session, job)
        return submission

    def clear(self, submission: Submission) -> Clearance:
        with self.world.db.write() as session:
            return clearances.clear(session, self.studio, submission.id, now=later(days=2))


def a_deal(world: TestWorld) -> Deal:
    """`world.second` stands for the performer, `world.first` is the studio."""
    return Deal(world, enrolled(world, world.second), world.first)
