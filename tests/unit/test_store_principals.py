"""A query cannot be made without saying who asks: every store function is looked at.

A function that reads takes a principal, a capability for a declared purpose, or the right to look
for an account before anybody is known. Those that cannot are named here, each with its cause.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "fingerprint", "registry", "licensing", "royalties", "api")
ASKING = ("Principal", "SearchCapability", "Door")
QUERY = re.compile(r"\b(select|delete|update)\(|\.exec\(|exec_driver_sql|\bsql\(|get_one\(")
# Encoders are the registry's own; keys, revocations and purposes of a thing are read after
# the thing itself was; lines of usage are compared by hash, across tenants, so that none is paid
# twice; a challenge is taken by its own random name; how a certificate stands is public.
KNOWN_BARE = {
    "registry/store/encoders:choices",
    "registry/store/encoders:get_choice",
    "registry/store/purposes:withdrawn",
    "registry/store/keys:bindings",
    "licensing/store/certificates:last_change",
    "licensing/store/certificates:void_indices",
    "licensing/store/licences:revoked_indices",
    "licensing/store/standings:newest",
    "licensing/store/standings:performers_with",
    "royalties/store/intake:known_lines",
    "royalties/store/intake:reported",
    "api/accounts/store/sessions:take_once",
}
# Where SQL may stand besides `store`: the base that all others share, and the schema's own steps.
BASE = {"core", "api/schema.py"}


def files() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def is_store(path: Path) -> bool:
    return "store" in path.relative_to(ROOT).with_suffix("").parts


def test_sql_stands_in_stores_and_in_core_alone() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in files()
        if not is_store(path)
        and path.relative_to(ROOT).parts[0] != "core"
        and str(path.relative_to(ROOT)) not in BASE
        and re.search(r"from sqlmodel import .*\bselect\b|from sqlalchemy import", path.read_text())
    ]
    assert found == []


def test_every_query_of_a_store_says_who_asks() -> None:
    bare = [name for path in files() if is_store(path) for name in _bare(path)]
    assert sorted(set(bare) - KNOWN_BARE) == []
    assert sorted(KNOWN_BARE - set(bare)) == [], "named here, but no longer there"


def _bare(path: Path) -> list[str]:
    found = []
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        given = [*node.args.args, *node.args.kwonlyargs]
        kinds = " ".join(ast.unparse(arg.annotation) for arg in given if arg.annotation)
        asks = any(kind in kinds for kind in ASKING)
        reads = node.returns is not None and ast.unparse(node.returns) not in (
            "None",
            "bool",
            "int",
            "int | None",
        )
        if "Session" in kinds and reads and not asks and QUERY.search(ast.unparse(node)):
            found.append(f"{path.relative_to(ROOT).with_suffix('').as_posix()}:{node.name}")
    return found


@pytest.mark.parametrize("name", ["members", "open_invitations"])
def test_lists_of_people_take_the_principal(name: str) -> None:
    text = (ROOT / "api/accounts/store").glob("*.py")
    assert any(
        f"def {name}(session: Session, principal: Principal" in path.read_text() for path in text
    )
