"""What a decoder may ask of the Linux kernel: memory, threads, time, and the descriptors it has.

Everything else is answered as if this kernel had no such call (ENOSYS), which libraries know to
live with; paths are refused with EACCES, terminals with ENOTTY. Numbers are Linux's, of x86-64
(arch/x86/entry/syscalls/syscall_64.tbl) and of AArch64 (include/uapi/asm-generic/unistd.h).
"""

from collections.abc import Mapping

AUDIT_ARCH: Mapping[str, int] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# name: (x86-64, AArch64); None where the architecture lacks it.
_Number = tuple[int | None, int | None]
_PLAIN: Mapping[str, _Number] = {
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "lseek": (8, 62),
    "close": (3, 57),
    "fstat": (5, 80),
    "fcntl": (72, 25),
    "poll": (7, None),
    "ppoll": (271, 73),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    "futex": (202, 98),
    "membarrier": (324, 283),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getrusage": (98, 165),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "getrandom": (318, 278),
    "sysinfo": (99, 179),
    "uname": (63, 160),
}
_JUDGED: Mapping[str, _Number] = {
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "clone": (56, 220),
    "tgkill": (234, 131),
    "prlimit64": (302, 261),
}
_PATHS: Mapping[str, _Number] = {
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "stat": (4, None),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
}
_TERMINAL: Mapping[str, _Number] = {"ioctl": (16, 29)}


def plain(machine: str) -> tuple[int, ...]:
    """Numbers of the calls that may be made with any arguments."""
    return tuple(_of(_PLAIN, machine).values())


def judged(machine: str) -> dict[str, int]:
    """Calls whose arguments decide: no memory that is both written and run, threads alone, signals
    to oneself, limits read and not set."""
    return _of(_JUDGED, machine)


def paths(machine: str) -> tuple[int, ...]:
    """Calls that name a file."""
    return tuple(_of(_PATHS, machine).values())


def terminal(machine: str) -> tuple[int, ...]:
    """Calls that ask whether a descriptor is a terminal."""
    return tuple(_of(_TERMINAL, machine).values())


def _of(table: Mapping[str, _Number], machine: str) -> dict[str, int]:
    column = list(AUDIT_ARCH).index(machine)
    found = {name: numbers[column] for name, numbers in table.items()}
    return {name: number for name, number in found.items() if number is not None}
