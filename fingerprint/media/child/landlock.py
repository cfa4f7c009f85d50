"""No path of the file system, no port, no signal to others: Landlock with an empty list of grants.

A second wall behind the filter of system calls, held by another part of the kernel. Linux 5.13 and
later: Documentation/userspace-api/landlock.rst.
"""

import os
import struct

from fingerprint.media.child.kernel import checked, libc

_CREATE, _RESTRICT = 444, 446  # the same number on every architecture
_ASK_VERSION = 1
_FILES = {1: 13, 2: 14, 3: 15, 5: 16}
"""Rights over files known from a version on: all bits below this one."""
_NET_FROM, _PORTS = 4, 2
_SCOPES_FROM, _SCOPES = 6, 2


def confine() -> int:
    """Forbid all of it for good; returns the version in force, raises OSError where there is none.

    Call it after no_new_privileges, while there is one thread.
    """
    version = checked(libc().syscall(_CREATE, None, 0, _ASK_VERSION))
    wanted = ruleset(version)
    rules = checked(libc().syscall(_CREATE, wanted, len(wanted), 0))
    try:
        checked(libc().syscall(_RESTRICT, rules, 0))
    finally:
        os.close(rules)
    return version


def ruleset(version: int) -> bytes:
    """struct landlock_ruleset_attr as this version of it knows it: everything handled."""
    bits = max(count for since, count in _FILES.items() if since <= version)
    fields = [(1 << bits) - 1]
    if version >= _NET_FROM:
        fields.append((1 << _PORTS) - 1)
    if version >= _SCOPES_FROM:
        fields.append((1 << _SCOPES) - 1)
    return struct.pack(f"={len(fields)}Q", *fields)
