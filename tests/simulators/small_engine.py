"""A small engine that really embeds, scans and decides - over media that are text files.

A medium is a JSON file that says who is to be heard and seen when; each name has a vector of its
own. So whole flows run in milliseconds with the product's own gallery and decisions that are
certain. `slow_ms` makes a segment take its time, so that a test can kill the worker within it.
"""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from core.errors import BadMedia
from core.settings import Settings
from fingerprint.archive import Nearness
from fingerprint.content.models import (
    GRID,
    PICTURE_HOP_MS,
    SOUND_HOP_MS,
    Box,
    PicturePrint,
    SoundPrint,
)
from fingerprint.content.printing import ContentPrint
from fingerprint.deciding import Context
from fingerprint.gallery import Gallery
from fingerprint.models import (
    Decision,
    Finding,
    Modality,
    ModelCard,
    Reason,
    SampleReport,
    ScanMode,
    Span,
    Template,
    Trace,
)
from fingerprint.proofing.fineprint import BANDS, FinePrint
from fingerprint.proofing.posing import Pose
from fingerprint.proofing.synchrony import Agreement
from fingerprint.proofing.turned import UNSEEN, Turned
from fingerprint.soundtracks import further

DIMENSION = 32
CROP, EXCERPT = b"a small picture", b"some seconds of sound"
ENROLLED = "what is enrolled of "
SEGMENT_MS = 10_000
MODELS = {
    modality: ModelCard(f"small-{modality}", modality, DIMENSION, "0" * 64, "CC0", "json")
    for modality in Modality
}

SHIPPED = frozenset({"", *(card.model_id for card in MODELS.values())})


def medium(
    duration_ms: int,
    *people: tuple[str, str, int, int],
    slow_ms: int = 0,
    content: Mapping[str, Sequence[tuple[str, int, int]]] | None = None,
    turns: Sequence[str] = (),
    said_at: Sequence[int] = (),
    mouth: float | None = None,
    jumps: float = 0.0,
    turned: str = "",
    notes: Sequence[str] = (),
    tracks: Sequence[Sequence[str]] = (),
    held: tuple[Path, int] | None = None,
) -> bytes:
    """Bytes of a medium; each of `people` is (name, modality, start_ms, end_ms).

    `turns` are movements of the one head, `said_at` the moments at which single words begin,
    `mouth` how well the filmed mouth goes with them, `jumps` how much the picture
    jumps before them, `turned` which way the head turns when it should,
    `notes` what its decoder says of each part, `tracks` who is heard in each sound track beside
    the first.

    `held` names a file and a moment: whoever comes to the part that begins there waits while the
    file exists.

    `content` names the recordings that sound and picture consist of, as (name, start_ms, end_ms).
    """
    heard = [
        {"name": name, "modality": modality, "start_ms": start, "end_ms": end}
        for name, modality, start, end in people
    ]
    script = {"duration_ms": duration_ms, "people": heard, "slow_ms": slow_ms}
    made = {**script, "content": content or {}, "turns": [*turns], "notes": [*notes]}
    made["tracks"] = [[*names] for names in tracks]
    made |= {} if mouth is None else {"mouth": mouth, "jumps": jumps, "turned": turned}
    waits = {"held": (str(held[0]), held[1])} if held else {}
    return json.dumps({**made, **waits, "said_at": [*said_at]}).encode()


