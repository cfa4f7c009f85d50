"""What the kernel holds for the process that decodes, layer by layer, where it has them.

Each layer alone would do for most of what a taken-over decoder could try; where a host lacks one
(a container's own filter, an old kernel, another system) the others stand. Called once everything
is loaded and before FFmpeg or Pillow sees the file: from then on no file can be opened, nothing be
sent, nothing be started. `ebenbild doctor` says which layers hold.
"""

import os
import sys
from collections.abc import Callable, Collection, Mapping

from fingerprint.media.child import kernel, landlock, seccomp

_NOBODY = 65534
_NEWNET, _NEWIPC, _NEWUSER = 0x40000000, 0x08000000, 0x10000000


def confine(names: Collection[str] | None = None) -> tuple[str, ...]:
    """Put up every layer that this host has, or those named of them; returns which hold."""
    if sys.platform != "linux":
        return ()
    wanted = LAYERS if names is None else {name: LAYERS[name] for name in LAYERS if name in names}
    return tuple(name for name, layer in wanted.items() if _holds(layer))


def _holds(layer: Callable[[], object]) -> bool:
    try:
        layer()
    except OSError:
        return False
    return True


def _own_namespaces() -> None:
    """A network without devices and no shared IPC; without root this takes a user namespace."""
    wanted = _NEWNET | _NEWIPC
    kernel.unshare(wanted if os.geteuid() == 0 else wanted | _NEWUSER)


def _nobody() -> None:
    """Root becomes nobody: limits on processes do not bind root, and files would open to it."""
    if os.geteuid() != 0:
        return
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)


LAYERS: Mapping[str, Callable[[], object]] = {
    "namespaces": _own_namespaces,
    "user": _nobody,
    "privileges": kernel.no_new_privileges,
    "dumps": kernel.not_dumpable,
    "landlock": landlock.confine,
    "seccomp": seccomp.confine,
}
"""All there are, in the order that lets each succeed."""
