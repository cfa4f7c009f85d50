"""Private files: whole or not there, never replaced, nothing left beside them."""

import os
from pathlib import Path

import pytest

from core import files
from core.errors import Conflict


def test_a_private_file_bears_its_name_only_once_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, seen = tmp_path / "operator.key", []
    sync = os.fsync

    def watched(handle: int) -> None:
        seen.append(secret.exists())
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    files.create_private(secret, b"a key\n")
    assert seen == [False, True]  # the file, then its folder
    assert secret.read_bytes() == b"a key\n"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [secret]


def test_one_that_is_there_is_kept(tmp_path: Path) -> None:
    secret = tmp_path / "operator.key"
    files.create_private(secret, b"first")
    with pytest.raises(Conflict, match=r"operator\.key exists already"):
        files.create_private(secret, b"second")
    assert secret.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [secret]