def small_sound(pieces: Sequence[tuple[str, int, int]]) -> SoundPrint:
    """The print of a sound made of pieces of named recordings."""
    parts = []
    for name, start_ms, end_ms in pieces:
        words = _seeded(name).integers(0, 1 << 32, 4000, dtype=np.uint32)
        parts.append(words[start_ms // SOUND_HOP_MS : end_ms // SOUND_HOP_MS])
    bits = np.concatenate(parts)
    strong, none = np.full(len(bits), 0xFFFFFFFF, np.uint32), np.zeros(len(bits), np.uint32)
    return SoundPrint(bits, strong, none, np.full(len(bits), 200, np.uint8))


def small_picture(pieces: Sequence[tuple[str, int, int]]) -> PicturePrint:
    """The print of a film made of pieces of named recordings."""
    parts = []
    for name, start_ms, end_ms in pieces:
        blocks = _seeded(name).integers(0, 255, (500, GRID, GRID)).astype(np.uint8)
        parts.append(blocks[start_ms // PICTURE_HOP_MS : end_ms // PICTURE_HOP_MS])
    blocks = np.concatenate(parts)
    times = (np.arange(len(blocks)) * PICTURE_HOP_MS).astype(np.int32)
    return PicturePrint(times, blocks, Box(), 1.0)


def vector(name: str, model_id: str = "") -> np.ndarray:
    """The unit vector of a name, as an encoder with this id makes it."""
    raw = _seeded(name if model_id in SHIPPED else f"{model_id}:{name}").normal(size=DIMENSION)
    return (raw / np.linalg.norm(raw)).astype(np.float32)


def _take_time(script: Mapping[str, Any], start_ms: int) -> None:
    time.sleep(script["slow_ms"] / 1000)
    file, at_ms = script.get("held", ("", -1))
    while at_ms == start_ms and Path(file).exists():
        time.sleep(0.02)


def _seeded(name: str) -> np.random.Generator:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return np.random.default_rng(seed)


class SmallEngine:
    """Implements what workers use of `fingerprint.engine.Engine`."""

    scanned: ClassVar[list[tuple[Span, frozenset[Modality]]]] = []

    def __init__(self, chosen: Mapping[Modality, str] | None = None) -> None:
        self.models: Mapping[Modality, ModelCard] = {
            modality: replace(card, model_id=(chosen or {}).get(modality, card.model_id))
            for modality, card in MODELS.items()
        }

    @classmethod
    def open(
        cls, _settings: Settings, chosen: Mapping[Modality, str] | None = None
    ) -> "SmallEngine":
        return cls(chosen)

    @staticmethod
    def recalibrate(*_: object, **__: object) -> bool:
        return False

    def nearness(self) -> Mapping[str, Nearness]:
        return {card.model_id: Nearness(floor=0.8) for card in MODELS.values()}

    def probe(self, path: Path) -> Any:
        script = _read(path)
        count = 1 + len(script.get("tracks", []))
        return SimpleNamespace(duration_ms=script["duration_ms"], notes=(), n_audio_streams=count)

    def segments(self, info: Any) -> tuple[Span, ...]:
        starts = range(0, max(info.duration_ms, 1), SEGMENT_MS)
        return tuple(Span(at, min(at + SEGMENT_MS, max(info.duration_ms, 1))) for at in starts)

    def embed(self, path: Path, modality: Modality, *, excerpted: bool = False) -> SampleReport:
        script = _read(path)
        _take_time(script, 0)
        found = [who for who in script["people"] if who["modality"] == modality]
        if len(found) != 1:
            code = "too-little-speech" if modality is Modality.VOICE else "no-face"
            reason = Reason(code, {"speech_ms": 0, "needed_ms": 3000})
            return SampleReport(modality, False, (reason,), (), ())
        span = Span(found[0]["start_ms"], found[0]["end_ms"])
        template = self._template(found[0], span)
        kept = f"{ENROLLED}{found[0]['name']}".encode() if excerpted else None
        return SampleReport(modality, True, (), (template,), (span,), kept)

    def content(
        self, path: Path, _info: Any, *, sound: bool = True, picture: bool = True
    ) -> ContentPrint:
        made = _read(path).get("content", {})
        return ContentPrint(
            (small_sound(made["sound"]),) if sound and made.get("sound") else (),
            small_picture(made["picture"]) if picture and made.get("picture") else None,
        )

    def comparer(self, _modality: Modality) -> "SmallComparer":
        return SmallComparer()

    def fine_print(self, path: Path) -> FinePrint:
        """One frame of noise for every word of a recording: a medium says which it is."""
        said = [piece[0] for piece in _read(path).get("content", {}).get("sound", [])]
        levels = [_seeded(f"fine {name}").integers(60, 200, (200, BANDS)) for name in said]
        return FinePrint(np.concatenate([*levels, np.zeros((0, BANDS))]).astype(np.uint8))

    def bursts(self, path: Path) -> tuple[tuple[Span, ...], int]:
        """The sounds that the script names, by their beginnings."""
        script = _read(path)
        return tuple(Span(at, at + 500) for at in script["said_at"]), script["duration_ms"]

    def agreement(self, path: Path, turning: Span | None = None) -> Agreement | None:
        """As good as the script says; `None` where it films no mouth."""
        script = _read(path)
        if "mouth" not in script:
            return None
        left, right = (0.2 * (script["turned"] == way) for way in ("turn-left", "turn-right"))
        turned = UNSEEN if turning is None else Turned(left, right, 0.02)
        return Agreement(script["mouth"], 0.2, 0, 250, 250, 40.0, script["jumps"], turned)

    def excerpt(self, _path: Path, _spans: Sequence[Span]) -> bytes:
        return EXCERPT

    def poses(self, path: Path) -> tuple[Pose, ...]:
        """A second of rest, then each move of the script out and back."""
        aside = {"left": 0.2, "right": -0.2}
        down = {"up": -0.2, "down": 0.2}
        rest = [(0.0, 0.5)] * 8
        path_of = list(rest)
        for move in _read(path).get("turns", []):
            path_of += [(aside.get(move, 0.0), 0.5 + down.get(move, 0.0))] * 4 + rest[:4]
        return tuple(Pose(125 * n, 1, x, y) for n, (x, y) in enumerate(path_of))

    def scan_segment(
        self,
        path: Path,
        _info: Any,
        span: Span,
        progress: Callable[[float], None] | None = None,
        *,
        modalities: Collection[Modality] = frozenset(Modality),
        mode: ScanMode = ScanMode.THOROUGH,
        heed: Callable[[tuple[Reason, ...]], None] | None = None,
    ) -> tuple[Trace, ...]:
        script = _read(path)
        if heed is not None:
            heed(tuple(Reason(code, {}) for code in script.get("notes", [])))
        self.scanned.append((span, frozenset(modalities)))
        _take_time(script, span.start_ms)
        if progress is not None:
            progress(1.0)
        people = [who for who in script["people"] if who["modality"] in modalities]
        parts = [(who, _within(who, span)) for who in people]
        return tuple(
            _trace(
                Modality(who["modality"]),
                part,
                self._template(who, part),
                further(_track(script, who["name"])),
            )
            for who, part in parts
            if part.duration_ms > 0
        )

    def decide(
        self,
        traces: Sequence[Trace],
        gallery: Gallery,
        *,
        allowed: Collection[str] | None = None,
        context: Context | None = None,
    ) -> tuple[Finding, ...]:
        return tuple(
            _decide(number, trace, gallery, allowed) for number, trace in enumerate(traces)
        )

    @staticmethod
    def alike(traces: Sequence[Trace], present: int) -> tuple[tuple[int, ...], ...]:
        """Those with the same vector are one."""
        groups: dict[bytes, list[int]] = {}
        for place, trace in enumerate(traces):
            key = trace.modality.encode() + trace.template.vector.tobytes()
            groups.setdefault(key, []).append(place)
        return tuple(tuple(group) for group in groups.values() if group[0] < present)

    def _template(self, who: Mapping[str, Any], span: Span) -> Template:
        modality = Modality(who["modality"])
        model_id = self.models[modality].model_id
        found = vector(who["name"], model_id)
        return Template(modality, found, model_id, span.duration_ms, 1.0)


class SmallComparer:
    """Two vectors are of one person when they are the same one."""

    @staticmethod
    def deviations(asked: Sequence[Template], others: Sequence[Template]) -> np.ndarray:
        return np.array([[10 * float(a.vector @ b.vector) for b in others] for a in asked])

    @staticmethod
    def is_near(mine: Template, others: Sequence[Template], _fpir_max: float) -> np.ndarray:
        return np.array([float(mine.vector @ other.vector) >= 0.9 for other in others], bool)


def _track(script: Mapping[str, Any], name: str) -> int:
    tracks = script.get("tracks", [])
    return next((number for number, names in enumerate(tracks, 1) if name in names), 0)


def _trace(
    modality: Modality, part: Span, template: Template, reasons: tuple[Reason, ...] = ()
) -> Trace:
    seen = modality is Modality.FACE
    crop, excerpt = (CROP, None) if seen else (None, EXCERPT)
    return Trace(modality, (part,), template, crop, reasons, excerpt)


def _decide(
    number: int, trace: Trace, gallery: Gallery, allowed: Collection[str] | None
) -> Finding:
    queries = trace.template.vector[None, :]
    model_id = trace.template.model_id
    found, _ = gallery.search(trace.modality, model_id, queries, top=1, allowed=allowed)
    best = found[0][0] if found[0] else None
    if best is None or best.score < 0.9:
        return Finding(number, Decision.UNKNOWN, None, 0.0, None, 1.0, "small-1", ())
    short = trace.spans[0].duration_ms < 3000
    decision = Decision.REVIEW if short else Decision.MATCH
    reasons = (Reason("too-little-speech", {"speech_ms": 1, "needed_ms": 3000}),) if short else ()
    return Finding(number, decision, best.print_id, best.score, None, 1e-6, "small-1", reasons)


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError as exc:
        raise BadMedia("This is no medium.", next_step="Hand in a film.") from exc
    return found


def _within(who: Mapping[str, Any], span: Span) -> Span:
    start = max(who["start_ms"], span.start_ms)
    return Span(start, max(start, min(who["end_ms"], span.end_ms)))
