"""Which certified recording is this? Asked by anybody, of what studios opened after its release.

All open recordings are compared whatever is found, so the time tells nothing of those that are not
open, and of people nothing is looked at. What strangers send is bounded before it is opened: its
size, its playing time, how often they ask and how many questions are worked on at once.
"""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.admitting import admit
from core.clock import utc_now
from core.errors import BadInput, BadProof, Unavailable
from core.init import World
from core.principal import SearchCapability, system
from fingerprint.content.models import PICTURE_HOP_MS, SOUND_HOP_MS, Part, PicturePrint
from fingerprint.content.packing import unpack_picture, unpack_sound
from fingerprint.content.printing import ContentPrint, find, packed, read_content, unpacked
from fingerprint.media import door
from fingerprint.media.limits import Limits
from licensing.certificateassertion import ALGORITHM as EMBEDDED
from licensing.service import publications
from licensing.softbinding import (
    ALGORITHMS,
    DIGEST_BYTES,
    SCORE_MAX,
    Likeness,
    best,
    score,
)
from licensing.store.publications import Open
from registry.service import content

PURPOSE = "soft-binding"
RESULTS_MAX = 100
WORK_SECONDS_MAX = 300
_ASPECT_MAX = 1_000


class Desk:
    """Takes questions in turn; one for each application."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._settings = world.settings.soft_binding
        self._places = threading.BoundedSemaphore(self._settings.parallel_max)

    def admit(self, address: str) -> None:
        """Count a question from an address; raises TooMany where it has to wait."""
        said = "This address asked often enough for now."
        hourly_max = self._settings.hourly_max
        admit(self._world, PURPOSE, address, hourly_max=hourly_max, said=said)

    def by_value(self, alg: str, value: str, limit: int) -> tuple[Likeness, ...]:
        """Certificates of the recording whose packed print, or print's SHA-256, this base64 is."""
        if alg == EMBEDDED:
            digest = _digest(value)
            with self._turn():
                return _named(self._world, digest, limit)
        asked = self._read(part_of(alg), value)
        with self._turn():
            return _matches(self._world, asked, limit)

    def by_file(self, path: Path, alg: str, limit: int) -> tuple[Likeness, ...]:
        """Certificates of the recording in a file; raises BadMedia."""
        parts = tuple(Part) if not alg else (part_of(alg),)
        with self._turn():
            asked = read_print(path, self._limits(), parts)
            return _matches(self._world, asked, limit)

    def _limits(self) -> Limits:
        bounds = {"seconds_max": self._settings.seconds_max, "bytes_max": self._settings.bytes_max}
        bounds |= dict.fromkeys(("cpu_seconds_max", "wall_seconds_max"), WORK_SECONDS_MAX)
        return Limits(**{**self._world.settings.limits.model_dump(), **bounds})

    def _read(self, part: Part, value: str) -> ContentPrint:
        try:
            data = base64.b64decode(value, validate=True)
            seconds = self._settings.seconds_max
            if part is Part.SOUND:
                sound = unpack_sound(data, frames_max=seconds * 1000 // SOUND_HOP_MS)
                return ContentPrint((sound,), None)
            frames = seconds * 1000 // PICTURE_HOP_MS
            return ContentPrint((), _fitting(unpack_picture(data, frames_max=frames), frames))
        except (ValueError, BadProof) as exc:
            raise _bad_binding() from exc

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Unavailable(
                "Another question is being worked on.",
                next_step="Ask again in a moment.",
                code="busy",
            )
        try:
            yield
        finally:
            self._places.release()


def part_of(alg: str) -> Part:
    """What of a recording an algorithm is about; raises BadInput for one that is not ours."""
    if alg not in ALGORITHMS:
        raise BadInput(
            "This registry does not know the algorithm.",
            next_step="Use one of /c2pa/services/supportedAlgorithms.",
            code="unknown-algorithm",
        )
    return ALGORITHMS[alg]


def read_print(path: Path, limits: Limits, parts: tuple[Part, ...]) -> ContentPrint:
    """Which recording a file is; raises BadMedia, also for one that is too long."""
    info = door.probe(path, limits)
    return read_content(
        path, limits, info, sound=Part.SOUND in parts, picture=Part.PICTURE in parts
    )


def bindings_of(made: ContentPrint) -> dict[str, str]:
    """The values of a recording by algorithm, as `/c2pa/matches/byBinding` takes them."""
    kept = packed(made)
    return {
        alg: base64.b64encode(kept[part]).decode()
        for alg, part in ALGORITHMS.items()
        if part in kept
    }


def _fitting(picture: PicturePrint, steps_max: int) -> PicturePrint:
    """The print, where pictures can be like that; what is no number compares false."""
    box, aspect = picture.box, picture.aspect
    inside = 0 <= box.left < box.right <= 1 and 0 <= box.top < box.bottom <= 1
    begun = not len(picture) or picture.at_ms[0] >= 0
    if not (inside and begun and 0 < aspect <= _ASPECT_MAX and picture.steps <= steps_max):
        raise ValueError("no picture is like that")
    return picture


def _digest(value: str) -> str:
    """A print's SHA-256 in hex."""
    try:
        data = base64.b64decode(value, validate=True)
    except ValueError as exc:
        raise _bad_binding() from exc
    if len(data) != DIGEST_BYTES:
        raise _bad_binding()
    return data.hex()


def _bad_binding() -> BadInput:
    return BadInput(
        "The value is none of this algorithm, or of a longer recording.",
        next_step="Make it with `ebenbild certificate binding FILE`.",
        code="bad-binding",
    )


def _named(world: World, digest: str, limit: int) -> tuple[Likeness, ...]:
    """Open certificates that name this print, as manifests in their files do."""
    capability, now = SearchCapability(PURPOSE, "anybody"), utc_now()
    with world.db.read() as session:
        found = publications.of_print(session, capability, digest, now=now)
        return best([Likeness(name, SCORE_MAX) for name in found], limit)


def _matches(world: World, asked: ContentPrint, limit: int) -> tuple[Likeness, ...]:
    capability, now = SearchCapability(PURPOSE, "anybody"), utc_now()
    with world.db.read() as session:
        among = publications.released(session, capability, now)
    found = best([_likeness(world, asked, item) for item in among], limit)
    with world.db.read() as session:
        return tuple(
            item
            for item in found
            if publications.stands(session, capability, item.certificate_id, now=now)
        )


def _likeness(world: World, asked: ContentPrint, item: Open) -> Likeness:
    """How much of what is asked about is in one open recording."""
    with world.db.read() as session:
        owner = system(item.tenant_id)
        kept = {
            part: content.open_kept(session, world.vault, owner, item.submission_id, part)
            for part in Part
        }
    scores = [
        score(find(asked, unpacked(part, data)), _duration_ms(asked, part))
        for part, data in kept.items()
        if data is not None
    ]
    return Likeness(item.certificate_id, max(scores, default=0))


def _duration_ms(asked: ContentPrint, part: Part) -> int:
    if part is Part.SOUND:
        return 0 if asked.sound is None else len(asked.sound) * SOUND_HOP_MS
    return 0 if asked.picture is None else asked.picture.steps * PICTURE_HOP_MS
