"""What a worker loads as it starts: every table, and no library that only requests need."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.appendonly import append_only_tables
from migrations import tables
from tests.simulators.stage import Stage

ROOT = Path(__file__).parents[2]
ONLY_FOR_REQUESTS = ("fastapi", "webauthn", "authlib", "argon2", "jinja2", "api.everyroute")


def printed(program: str) -> Any:
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


def test_it_seals_rows_of_every_table(stage: Stage) -> None:
    tables.load()
    known = printed(
        "import json; from pathlib import Path; import api.working;"
        "from core.appendonly import append_only_tables; from core.settings import Settings;"
        f"api.working.open_registry(Settings(data_dir=Path({str(stage.settings.data_dir)!r})));"
        "print(json.dumps([table.name for table in append_only_tables()]))"
    )
    assert known == [table.name for table in append_only_tables()]


def test_it_loads_nothing_that_only_requests_need() -> None:
    loaded = printed("import json, sys; import api.working; print(json.dumps([*sys.modules]))")
    assert [name for name in ONLY_FOR_REQUESTS if name in loaded] == []
