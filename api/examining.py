"""Runs `ebenbild doctor` as a program of its own, so that what it tries cannot harm the registry.

It hashes models and starts a media child; neither is done inside the process that answers pages.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import Unavailable
from core.settings import Settings

PROGRAM = ("-m", "api.cli.main", "doctor", "--json")
PATIENCE_S = 120


def examined(settings: Settings) -> Sequence[Mapping[str, Any]]:
    """Its findings, the bad ones first; raises Unavailable where it did not end with any."""
    environment = {**os.environ, "EBENBILD_DATA_DIR": str(settings.data_dir.absolute())}
    try:
        ran = subprocess.run(
            [sys.executable, *PROGRAM],
            env=environment,
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
        found: list[dict[str, Any]] = json.loads(ran.stdout)
    except (subprocess.TimeoutExpired, ValueError) as exc:
        raise Unavailable(
            "The examination did not end.", next_step="Run `ebenbild doctor` on the machine."
        ) from exc
    return sorted(found, key=lambda item: ("bad", "warn", "ok").index(item["state"]))
