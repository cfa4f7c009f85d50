"""Bounds that the operating system holds for this process, where it has them.

Set by the child on itself before the first byte of the file is read; Linux keeps all of them, macOS
some, Windows has none, and there the parent's clock alone bounds a job.
"""

import contextlib
import signal

from fingerprint.media.protocol import Job

OPEN_FILES_MAX = 32
WRITTEN_BYTES_MAX = 64 * 1024
"""Enough for the last words of a crash; shared memory, where pixels go, does not count."""
GRACE_SECONDS = 5


def apply(job: Job) -> None:
    """Bound memory, computing time, written bytes, open files; no core dump, no terminal's ^C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource  # noqa: PLC0415 (absent on Windows)
    except ImportError:
        return
    cpu = job.limits.cpu_seconds(job.span_ms)
    memory = job.limits.memory_bytes_max + job.slots * job.slot_bytes
    for name, soft, hard in (
        ("RLIMIT_CORE", 0, 0),
        ("RLIMIT_CPU", cpu, cpu + GRACE_SECONDS),
        ("RLIMIT_AS", memory, memory),
        ("RLIMIT_FSIZE", WRITTEN_BYTES_MAX, WRITTEN_BYTES_MAX),
        ("RLIMIT_NOFILE", OPEN_FILES_MAX, OPEN_FILES_MAX),
    ):
        kind = getattr(resource, name, None)
        if kind is not None:
            present = resource.getrlimit(kind)[1]
            most = hard if present == resource.RLIM_INFINITY else min(hard, present)
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(kind, (min(soft, most), most))
