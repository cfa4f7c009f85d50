"""What differs between two tariffs, field by field of their normal forms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from royalties.tariffs.documents import tariff_to_dict
from royalties.tariffs.models import Tariff


@dataclass(frozen=True, slots=True)
class Difference:
    """A field by its path, as it was and as it is; None where it is not there."""

    path: str
    old: str | int | None
    new: str | int | None


def differences(old: Tariff, new: Tariff) -> tuple[Difference, ...]:
    """Every field that is not the same, by path; none for one and the same tariff."""
    before, after = flat(tariff_to_dict(old)), flat(tariff_to_dict(new))
    return tuple(
        Difference(path, before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    )


def flat(document: Mapping[str, Any]) -> dict[str, str | int | None]:
    """A document as one level of paths and values: `params.steps.0.share`."""
    return dict(_flat(document, ""))


def _flat(value: object, path: str) -> Iterator[tuple[str, str | int | None]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _flat(item, f"{path}.{name}" if path else name)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for place, item in enumerate(value):
            yield from _flat(item, f"{path}.{place}")
    elif value is None or isinstance(value, str | int):
        yield path, value
