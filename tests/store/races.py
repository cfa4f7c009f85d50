"""Revoking against clearing, at once and on two connections: whose number is lower decides."""

import threading
from concurrent.futures import ThreadPoolExecutor

from core.db import Database
from licensing.models import Licence
from licensing.models_clearance import Verdict
from licensing.service import clearances, licenceacts
from registry.models.evidence import Submission
from registry.models.works import DeclaredUse
from tests.store.licensing_steps import CLONE, Deal
from tests.store.registry_steps import later


def races(deal: Deal, rounds: int) -> list[bool]:
    """Whether the clearance came first, for each round; raises AssertionError for a wrong end."""
    submission = deal.scanned(DeclaredUse(deal.performer.id, CLONE))
    other = Database.open(deal.world.db.path)
    try:
        with ThreadPoolExecutor(2) as pool:
            return [race(deal, submission, other, pool, number) for number in range(rounds)]
    finally:
        other.close()


def race(
    deal: Deal, submission: Submission, other: Database, pool: ThreadPoolExecutor, number: int
) -> bool:
    """One round with a licence of its own; whether the clearance came first."""
    licence: Licence = deal.licence()
    start = threading.Barrier(2)

    def revoke() -> int:
        start.wait()
        with deal.world.db.write() as session:
            done = licenceacts.revoke_licence(
                session, deal.agent, licence.id, "", now=later(days=1)
            )
        assert done.revoked_seq is not None
        return done.revoked_seq

    def clear() -> tuple[int, Verdict, tuple[str, ...]]:
        start.wait()
        with other.write() as session:
            done = clearances.clear(session, deal.studio, submission.id, now=later(days=1))
        return done.known_seq, done.decision.verdict, done.decision.licence_ids

    # Who is handed over first alternates, so that neither always has the lead.
    if number % 2:
        ended, decided = pool.submit(revoke), pool.submit(clear)
    else:
        decided, ended = pool.submit(clear), pool.submit(revoke)
    known, verdict, relied = decided.result()
    revoked = ended.result()
    assert known != revoked
    first = known < revoked
    assert (verdict is Verdict.CLEARED) == first, (known, revoked, verdict)
    assert (licence.id in relied) == first, (known, revoked, relied)
    return first
