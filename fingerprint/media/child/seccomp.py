"""The kernel's filter over this process's system calls, as a classic BPF program.

A list of what is allowed, not of what is forbidden, so that calls nobody thought of are refused.
Linux, Documentation/userspace-api/seccomp_filter.rst; man 2 seccomp.
"""

import ctypes
import errno
import os
import platform
import struct

from fingerprint.media.child import syscalls
from fingerprint.media.child.kernel import checked, libc

_SET_MODE_FILTER, _TSYNC = 1, 1
_SYSCALL = {"x86_64": 317, "aarch64": 277}
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_AND = 0x54
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
_CLONE_THREAD = 0x00010000
_WRITE_AND_RUN = 2 | 4  # PROT_WRITE | PROT_EXEC
Instruction = tuple[int, int, int, int]


def confine() -> None:
    """Put the filter on all threads of this process, for good; raises OSError where it cannot."""
    machine = platform.machine()
    if machine not in _SYSCALL:
        raise OSError(errno.ENOSYS, "no list of system calls for this machine")
    code = b"".join(struct.pack("=HBBI", *line) for line in program(machine, os.getpid()))
    buffer = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog: a count of eight-byte instructions, padding, a pointer.
    wanted = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    checked(libc().syscall(_SYSCALL[machine], _SET_MODE_FILTER, _TSYNC, wanted))


def program(machine: str, pid: int) -> list[Instruction]:
    """The instructions, as (code, jump if true, jump if false, operand)."""
    lines = [
        *_only_if(_ARCH, syscalls.AUDIT_ARCH[machine]),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for number in syscalls.plain(machine):
        lines += _case(number, [(_RETURN, 0, 0, _ALLOW)])
    for name, number in syscalls.judged(machine).items():
        lines += _case(number, _JUDGEMENTS[name](pid))
    for number in syscalls.paths(machine):
        lines += _case(number, [_refuse(errno.EACCES)])
    for number in syscalls.terminal(machine):
        lines += _case(number, [_refuse(errno.ENOTTY)])
    return [*lines, _refuse(errno.ENOSYS)]


def _only_if(offset: int, value: int) -> list[Instruction]:
    return [(_LOAD, 0, 0, offset), (_EQUAL, 1, 0, value), (_RETURN, 0, 0, _KILL)]


def _case(number: int, then: list[Instruction]) -> list[Instruction]:
    return [(_EQUAL, 0, len(then), number), *then]


def _refuse(number: int) -> Instruction:
    return (_RETURN, 0, 0, _ERRNO | number)


def _argument(index: int) -> Instruction:
    """Load the low half of an argument: all values that are judged fit into it."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index)


def _not_written_and_run(_pid: int) -> list[Instruction]:
    return [
        _argument(2),
        (_AND, 0, 0, _WRITE_AND_RUN),
        (_EQUAL, 0, 1, _WRITE_AND_RUN),
        _refuse(errno.EACCES),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _threads_only(_pid: int) -> list[Instruction]:
    return [
        _argument(0),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        _refuse(errno.EPERM),
    ]


def _to_oneself(pid: int) -> list[Instruction]:
    return [
        _argument(0),
        (_EQUAL, 0, 1, pid),
        (_RETURN, 0, 0, _ALLOW),
        _refuse(errno.EPERM),
    ]


def _reading_only(_pid: int) -> list[Instruction]:
    """A new limit is a pointer; none of it, in either half, may be set."""
    low, high = _ARGUMENTS + 16, _ARGUMENTS + 20
    return [
        (_LOAD, 0, 0, low),
        (_EQUAL, 0, 3, 0),
        (_LOAD, 0, 0, high),
        (_EQUAL, 0, 1, 0),
        (_RETURN, 0, 0, _ALLOW),
        _refuse(errno.EPERM),
    ]


_JUDGEMENTS = {
    "mmap": _not_written_and_run,
    "mprotect": _not_written_and_run,
    "clone": _threads_only,
    "tgkill": _to_oneself,
    "prlimit64": _reading_only,
}
