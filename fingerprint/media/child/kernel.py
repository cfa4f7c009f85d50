"""The few calls that Python 3.11 has no name for, through the C library that it runs on."""

import ctypes
import os

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38


def libc() -> ctypes.CDLL:
    """The C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def checked(result: int) -> int:
    """The result of a call; raises OSError for the value that says it failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def no_new_privileges() -> None:
    """No program that this process starts may gain rights (man 2 PR_SET_NO_NEW_PRIVS)."""
    checked(libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def not_dumpable() -> None:
    """No core dump, and no other process of the same user may look inside."""
    checked(libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0))


def unshare(flags: int) -> None:
    """Leave the parent's namespaces (man 2 unshare)."""
    checked(libc().unshare(flags))
