"""Edits a registry's database past its program, a thousand times, and audits each copy.

    python -m bench.insiders [--edits 1000] [--seed 2026]

One value of one append-only row is changed, or one row dropped, with the triggers taken away first.
The audit is `ebenbild doctor --audit`, which shares no code with the registry.
"""

import argparse
import tempfile
import time
from pathlib import Path

from core import logkeys, rowseals
from core.clock import utc_now
from core.init import initialise, open_world
from core.principal import Principal
from core.settings import Settings
from core.tenants import OPERATOR
from registry.models.works import DeclaredUse
from tests.fixtures import TestWorld, create_schema, new_principal
from tests.store.insiders import tables, undetected
from tests.store.licensing_steps import CLONE, a_deal


def main() -> None:
    """Parse, edit, audit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = _registry(folder)
        start = time.perf_counter()
        missed = undetected(path, folder, options.edits, options.seed)
        seconds, kinds = time.perf_counter() - start, len(tables(path))
    for told in missed:
        print(f"    not found: {told}")
    found = options.edits - len(missed)
    verdict = "missed" if missed else "reached"
    said = f"{found} of {options.edits} random edits in {kinds} tables found"
    print(f"{said}, {seconds:.0f} s: {verdict}")


def _registry(folder: Path) -> Path:
    settings = Settings(data_dir=folder / "data")
    report = initialise(settings, create_schema)
    with open_world(settings) as opened:
        operator = Principal(report.operator_tenant_id or "", "bench", frozenset({"*"}), OPERATOR)
        studio, agency = (new_principal(opened.db, kind) for kind in ("studio", "agency"))
        deal = a_deal(TestWorld(opened, folder, studio, agency, operator))
        deal.licence()
        deal.revoke(deal.licence())
        deal.clear(deal.scanned(DeclaredUse(deal.performer.id, CLONE)))
        with opened.db.write() as session:
            logkeys.add_key(session, opened.vault, operator, settings.base_url, now=utc_now())
        with opened.db.write() as session:
            rowseals.seal_rows(session, now=utc_now())
        opened.db.checkpoint()
    return settings.database_path


if __name__ == "__main__":
    main()
