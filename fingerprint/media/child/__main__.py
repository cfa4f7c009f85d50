"""Runs one job: read it, bound this process, decode, answer, end.

Order matters: the bounds stand before the first byte of the file is read. What is known to go wrong
becomes a line that says so; anything else ends the process with a trace for the log, and the parent
tells the caller. Standard output is kept for answers; libraries that print get nothing.
"""

import os
import sys
from typing import BinaryIO

from fingerprint.media.child import rlimits, sniff
from fingerprint.media.child.outlet import ConsumerGone, Outlet
from fingerprint.media.faults import Case, Refused
from fingerprint.media.protocol import LINE_BYTES_MAX, Job, Op, Ready
from fingerprint.media.ring import attach


def main() -> int:
    job = Job.from_line(sys.stdin.buffer.readline(LINE_BYTES_MAX))
    rlimits.apply(job)
    ring = attach(job.ring, job.slots, job.slot_bytes)
    outlet = Outlet(ring, job.slots, sys.stdin.buffer, _own_stdout())
    try:
        with open(job.media, "rb", buffering=0) as file:  # noqa: PTH123 (a descriptor)
            _run(file, job, outlet)
    except ConsumerGone:
        return 0
    except Refused as refused:
        outlet.refuse(refused)
    except MemoryError:
        outlet.refuse(Refused(Case.TOO_MUCH_MEMORY, limit=job.limits.memory_bytes_max))
    return 0


def _run(file: BinaryIO, job: Job, outlet: Outlet) -> None:
    """Choose the reader by the file's first bytes; each is loaded only if it is needed."""
    head = file.read(sniff.HEAD_BYTES)
    if not head:
        raise Refused(Case.EMPTY_FILE)
    still_format = sniff.still_format(head)
    if still_format is not None:
        _run_still(file, still_format, job, outlet)
    elif sniff.is_foreign(head):
        raise Refused(Case.NOT_MEDIA)
    else:
        _run_moving(file, job, outlet)


def _run_still(file: BinaryIO, still_format: str, job: Job, outlet: Outlet) -> None:
    from fingerprint.media.child import still  # noqa: PLC0415

    outlet.say(Ready())
    if job.op is Op.AUDIO:
        raise Refused(Case.NO_SOUND)
    if job.op is Op.PROBE:
        still.probe(file, still_format, job.limits, outlet)
    else:
        still.frames(file, still_format, job, outlet)


def _run_moving(file: BinaryIO, job: Job, outlet: Outlet) -> None:
    from fingerprint.media.child import film, keys, probing, sound  # noqa: PLC0415
    from fingerprint.media.child.source import Source  # noqa: PLC0415

    outlet.say(Ready())
    source = Source(file, job.limits)
    if job.op is Op.PROBE:
        probing.run(source, job.limits, outlet)
    elif job.op is Op.AUDIO:
        sound.run(source, job, outlet)
    elif job.op is Op.KEYS:
        keys.run(source, job, outlet)
    else:
        film.run(source, job, outlet)


def _own_stdout() -> int:
    """A private copy of standard output; what others print goes nowhere."""
    own = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return own


if __name__ == "__main__":
    sys.exit(main())
