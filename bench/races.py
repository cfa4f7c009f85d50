"""Revokes and clears at once, a thousand times, each time with a fresh licence.

    python -m bench.races [--rounds 1000]

Two connections to one SQLite file start together. Whoever has the lower number came first: a
clearance with the lower one is CLEARED and rests on the licence, one with the higher is refused.
"""

import argparse
import tempfile
import time
from pathlib import Path

from core.init import initialise, open_world
from core.principal import Principal
from core.settings import Settings
from core.tenants import OPERATOR
from tests.fixtures import TestWorld, create_schema, new_principal
from tests.store.licensing_steps import a_deal
from tests.store.races import races


def main() -> None:
    """Parse, race, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "data")
        report = initialise(settings, create_schema)
        with open_world(settings) as opened:
            operator = Principal(
                report.operator_tenant_id or "", "bench", frozenset({"*"}), OPERATOR
            )
            studio, agency = (new_principal(opened.db, kind) for kind in ("studio", "agency"))
            world = TestWorld(opened, Path(folder), studio, agency, operator)
            start = time.perf_counter()
            ended = races(a_deal(world), rounds)
    verdict = "reached" if len(ended) == rounds else "missed"
    print(
        f"{rounds} races of a revocation and a clearance: {sum(ended)} cleared first, "
        f"{rounds - sum(ended)} revoked first, each settled by its number, "
        f"{time.perf_counter() - start:.0f} s: {verdict}"
    )


if __name__ == "__main__":
    main()
