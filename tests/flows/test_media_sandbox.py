"""The process that decodes, held by the kernel: tried from the inside."""

import sys

import pytest

from fingerprint.media.sandbox import examine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux has these layers")
FILES = {"read", "write", "create", "remove"}


def need(*layers: str) -> None:
    missing = set(layers) - set(examine().layers)
    if missing:
        pytest.skip(f"this host does not hold {', '.join(sorted(missing))}")


def test_a_taken_over_decoder_can_do_nothing() -> None:
    need("seccomp")
    assert examine().open == ()


def test_unconfined_it_could_do_all_of_it() -> None:
    """A check that nothing fails would show nothing."""
    found = examine(())
    assert found.layers == ()
    assert FILES | {"network", "process", "program", "code"} <= set(found.open)


def test_the_filter_of_calls_holds_alone() -> None:
    need("seccomp")
    assert examine(("privileges", "seccomp")).open == ()


def test_landlock_keeps_files_without_the_filter_of_calls() -> None:
    need("landlock")
    assert not FILES & set(examine(("privileges", "landlock")).open)
