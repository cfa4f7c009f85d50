"""Passages that say the same are told once: who, what, the verdict, and where it was found.

A voice that pauses gives many spans with one answer; a person reads the answer once and its times
beside it. The JSON keeps every span.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Item = Mapping[str, Any]


def grouped(spans: Sequence[Item]) -> list[dict[str, Any]]:
    """The first span of each group with `times` [(start_ms, end_ms)] and `total_ms` added.

    Groups stand in the order of their first span; spans differ when any reason's figures do.
    """
    groups: dict[str, dict[str, Any]] = {}
    for item in spans:
        group = groups.setdefault(_answer(item), {**item, "times": [], "total_ms": 0})
        group["times"].append((item["start_ms"], item["end_ms"]))
        group["total_ms"] += item["end_ms"] - item["start_ms"]
    return list(groups.values())


def found_alike(matches: Sequence[Item]) -> list[dict[str, Any]]:
    """The first of the matches that say the same of the same performer, with `times` of all.

    A voice that was pooled over a film has one answer for every stretch of it.
    """
    groups: dict[str, dict[str, Any]] = {}
    for match in matches:
        alike = ("performer_id", "modality", "decision", "fpir", "basis", "reasons")
        group = groups.setdefault(repr([match[name] for name in alike]), {**match, "times": []})
        group["times"] += [(span["start_ms"], span["end_ms"]) for span in match["spans"]]
    for group in groups.values():
        group["times"].sort()
    return list(groups.values())


def _answer(item: Item) -> str:
    return repr([(name, item[name]) for name in sorted(item) if name not in {"start_ms", "end_ms"}])
