"""A process that is killed while it writes loses nothing that it was told is kept."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core import log
from tests.fixtures import TestWorld

# Appends leaves and reports each one only after its transaction ended.
_WRITER = """
import sys
from pathlib import Path
from core import log
from core.db import Database
db = Database.open(Path(sys.argv[1]))
while True:
    with db.write() as session:
        index = log.append(session, kind="thing.made", subject_id="thg", payload={"n": 1})
    print(index, flush=True)
"""


@pytest.mark.parametrize("after", [1, 7, 30, 75])
def test_every_reported_write_survives_a_kill(world: TestWorld, after: int) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(world.settings.database_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert writer.stdout is not None
    with writer.stdout as output:
        reported = [int(output.readline()) for _ in range(after)]
        os.kill(writer.pid, signal.SIGKILL)
        reported += [int(line) for line in output]
    writer.wait()
    with world.db.read() as session:
        size, _ = log.root(session)
        assert log.faults(session) == ()
    assert reported == list(range(len(reported)))
    # The last write may have been kept without having been reported, and no more than that one.
    assert size - len(reported) in (0, 1)
    with world.db.write() as session:
        assert log.append(session, kind="thing.made", subject_id="thg", payload={}) == size
