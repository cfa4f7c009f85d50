"""A declaration made once for a series and inherited by seasons, episodes and cuts.

What is said nearer to the cut wins, word by word; cast, extras and descriptors add up, because an
episode that names its guest does not mean that the others have left.
"""

from collections.abc import Mapping, Sequence

from registry.declaration import from_dict
from registry.models.works import Declaration


def effective(above: Sequence[Mapping[str, object]], own: Mapping[str, object]) -> Declaration:
    """The declaration that holds for a cut; `above` are those of its works, the topmost first.

    Raises `BadInput` naming what nobody has declared.
    """
    return from_dict(_merged((inherited(above), own)))


def inherited(above: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """What works declare together for a cut below them, the topmost first; a part or a whole."""
    return _merged([_marked(part) for part in above])


def _merged(parts: Sequence[Mapping[str, object]]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for part in parts:
        for name, value in part.items():
            merged[name] = _joined(name, merged.get(name), value)
    return merged


def _marked(part: Mapping[str, object]) -> Mapping[str, object]:
    listed = {name: part[name] for name in ("uses", "figures") if isinstance(part.get(name), list)}
    marked = {
        name: [{**item, "inherited": True} for item in items]
        for name, items in listed.items()
        if isinstance(items, list)
    }
    return {**part, **marked}


def _joined(name: str, before: object, value: object) -> object:
    if name in ("uses", "figures") and isinstance(before, list) and isinstance(value, list):
        named = [_key(item) for item in value]
        return [*(item for item in before if _key(item) not in named), *value]
    if name in ("descriptors", "extras") and isinstance(before, list) and isinstance(value, list):
        return [*before, *value]
    if name == "ai_use" and isinstance(before, Mapping) and isinstance(value, Mapping):
        return {**before, **value}
    return value


def _key(use: object) -> tuple[object, ...]:
    if not isinstance(use, Mapping):
        return (repr(use),)
    return tuple(use.get(name) for name in ("performer_id", "kind", "modality", "character_id"))
