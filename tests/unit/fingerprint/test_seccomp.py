"""The filter of system calls, run through an interpreter of its own instructions."""

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.media.child import seccomp, syscalls

PID = 4711
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
MACHINES = sorted(syscalls.AUDIT_ARCH)
NUMBERS = {
    "x86_64": {"socket": 41, "connect": 42, "fork": 57, "execve": 59, "ptrace": 101, "clone3": 435},
    "aarch64": {"socket": 198, "connect": 203, "execve": 221, "ptrace": 117, "clone3": 435},
}


def verdict(machine: str, number: int, *arguments: int, arch: int | None = None) -> int:
    """What the kernel would answer: struct seccomp_data in, the value of the return out."""
    six = [*arguments, *[0] * (6 - len(arguments))]
    seen = struct.pack("=IIQ6Q", number, arch or syscalls.AUDIT_ARCH[machine], 0, *six)
    accumulator, at = 0, 0
    lines = seccomp.program(machine, PID)
    while True:
        code, true, false, operand = lines[at]
        at += 1
        if code == 0x06:
            return operand
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", seen, operand)
        elif code == 0x54:
            accumulator &= operand
        else:
            met = accumulator == operand if code == 0x15 else bool(accumulator & operand)
            at += true if met else false


@pytest.mark.parametrize("machine", MACHINES)
def test_what_a_decoder_needs_is_allowed(machine: str) -> None:
    assert {verdict(machine, number) for number in syscalls.plain(machine)} == {ALLOW}


@pytest.mark.parametrize("machine", MACHINES)
def test_what_it_does_not_need_is_unknown_to_it(machine: str) -> None:
    for number in NUMBERS[machine].values():
        assert verdict(machine, number) == ERRNO | errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_no_path_is_opened(machine: str) -> None:
    for number in syscalls.paths(machine):
        assert verdict(machine, number) == ERRNO | errno.EACCES


@pytest.mark.parametrize("machine", MACHINES)
def test_a_program_for_another_machine_is_ended(machine: str) -> None:
    assert verdict(machine, syscalls.plain(machine)[0], arch=0x40000003) == KILL


@given(st.sampled_from(MACHINES), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1))
def test_only_listed_calls_pass(machine: str, number: int, argument: int) -> None:
    listed = {*syscalls.plain(machine), *syscalls.judged(machine).values()}
    if verdict(machine, number, argument, argument, argument) == ALLOW:
        assert number in listed


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ["mmap", "mprotect"])
@given(protection=st.integers(0, 7))
def test_memory_is_written_or_run_never_both(machine: str, name: str, protection: int) -> None:
    allowed = verdict(machine, syscalls.judged(machine)[name], 0, 4096, protection) == ALLOW
    assert allowed == (protection & 6 != 6)


@pytest.mark.parametrize("machine", MACHINES)
def test_threads_start_and_processes_do_not(machine: str) -> None:
    clone = syscalls.judged(machine)["clone"]
    assert verdict(machine, clone, 0x003D0F00) == ALLOW  # what pthread_create asks for
    assert verdict(machine, clone, 17) == ERRNO | errno.EPERM  # SIGCHLD alone: fork


@pytest.mark.parametrize("machine", MACHINES)
def test_signals_go_to_oneself_alone(machine: str) -> None:
    tgkill = syscalls.judged(machine)["tgkill"]
    assert verdict(machine, tgkill, PID, PID, 6) == ALLOW
    assert verdict(machine, tgkill, PID + 1, PID + 1, 6) == ERRNO | errno.EPERM


@pytest.mark.parametrize("machine", MACHINES)
@given(pointer=st.integers(1, 2**64 - 1))
def test_limits_are_read_and_never_set(machine: str, pointer: int) -> None:
    prlimit = syscalls.judged(machine)["prlimit64"]
    assert verdict(machine, prlimit, 0, 7, 0) == ALLOW
    assert verdict(machine, prlimit, 0, 7, pointer) == ERRNO | errno.EPERM
