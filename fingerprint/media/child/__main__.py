"""Runs one job: read it, bound this process, decode, answer, end.

Order matters: the bounds stand before the first byte of the file is read, and everything that
decoding needs is loaded before this process is confined, which is before any library sees the file:
afterwards it can open nothing. What is known to go wrong becomes a line that says so; anything else
ends the process with a trace for the log, and the parent tells the caller. Standard output is kept
for answers; libraries that print get nothing.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from fingerprint.media.child import rlimits, sniff
from fingerprint.media.child.confinement import confine
from fingerprint.media.child.outlet import ConsumerGone, Outlet
from fingerprint.media.faults import Case, Refused
from fingerprint.media.protocol import LINE_BYTES_MAX, Job, Op, Ready
from fingerprint.media.ring import attach

Reader = Callable[[], None]


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
        read = _still_reader(file, still_format, job, outlet)
    elif sniff.is_foreign(head):
        raise Refused(Case.NOT_MEDIA)
    else:
        read = _moving_reader(file, job, outlet)
    outlet.say(Ready())
    confine()
    read()


def _still_reader(file: BinaryIO, still_format: str, job: Job, outlet: Outlet) -> Reader:
    from fingerprint.media.child import still  # noqa: PLC0415

    still.load(still_format)
    if job.op is Op.AUDIO:
        raise Refused(Case.NO_SOUND)
    if job.op is Op.PROBE:
        return lambda: still.probe(file, still_format, job.limits, outlet)
    return lambda: still.frames(file, still_format, job, outlet)


def _moving_reader(file: BinaryIO, job: Job, outlet: Outlet) -> Reader:
    from fingerprint.media.child import film, keys, probing, sound  # noqa: PLC0415
    from fingerprint.media.child.source import Source  # noqa: PLC0415

    if job.op is Op.PROBE:
        return lambda: probing.run(Source(file, job.limits), job.limits, outlet)
    run = {Op.AUDIO: sound.run, Op.KEYS: keys.run, Op.FRAMES: film.run}[job.op]
    in_order = job.op is Op.FRAMES or job.zero is None  # whose zero is not known is decoded for it
    opened = partial(Source, in_order=in_order, rough=job.rough, track=job.track)
    return lambda: run(opened(file, job.limits), job, outlet)


def _own_stdout() -> int:
    """A private copy of standard output; what others print goes nowhere."""
    own = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return own


if __name__ == "__main__":
    sys.exit(main())
