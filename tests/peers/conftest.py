"""Where Node.js and its packages are missing, the peers are skipped and say why."""

import shutil

import pytest

from tests.peers.npm_programs import NPM


@pytest.fixture(scope="session")
def node() -> str:
    """The Node.js program, with our peers installed beside the tests."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("npm peers: Node.js is not installed")
    if not (NPM / "node_modules").is_dir():
        pytest.skip("npm peers: run `npm install --no-package-lock` in tests/peers/npm")
    return program
