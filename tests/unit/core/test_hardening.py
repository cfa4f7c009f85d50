"""No process of ours leaves its memory on the disk when it crashes."""

import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import resource, sys
from pathlib import Path
from api.cli.main import main
main(["key", "show", "/dev/null"])
print("limits", *resource.getrlimit(resource.RLIMIT_CORE))
filter = Path("/proc/self/coredump_filter")
print("filter", filter.read_text().strip() if filter.is_file() else "")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="core files are told about in /proc on Linux")
def test_every_command_forbids_core_files() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines()[-2:])
    assert said["limits"] == "0 0"
    assert int(said["filter"] or "0", 16) == 0
