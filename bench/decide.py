"""Times a whole decision, with the database, among few and among many licences.

    python -m bench.decide [--matches 200] [--few 100] [--many 10000] [--rounds 7]

Both registries find the same people, and the licences that matter are the same. The others are half
the studio's own from other performers, half of the same performers to other studios. Runs take
turns and medians of processor time are compared; every decision is the product's own service.
"""

import argparse
import resource
import statistics
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from sqlmodel import Session

from bench.common import Figure
from core import leases
from core.ids import new_id
from core.init import initialise, open_world
from core.principal import Principal
from core.settings import Settings
from core.tenants import OPERATOR
from fingerprint.models import Modality
from licensing.drafting import Draft
from licensing.models import Licence, LicenceState, TariffKind, TariffTerm, Terms
from licensing.service import clearances
from licensing.store import licences as store
from registry.models.works import DeclaredUse
from tests.fixtures import TestWorld, create_schema, new_principal
from tests.store.licensing_steps import CLONE
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

TIMES_MOST = 1.5


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matches", type=int, default=200)
    parser.add_argument("--few", type=int, default=100)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with ExitStack() as stack:
        halls = [
            Hall(stack, options.matches, options.few, count)
            for count in (options.few, options.many)
        ]
        times: list[list[float]] = [[], []]
        for number in range(options.rounds + 1):
            for hall, found in zip(halls, times, strict=True):
                found.append(hall.decide(number))
        few, many = (statistics.median(found[1:]) for found in times)
    print(
        Figure(
            f"a decision on {options.matches} matches among {options.many} licences",
            f"{many:.0f} ms of processor",
            f"among {options.few} {few:.0f} ms, {many / few:.2f} x of at most {TIMES_MOST:g} x",
            TIMES_MOST / (many / few),
            1.0,
        )
    )


class Hall:
    """A registry with a scanned submission and so many licences."""

    def __init__(self, stack: ExitStack, matches: int, relevant: int, licences: int) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = Settings(data_dir=folder / "data")
        report = initialise(settings, create_schema)
        opened = stack.enter_context(open_world(settings))
        operator = Principal(report.operator_tenant_id or "", "bench", frozenset({"*"}), OPERATOR)
        self.studio, agency = (new_principal(opened.db, kind) for kind in ("studio", "agency"))
        self.world = TestWorld(opened, folder, self.studio, agency, operator)
        cast = [enrolled(self.world, agency, f"Performer {n}") for n in range(matches)]
        self.submission = self._scanned(cast)
        with opened.db.write() as session:
            for number in range(licences):
                mine = number < relevant or number % 2
                performer = cast[number % matches].performer.id
                if number >= relevant and mine:
                    performer = new_id("per")
                licensee = self.studio.tenant_id if mine else new_id("ten")
                _add(session, agency.tenant_id, performer, licensee, number)

    def _scanned(self, cast: list[Enrolled]) -> str:
        world, studio = self.world, self.studio
        prints = [make_print(world, who, number + 1) for number, who in enumerate(cast)]
        declared = [DeclaredUse(who.performer.id, CLONE) for who in cast]
        submission, job = hand_in(world, studio, a_cut(world, studio), declare(*declared))
        traces = [trace(n + 1, 250 * n, 250 * n + 240) for n in range(len(cast))]
        scan = scanned_segments(world, studio, submission, job, traces)
        newest = max(made.seq for made in prints)
        search(world, studio, job, scan, [made.id for made in prints], gallery_seq=newest)
        with world.db.write() as session:
            leases.finish(session, job)
        return submission.id

    def decide(self, number: int) -> float:
        """Milliseconds of processor for one decision."""
        with self.world.db.write() as session:
            start = _processor_ms()
            clearances.clear(
                session, self.studio, self.submission, now=later(days=2, seconds=number)
            )
            return _processor_ms() - start


def _add(session: Session, tenant_id: str, performer: str, licensee: str, number: int) -> None:
    """A licence as the store keeps it; nobody verifies its bytes here."""
    terms = Terms(
        performer_id=performer,
        licensee_id=licensee,
        kinds=(CLONE,),
        modalities=(Modality.VOICE,),
        valid_from=T0,
        valid_until=later(days=365),
        tariff=TariffTerm(TariffKind.PER_VIEW, 1_000, "EUR"),
        label_ai=False,
    )
    drafted = Licence(
        id=new_id("lic"),
        tenant_id=tenant_id,
        vc_id=f"urn:bench:{number}",
        terms=terms,
        tariff_id=new_id("tar"),
        state=LicenceState.DRAFT,
        performer_did="did:key:bench",
        status_list=1,
        status_index=number,
        seq=None,
        recorded_at=T0,
    )
    store.add_draft(session, Draft(drafted, b"{}", "urn:bench"))
    signed = replace(drafted, state=LicenceState.SIGNED, seq=-1 - number, signed=b"{}", log_index=0)
    store.add_licence(session, signed)


def _processor_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return 1000 * (used.ru_utime + used.ru_stime)


if __name__ == "__main__":
    main()
