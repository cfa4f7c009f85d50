"""Compares files with recordings about which notices stand: what is handed in, and found clips.

A submission is printed once, by whoever needs its print first; where nobody noticed anything, it is
not printed for this at all. Only the recording itself counts: no likeness is looked at here.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from api.stopping import Stopping
from api.tools import Tools
from core import leases
from core.clock import utc_now
from core.files import sha256_of
from core.jobs import Job
from core.principal import SearchCapability, system
from fingerprint.content.models import Part, Watch
from fingerprint.content.printing import ContentPrint, find, unpacked
from licensing.models_staydown import Hit, Recording
from licensing.service import staydown
from licensing.staydown import hits, same_bytes


def heed_notices(
    tools: Tools,
    job: Job,
    path: Path,
    read: Callable[[], ContentPrint],
    check: Callable[[], None],
) -> None:
    """Keep where noticed recordings are in the job's submission; a second time adds nothing.

    `check` is called often and raises once the job is no longer ours.
    """
    submission_id, principal = job.payload["submission_id"], system(job.tenant_id)
    capability = SearchCapability("stay-down", submission_id)
    with tools.world.db.read() as session:
        known = staydown.recordings(session, capability)
    if not known:
        return
    found = list(_hits(tools, known, sha256_of(path), read, check))
    with tools.world.db.write() as session:
        leases.guard(session, job)
        staydown.save_hits(session, principal, submission_id, found, now=utc_now())


def same_recording(
    tools: Tools, performer_id: str, digest: str, made: ContentPrint, *, clip_id: str
) -> str | None:
    """An earlier clip about which a notice of this performer's stands, if this is its recording."""
    capability = SearchCapability("stay-down", clip_id)
    with tools.world.db.read() as session:
        known = staydown.recordings(session, capability, performer_id=performer_id)
    earlier = [item for item in known if item.clip_id != clip_id]
    exact = (hit for hit in _hits(tools, earlier, digest, lambda: made, _unchecked) if hit.exact)
    return next((hit.clip_id for hit in exact), None)


def _hits(
    tools: Tools,
    known: Sequence[Recording],
    digest: str,
    read: Callable[[], ContentPrint],
    check: Callable[[], None],
) -> Iterator[Hit]:
    """Where each of these is in a file; raises Stopping within them too."""

    def watch(_done: float) -> None:
        if tools.stopping.is_set():
            raise Stopping
        check()

    for recording in known:
        watch(0.0)
        if recording.sha256 == digest:
            yield from same_bytes(recording)
        else:
            yield from _found(tools, recording, read(), watch)


def _unchecked() -> None:
    """Where no job is held."""


def _found(tools: Tools, recording: Recording, asked: ContentPrint, watch: Watch) -> Iterator[Hit]:
    links = [
        link
        for part in Part
        if (packed := staydown.open_print(tools.world.vault, recording, part)) is not None
        for link in find(asked, unpacked(part, packed), watch)
    ]
    yield from hits(recording, links)
