"""The tariffs that ship with the registry, in every version, read once.

They are part of the program, so a broken file is a fault of the program and names itself.
"""

from functools import cache
from importlib.resources import files

from core.canonical import parse_strict
from core.errors import Broken, EbenbildError
from royalties.tariffs.documents import tariff_from_dict
from royalties.tariffs.models import Tariff


@cache
def shipped() -> tuple[Tariff, ...]:
    """Every version of every tariff on file, by id and version; raises Broken for a faulty file."""
    folder = files("royalties").joinpath("data", "tariffs")
    found = []
    for entry in folder.iterdir():
        try:
            tariff = tariff_from_dict(parse_strict(entry.read_bytes()))
        except EbenbildError as exc:
            raise Broken(f"The tariff {entry.name} cannot be read: {exc}") from exc
        if entry.name != f"{tariff.id}.{tariff.version}.json":
            raise Broken(f"The tariff {entry.name} says that it is another one.")
        found.append(tariff)
    return tuple(sorted(found, key=lambda one: (one.id, one.version)))


def on_shelf(tariff_id: str, version: int | None = None) -> Tariff | None:
    """One shipped tariff, in this version or the newest; None where there is none."""
    known = [one for one in shipped() if one.id == tariff_id and version in (None, one.version)]
    return known[-1] if known else None
