"""What every process of ours does first: no memory of it is ever written to disk by a crash.

The limit stops core files. It does not stop a core that the system pipes to a program of its own
(core(5)), so that one is told to leave out all memory. Child processes inherit both.
"""

import contextlib
from pathlib import Path

_FILTER = Path("/proc/self/coredump_filter")


def no_core_dumps() -> None:
    """Set both for this process; a system that has neither is left as it is."""
    try:
        import resource  # noqa: PLC0415 (absent on Windows)
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        _FILTER.write_text("0", "ascii")
