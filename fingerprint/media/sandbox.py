"""How well this host holds the process that decodes: tried, not believed."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import Broken
from fingerprint.media.launch import FLAGS, environment

TRIAL = "fingerprint.media.child.trial"
SECONDS_MAX = 30


@dataclass(frozen=True, slots=True)
class Sandbox:
    """`layers` that the kernel took; `open`, what a taken-over decoder could still do."""

    layers: tuple[str, ...]
    open: tuple[str, ...]


def examine(layers: Sequence[str] | None = None, *, forked: bool = False) -> Sandbox:
    """Start a process as decoders are started and let it try, with all layers or those named.

    `forked` lets a copy of it try, as a worker's decoders are. Raises Broken where none starts.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "target"
        target.touch()
        named = [] if layers is None else [",".join(layers)]
        how = "forked" if forked else "started"
        command = [sys.executable, *FLAGS, "-m", TRIAL, str(target), how, *named]
        try:
            tried = subprocess.run(
                command, env=environment(), capture_output=True, timeout=SECONDS_MAX, check=True
            )
            said = json.loads(tried.stdout)
        except (subprocess.SubprocessError, ValueError) as exc:
            raise Broken(
                "The media process does not start.", next_step="Install Ebenbild again."
            ) from exc
    return Sandbox(tuple(said["layers"]), tuple(said["open"]))
