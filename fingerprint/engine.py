"""The one door to the engine: media in, findings out; print ids, never people.

An engine holds loaded models and nothing of what it saw, so one serves many scans, each segment on
its own: a crashed scan goes on with the segments that are missing. See `docs` for the flow.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fingerprint import deciding, hearing, likening, opening, scanning, seeing
from fingerprint.archive import Nearness, nearnesses
from fingerprint.calibration import Calibration
from fingerprint.content.printing import ContentPrint, read_content
from fingerprint.deciding import NO_CONTEXT, Context
from fingerprint.face.watching import FaceWatcher
from fingerprint.gallery import Gallery, GalleryEntry
from fingerprint.matching import Policy
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.media.models import Form, MediaInfo
from fingerprint.models import Finding, Modality, ModelCard, SampleReport, ScanMode, Span, Trace
from fingerprint.proofing.comparing import Comparer
from fingerprint.proofing.fineprint import FinePrint
from fingerprint.proofing.lips import Lips
from fingerprint.proofing.posing import Pose
from fingerprint.proofing.synchrony import Agreement, on_film
from fingerprint.quality import VoiceGates
from fingerprint.voice.listening import Listener

if TYPE_CHECKING:
    from fingerprint.pieces import Source

__all__ = [
    "Context",
    "Engine",
    "Gallery",
    "GalleryEntry",
    "Policy",
]  # what a caller of the engine needs

Progress = Callable[[float], None]
EVERYTHING = frozenset(Modality)


class Engine:
    """Loaded models, limits on media, and the policy that decides; for one thread at a time."""

    def __init__(
        self,
        models: dict[Modality, ModelCard],
        listener: Listener,
        watcher: FaceWatcher,
        calibrations: dict[str, Calibration | None],
        *,
        limits: Limits,
        policy: Policy,
    ) -> None:
        self._models = models
        self._listener = listener
        self._watcher = watcher
        self._calibrations = calibrations
        self._limits = limits
        self._policy = policy

    @classmethod
    def open(
        cls,
        models_dir: Path,
        *,
        threads: int,
        limits: Limits,
        policy: Policy | None = None,
        encoders: Mapping[Modality, str] | None = None,
    ) -> "Engine":
        """Load the models of a folder; raises Unavailable where they are missing or not as made.

        `encoders` names those that are not the shipped ones; raises NotFound for an unknown one.
        """
        parts = opening.open_parts(models_dir, threads, encoders)
        return cls(
            parts.cards,
            parts.listener,
            parts.watcher,
            parts.calibrations,
            limits=limits,
            policy=policy or Policy(),
        )

    @property
    def models(self) -> dict[Modality, ModelCard]:
        """The encoder of each modality."""
        return dict(self._models)

    @staticmethod
    def recalibrate(
        models_dir: Path,
        card: ModelCard,
        sources: "Iterable[Source]",
        *,
        wanted: set[str],
        threads: int,
    ) -> bool:
        """Measure an encoder on `sources` of `wanted` people unless it is; whether it is then."""
        from fingerprint.recalibrating import recalibrate  # noqa: PLC0415 - once per encoder

        return recalibrate(models_dir, card, sources, wanted=wanted, threads=threads)

    @property
    def policy(self) -> Policy:
        return self._policy

    def calibration(self, modality: Modality) -> Calibration | None:
        """The measured false match rates of a modality's encoder, where it was ever measured."""
        return self._calibrations[self._models[modality].model_id]

    def nearness(self) -> dict[str, Nearness]:
        """What a late search must look at, by encoder, of all whose calibration is known."""
        return nearnesses(self._calibrations)

    def probe(self, path: Path) -> MediaInfo:
        """Facts about a file; raises BadMedia, or NotFound where there is none."""
        return door.probe(path, self._limits)

    def content(
        self, path: Path, info: MediaInfo, *, sound: bool = True, picture: bool = True
    ) -> ContentPrint:
        """Which recording a file is, to be kept and compared; raises BadMedia."""
        return read_content(path, self._limits, info, sound=sound, picture=picture)

    def embed(self, path: Path, modality: Modality, *, excerpted: bool = False) -> SampleReport:
        """Judge an enrolment sample, film, sound or still, and make its template if it is fit.

        `excerpted` asks for a short piece beside it that a person can compare by. Raises BadMedia
        for a file that cannot be read or has no such stream.
        """
        model_id, limits = self._models[modality].model_id, self._limits
        if modality is Modality.VOICE:
            return hearing.voice_sample(
                self._listener, path, limits, model_id, VoiceGates(), excerpted=excerpted
            )
        info = self.probe(path)
        return seeing.face_sample(self._watcher, path, limits, info, model_id, excerpted=excerpted)

    def comparer(self, modality: Modality) -> Comparer | None:
        """Compares templates of this engine's encoder; `None` where it was never measured."""
        measured = self.calibration(modality)
        return None if measured is None else Comparer(measured)

    def fine_print(self, path: Path) -> FinePrint:
        """Which recording a short sound is, to be sealed; raises BadMedia."""
        return hearing.fine_sample(path, self._limits)

    def bursts(self, path: Path) -> tuple[tuple[Span, ...], int]:
        """The sounds of a short recording, and its length in ms; raises BadMedia."""
        return hearing.bursts_of(path, self._limits)

    def excerpt(self, path: Path, spans: Sequence[Span]) -> bytes | None:
        """At most ten seconds of what is said in `spans`, as Ogg Opus, for a person to hear."""
        return hearing.excerpt_of(path, self._limits, spans)

    def poses(self, path: Path) -> tuple[Pose, ...]:
        """Where the one head of a short film points, frame by frame; raises BadMedia."""
        return seeing.poses(self._watcher, path, self._limits)

    def mouth(self, path: Path) -> Lips:
        """What the mouth of the one face of a short film does; raises BadMedia."""
        return seeing.mouth(self._watcher, path, self._limits)

    def agreement(self, path: Path, turning: Span | None = None) -> Agreement | None:
        """Whether that mouth says what is heard, and what the head does while `turning`, which is
        a span of the sound; `None` without pictures. Raises BadMedia."""
        if self.probe(path).kind is not Form.FILM:
            return None
        sound, begins_ms = hearing.on_film(path, self._limits)
        return on_film(self.mouth(path), sound, begins_ms, turning)

    def segments(self, info: MediaInfo) -> tuple[Span, ...]:
        """The spans a scan goes through: a minute each, the last up to a quarter longer."""
        return scanning.segments(info)

    def scan_segment(
        self,
        path: Path,
        info: MediaInfo,
        span: Span,
        progress: Progress | None = None,
        *,
        modalities: Collection[Modality] = EVERYTHING,
        mode: ScanMode = ScanMode.THOROUGH,
        heed: hearing.Heed | None = None,
    ) -> tuple[Trace, ...]:
        """The voices and faces of a span; `progress` hears the share of it that is done.

        It is told several times a second, and what it raises ends the segment. `heed` is told what
        could not be read, whether or not anybody was found. Raises BadMedia where the file cannot
        be read to there.
        """
        scanner = scanning.Scanner(self._models, self._listener, self._watcher, self._limits)
        tell = progress or _silent
        return scanner.segment(path, info, span, tell, modalities=modalities, mode=mode, heed=heed)

    def decide(
        self,
        traces: Sequence[Trace],
        gallery: Gallery,
        *,
        allowed: Collection[str] | None = None,
        policy: Policy | None = None,
        context: Context = NO_CONTEXT,
    ) -> tuple[Finding, ...]:
        """One finding per trace of a submission, in their order; `traces` are all of it.

        Only `allowed` print ids are searched, where given.
        """
        return deciding.decide(
            traces,
            gallery,
            self._calibrations,
            policy or self._policy,
            allowed=allowed,
            context=context,
        )

    def alike(self, traces: Sequence[Trace], present: int) -> tuple[tuple[int, ...], ...]:
        """Which of the first `present` traces are one person, also with those known after them."""
        return likening.likenesses(traces, present, self._calibrations)


def _silent(_: float) -> None:
    """For callers who do not want to hear how far a segment is."""
