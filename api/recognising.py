"""Recognises a submission among the tenant's own media, and scans only what is new in it.

The very same file is known by its stored name, so a second submission reads no media at all. Else
its sound and pictures are printed and compared; each part of a segment is scanned where its own
part of the recording is not known to be untouched.
"""

from collections.abc import Callable, Iterator
from functools import partial

from api.stopping import Stopping
from api.tools import Tools
from core import leases
from core.clock import utc_now
from core.jobs import Job
from core.principal import Principal, system
from fingerprint.content.models import Part
from fingerprint.content.packing import unpack_picture, unpack_sound
from fingerprint.content.printing import ContentPrint, find, packed
from fingerprint.models import Modality, Span, Trace
from registry.carrying import confirmed, in_segment, sample_of, to_scan, within
from registry.models.content import Carried
from registry.service import content
from registry.service.content import Known, Recognised

Scan = Callable[[Span, frozenset[Modality]], tuple[Trace, ...]]


def recognise(
    tools: Tools,
    job: Job,
    duration_ms: int,
    read: Callable[[], ContentPrint],
    show: Callable[[float, str], None],
) -> None:
    """Draw the submission's links, once; `read` prints the file and is called if it must be.

    `show` is told often which share is done; what it raises ends the work.
    """
    submission_id, principal = job.payload["submission_id"], system(job.tenant_id)
    with tools.world.db.read() as session:
        if content.is_recognised(session, principal, submission_id):
            return
        same = content.same_file(session, principal, submission_id, tools.engine.models)
        others = content.known_media(session, principal, submission_id)
    if same is not None:
        found = [Recognised(same, link, True) for link in content.whole_file(duration_ms)]
        _save(tools, job, {}, found)
        return
    made = read()
    _save(tools, job, packed(made), list(_found(tools, principal, made, others, show)))


def carry_over(tools: Tools, job: Job) -> Carried:
    """What earlier scans say about the submission."""
    with tools.world.db.read() as session:
        return content.carry_over(
            session,
            tools.world.vault,
            system(job.tenant_id),
            job.payload["submission_id"],
            tools.engine.models,
        )


def scan_new(known: Carried, segment: Span, scan: Scan) -> tuple[Trace, ...]:
    """The traces of a segment: carried over where it is known, scanned where it is new.

    Faces that were carried over by comparing pictures are looked at again for a moment: where
    others are seen there, the segment's pictures are scanned after all.
    """
    voices = to_scan(segment, known.voice)
    faces, carried_faces = to_scan(segment, known.face), in_segment(known, Modality.FACE, segment)
    sample = None if known.identical else sample_of(carried_faces, within(known.face, [segment]))
    if sample and not confirmed(carried_faces, scan(sample, frozenset({Modality.FACE})), sample):
        faces, carried_faces = (segment,), ()
    traces = (*in_segment(known, Modality.VOICE, segment), *carried_faces)
    if voices == faces == (segment,):
        return scan(segment, frozenset(Modality))
    for modality, spans in ((Modality.VOICE, voices), (Modality.FACE, faces)):
        for span in spans:
            traces += scan(span, frozenset({modality}))
    return traces


def _found(
    tools: Tools,
    principal: Principal,
    made: ContentPrint,
    others: tuple[Known, ...],
    show: Callable[[float, str], None],
) -> Iterator[Recognised]:
    """Links into the tenant's other media, the newest first; raises Stopping within them too."""
    total = len(others)

    def watch(number: int, done: float) -> None:
        if tools.stopping.is_set():
            raise Stopping
        show((number + done) / total, f"{number + 1}/{total}")

    for number, known in enumerate(others if made.sound or made.picture else ()):
        watch(number, 0.0)
        for link in find(made, _opened(tools, principal, known), partial(watch, number)):
            yield Recognised(known, link)


def _opened(tools: Tools, principal: Principal, known: Known) -> ContentPrint:
    kept = {}
    with tools.world.db.read() as session:
        for part in Part:
            kept[part] = content.open_print(
                session, tools.world.vault, principal, known.submission_id, part
            )
    sound, picture = kept[Part.SOUND], kept[Part.PICTURE]
    return ContentPrint(
        () if sound is None else (unpack_sound(sound),),
        None if picture is None else unpack_picture(picture),
    )


def _save(tools: Tools, job: Job, prints: dict[Part, bytes], found: list[Recognised]) -> None:
    with tools.world.db.write() as session:
        leases.guard(session, job)
        content.save_recognised(
            session,
            tools.world.vault,
            job,
            job.payload["submission_id"],
            prints=prints,
            found=found,
            now=utc_now(),
        )
