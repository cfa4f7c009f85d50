"""RFC 8785's own test files, byte for byte; numbers with a fraction are refused on purpose."""

import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from core.canonical import canonical
from core.errors import BadInput

NAMES = ("arrays", "french", "structures", "unicode", "values", "weird")


def has_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(has_float(item) for item in value.values())
    if isinstance(value, list):
        return any(has_float(item) for item in value)
    return isinstance(value, float)


@pytest.mark.parametrize("name", NAMES)
def test_the_published_files_come_out_byte_for_byte(vectors_dir: Path, name: str) -> None:
    folder = vectors_dir / "jcs"
    value = json.loads((folder / "input" / f"{name}.json").read_bytes())
    wanted = bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())
    # What we rest on writes all of them; we ourselves take no number that readers differ on.
    assert rfc8785.dumps(value) == wanted
    if has_float(value):
        with pytest.raises(BadInput):
            canonical(value)
    else:
        assert canonical(value) == wanted
