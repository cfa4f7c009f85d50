"""Reads a declaration file and finds, or makes, the work and the cut that it names.

So a studio needs one file and one command. Fields are named as the API names them, and are checked
by the same rules; the names that files had before are still read. TOML 1.0, https://toml.io/en/v1.0.0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.cli.termsfile import check_names, read_toml
from core.errors import BadInput
from registry.declaration import check_partial, from_dict

if TYPE_CHECKING:
    from api.client import Client

SECTIONS = {"work", "cut", "release", "ai_use", "use", "extra", "figure"}
WORK_KEYS = {"id", "title", "level"}
CUT_KEYS = {"id", "label", "format", "language"}
RELEASE_KEYS = {"release_at", "territories", "medium", "language", "ai_labelled", "dataset"}
FIGURE_KEYS = {"character_id"}
EXTRA_KEYS = {"reference", "count", "where"}
RELEASE_KEYS |= {"stage", "audience_test_days", "descriptors"}
AI_KEYS = {"script", "visuals", "voice", "effects"}
USE_KEYS = {"performer_id", "kind", "modality", "engagement_ref", "privilege"}
# What a name was before, by where it stands.
FORMER = {
    "the file": {"ai": "ai_use"},
    "[release]": {"date": "release_at"},
    "use": {"performer": "performer_id"},
    "figure": {"id": "character_id"},
}


@dataclass(frozen=True, slots=True)
class UseFile:
    """A declaration file, taken apart: where the cut belongs, and what is declared about it."""

    work: Mapping[str, Any]
    cut: Mapping[str, Any]
    declaration: Mapping[str, Any]


def read(path: Path) -> UseFile:
    """The declaration in `path`; raises BadInput naming the field that is wrong.

    What the works above the cut declare may be left out.
    """
    data = _renamed("the file", read_toml(path, code="bad-declaration"))
    _only("the file", data, SECTIONS)
    work, cut = _table(data, "work", WORK_KEYS), _table(data, "cut", CUT_KEYS)
    declared = _declaration(data, cut)
    # Checked here too: nobody should send a film to learn of a misspelt word.
    check_partial(declared)
    return UseFile(work, cut, declared)


def _declaration(data: Mapping[str, Any], cut: Mapping[str, Any]) -> dict[str, Any]:
    release = _table(data, "release", RELEASE_KEYS)
    declared = dict(release)
    if "release_at" in release:
        declared["release_at"] = _day(release["release_at"])
    if "language" in cut:
        declared.setdefault("language", cut["language"])
    if "ai_use" in data:
        declared["ai_use"] = dict(_table(data, "ai_use", AI_KEYS))
    listed = {
        "uses": _sections(data, "use", USE_KEYS),
        "extras": _sections(data, "extra", EXTRA_KEYS),
        "figures": _sections(data, "figure", FIGURE_KEYS),
    }
    return {**declared, **{name: items for name, items in listed.items() if items}}


def _day(value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as exc:
        raise _bad("[release] release_at must be a day like 2027-01-31, without a time.") from exc


def _sections(data: Mapping[str, Any], name: str, known: set[str]) -> list[dict[str, Any]]:
    found = data.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise _bad(f"Write each {name} as a section of its own: [[{name}]].")
    read = [_renamed(name, item) for item in found]
    for number, item in enumerate(read, start=1):
        _only(f"{name} {number}", item, known)
    return read


def cut_for_each(file: UseFile, films: Sequence[Path]) -> list[tuple[Path, UseFile]]:
    """Several films under one declaration: each is a cut of its own, called as its file is."""
    if "id" in file.cut or "label" in file.cut:
        raise _bad("Several films need several cuts: leave label and id out of [cut].")
    names = [film.stem for film in films]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _bad(f"Two films are called {twice[0]}: each names its cut.")
    return [(film, replace(file, cut={**file.cut, "label": film.stem})) for film in films]


def find_cut(client: "Client", file: UseFile) -> str:
    """The id of the cut that the file names; the work and the cut are made where missing."""
    if "id" in file.cut:
        return str(file.cut["id"])
    work_id = _find_work(client, file.work)
    label = str(file.cut.get("label", "main"))
    for cut in client.pages("/v1/cuts", work_id=work_id):
        if cut["label"] == label:
            _check_format(cut, file.cut)
            return str(cut["id"])
    made = client.post(
        f"/v1/works/{work_id}/cuts",
        {
            "label": label,
            "format": file.cut.get("format", "feature"),
            "language": file.cut.get("language", file.declaration.get("language", "und")),
        },
    )
    return str(made["id"])


def _check_format(cut: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """A licence may be for some formats only: nobody is told of one format and decided on another.

    Raises BadInput where the file says of a cut that exists something else than the registry.
    """
    if wanted.get("format", cut["format"]) != cut["format"]:
        raise BadInput(
            f"The cut {cut['label']} exists already, and its format is {cut['format']}, "
            f"not {wanted['format']}.",
            next_step="Give a cut of another format a label of its own.",
            code="bad-declaration",
        )


def check_whole(client: "Client", cut_id: str, file: UseFile) -> None:
    """Raises BadInput for what neither the file nor a work above the cut declares.

    Asked before the film is sent: nobody should send one to learn that a date is missing.
    """
    inherited = client.get(f"/v1/cuts/{cut_id}/declaration")["declaration"]
    from_dict({**inherited, **file.declaration})


def _find_work(client: "Client", work: Mapping[str, Any]) -> str:
    if "id" in work:
        return str(work["id"])
    title = str(work.get("title", "")).strip()
    if not title:
        raise _bad("Name the work: [work] with a title, or with the id of one that exists.")
    for known in client.pages("/v1/works"):
        if known["title"] == title:
            return str(known["id"])
    made = client.post("/v1/works", {"title": title, "level": work.get("level", "film")})
    return str(made["id"])


def _renamed(where: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The same under the names of today; a name of before beside its own is left to be refused."""
    former = FORMER.get(where, {})
    return {
        name if former.get(name, name) in data else former[name]: value
        for name, value in data.items()
    }


def _table(data: Mapping[str, Any], name: str, known: set[str]) -> Mapping[str, Any]:
    found = data.get(name, {})
    if not isinstance(found, dict):
        raise _bad(f"Write [{name}] as a section.")
    read = _renamed(f"[{name}]", found)
    _only(f"[{name}]", read, known)
    return read


def _only(where: str, data: Mapping[str, Any], known: set[str]) -> None:
    check_names(where, data, known, code="bad-declaration")


def _bad(message: str) -> BadInput:
    return BadInput(
        message,
        next_step="Mend the declaration file and run the command again.",
        code="bad-declaration",
    )
