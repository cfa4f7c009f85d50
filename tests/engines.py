"""One engine with the real models for all tests of a run: making it takes longer than most."""

import atexit
import functools
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from core.errors import Unavailable
from fingerprint.engine import Engine
from fingerprint.media.limits import Limits
from fingerprint.weights.convert import convert_all


@functools.cache
def models_dir() -> Path:
    """The folder EBENBILD_MODELS names, else one converted from the installed packages."""
    if folder := os.environ.get("EBENBILD_MODELS"):
        return Path(folder)
    made = Path(tempfile.mkdtemp(prefix="ebenbild-models-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    convert_all(made, lambda *_: None)
    return made


@functools.cache
def _engine() -> Engine:
    return Engine.open(models_dir(), threads=2, limits=Limits())


def real_engine() -> Engine:
    """The engine, or a skip where the packages with the weights are not installed."""
    try:
        return _engine()
    except Unavailable as exc:
        pytest.skip(f"weights: {exc.message} {exc.next_step}")
