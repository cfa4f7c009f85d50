"""What a job works with: the open registry, the engine, and the prints to search for.

Engine and prints are opened by the first job that needs them and kept, because both take seconds.
"""

import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from core.init import World
from core.settings import Settings
from registry.service.gallery import GalleryCache

if TYPE_CHECKING:
    from fingerprint.engine import Engine

Opener = Callable[[Settings], "Engine"]


def open_engine(settings: Settings) -> "Engine":
    """The engine as the settings want it; raises Unavailable with the missing step."""
    # Imported here: erasing a performer must work on a machine that cannot load the models.
    from fingerprint import runtime  # noqa: PLC0415
    from fingerprint.engine import Engine  # noqa: PLC0415
    from fingerprint.matching import Policy  # noqa: PLC0415
    from fingerprint.media.limits import Limits  # noqa: PLC0415

    runtime.want(settings.providers)
    return Engine.open(
        settings.models_path,
        threads=settings.threads,
        limits=Limits(**settings.limits.model_dump()),
        policy=Policy(**settings.decision.model_dump()),
    )


class Tools:
    """One set per worker; used by one job at a time."""

    def __init__(
        self, world: World, stopping: threading.Event, opener: Opener = open_engine
    ) -> None:
        self.world = world
        self.stopping = stopping
        self.cache = GalleryCache()
        self._opener = opener

    @cached_property
    def engine(self) -> "Engine":
        """The recognition engine; raises Unavailable while its models are missing."""
        return self._opener(self.world.settings)
