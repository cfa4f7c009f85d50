"""What a job works with: the open registry, the engine, and the prints to search for.

Engine and prints are opened by the first job that needs them and kept, because both take seconds.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.clock import utc_now
from core.errors import NotFound
from core.init import World
from core.principal import SearchCapability
from core.settings import Settings
from fingerprint.models import Modality
from registry.service import encoders
from registry.service.archive import ArchiveCache
from registry.service.gallery import GalleryCache
from registry.service.indexfile import IndexFile, Kind

if TYPE_CHECKING:
    from fingerprint.engine import Engine

LOG = logging.getLogger("ebenbild.worker")
Chosen = Mapping[Modality, str]
Opener = Callable[[Settings, Chosen], "Engine"]
_ENGINES_MAX = 2  # the one that serves, and one that is being prepared


def open_engine(settings: Settings, chosen: Chosen | None = None) -> "Engine":
    """The engine as the settings want it, with the `chosen` encoders in place of the shipped ones.

    Raises Unavailable with the missing step, NotFound for an encoder that is not installed.
    """
    # Imported here: erasing a performer must work on a machine that cannot load the models.
    from fingerprint import runtime  # noqa: PLC0415
    from fingerprint.engine import Engine  # noqa: PLC0415
    from fingerprint.matching import Policy  # noqa: PLC0415
    from fingerprint.media import forking  # noqa: PLC0415
    from fingerprint.media.limits import Limits  # noqa: PLC0415

    runtime.want(settings.providers)
    runtime.steady_memory()
    forking.prepare()  # it loads while the models do
    return Engine.open(
        settings.models_path,
        threads=settings.threads,
        limits=Limits(**settings.limits.model_dump()),
        policy=Policy(**settings.decision.model_dump()),
        encoders=chosen,
    )


def index_folder(settings: Settings) -> Path:
    """Where the sealed files of gallery and archive lie."""
    return settings.data_dir / "index"


class Tools:
    """One set per worker; used by one job at a time."""

    def __init__(
        self, world: World, stopping: threading.Event, opener: Opener = open_engine
    ) -> None:
        self.world = world
        self.stopping = stopping
        self._folder = index_folder(world.settings)
        self.cache = GalleryCache(IndexFile(self._folder, Kind.GALLERY))
        self._opener = opener
        self._chosen: dict[Modality, str] = {}
        self._engines: dict[tuple[tuple[Modality, str], ...], Engine] = {}
        self._archive: tuple[tuple[tuple[Modality, str], ...], ArchiveCache] | None = None

    @property
    def archive(self) -> ArchiveCache:
        """Everybody in past scans, to be found by a print that comes later.

        Made anew when another encoder comes into use: what is near differs by encoder.
        """
        chosen = tuple(sorted(self._chosen.items()))
        if self._archive is None or self._archive[0] != chosen:
            file = IndexFile(self._folder, Kind.ARCHIVE)
            self._archive = chosen, ArchiveCache(self.engine.nearness(), file)
        return self._archive[1]

    def keep(self) -> None:
        """Write what was opened into sealed files where that is due, for the next worker."""
        capability = SearchCapability("keeping-the-index", "worker")
        for cache in (self.cache, self._archive[1] if self._archive else None):
            if cache is not None and cache.is_due:
                try:
                    cache.save(self.world.db, self.world.vault, capability, at=utc_now())
                except NotFound:
                    LOG.info("something was erased while the index was written; left for later")

    def renew(self) -> None:
        """See which encoders are in use now: as a job begins, so that it has one to its end."""
        with self.world.db.read() as session:
            self._chosen = encoders.in_use(session)

    @property
    def engine(self) -> "Engine":
        """The recognition engine; raises Unavailable while its models are missing."""
        return self.engine_with({})

    def engine_with(self, other: Chosen) -> "Engine":
        """The engine with another encoder than the one in use; raises NotFound, Unavailable."""
        chosen = {**self._chosen, **other}
        key = tuple(sorted(chosen.items()))
        if key not in self._engines:
            while len(self._engines) >= _ENGINES_MAX:
                del self._engines[next(iter(self._engines))]
            self._engines[key] = self._opener(self.world.settings, chosen)
        return self._engines[key]
