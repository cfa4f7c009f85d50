"""What the README promises exists, and no file names a host or a machine's folder."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "fingerprint", "registry", "licensing", "royalties", "api", "witness")


def test_make_targets_named_in_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z][\w-]*)", (ROOT / "README.md").read_text("utf-8")))
    assert named <= targets


def test_constraints_name_no_host_and_no_folder() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    assert pinned
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", line) for line in pinned)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_it_is_for(package: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / package).rglob("*.py")
        if len(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "") < 20
    ]
    assert silent == []


def test_files_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if (lines := path.read_text("utf-8").count("\n")) > 400
    }
    assert long == {}


def test_no_document_holds_both_sides_of_a_merge() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    torn = [
        str(path.relative_to(ROOT))
        for path in pages
        if re.search(r"^(<{7}|={7}|>{7})( |$)", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert pages and torn == []


def test_no_two_test_files_share_a_name() -> None:
    """Outside packages the second of two files of one name cannot be collected."""
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    loose = [folder for folder in folders if not (folder / "__init__.py").exists()]
    names = [path.name for folder in loose for path in folder.glob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def test_every_place_that_seals_stands_in_the_table_of_seals() -> None:
    """What a seal is bound to is decided where it is made, so each such file says it there."""
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    named = set(re.findall(r"^\| [^|]+ \| `([\w/]+\.py)` \|", page, re.MULTILINE))
    sealing = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"\b(seal|seal_all|key_for)\b", text := path.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr in {"seal", "seal_all", "key_for"}
    }
    assert sealing - {"core/vault.py"} == named, "give it a row in docs/security.md"


def test_every_rule_file_stands_under_the_purity_contract() -> None:
    """Beside `store/` and `service/`, everything in these packages is a noun or a rule."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    (purity,) = (item for item in contracts if item["name"].startswith("2. "))
    held = {tuple(name.split(".")) for name in purity["source_modules"]}
    rules = {
        path.relative_to(ROOT).with_suffix("").parts
        for package in ("registry", "licensing", "royalties")
        for path in (ROOT / package).rglob("*.py")
        if path.stem != "__init__"
    }
    loose = {
        ".".join(parts)
        for parts in rules
        if parts[1] not in ("store", "service")
        and not held & {parts[:length] for length in range(2, len(parts) + 1)}
    }
    assert sorted(loose) == []
