"""A declaration made once for a series and inherited by seasons, episodes and cuts.

What is said nearer to the cut wins, word by word; cast, extras and descriptors add up, because an
episode that names its guest does not mean that the others have left.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from registry.declaration import from_dict
from registry.models.works import Declaration

# What is listed by who it is about, what only adds up, and what is said share by share.
KEYED = ("uses", "figures")
ADDED = ("descriptors", "extras")
SHARES = "ai_use"


def effective(above: Sequence[Mapping[str, object]], own: Mapping[str, object]) -> Declaration:
    """The declaration that holds for a cut; `above` are those of its works, the topmost first.

    Raises `BadInput` naming what nobody has declared.
    """
    return from_dict(_merged((inherited(above), own)))


def inherited(above: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """What works declare together for a cut below them, the topmost first; a part or a whole."""
    return _merged([_marked(part) for part in above])


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a declaration says: the place of the declaration among those that count, and
    whether one nearer to the cut says something else in its stead."""

    place: int
    name: str
    value: object
    is_replaced: bool


def told_by(parts: Sequence[Mapping[str, object]]) -> tuple[Said, ...]:
    """Everything that these declarations say, the topmost first, each thing where it was said."""
    words = [(place, *word) for place, part in enumerate(parts) for word in _words(part)]
    last = {key: place for place, _, _, key in words if key}
    return tuple(
        Said(place, name, value, bool(key) and last[key] > place)
        for place, name, value, key in words
    )


def _words(part: Mapping[str, object]) -> Iterator[tuple[str, object, tuple[object, ...]]]:
    """(name, value, what it takes the place of): nothing for what only adds up."""
    for name, value in part.items():
        if name in KEYED and isinstance(value, list):
            yield from ((name, item, (name, *_key(item))) for item in value)
        elif name in ADDED and isinstance(value, list):
            yield from ((name, item, ()) for item in value)
        elif name == SHARES and isinstance(value, Mapping):
            yield from ((f"{name}.{key}", share, (name, key)) for key, share in value.items())
        else:
            yield name, value, (name,)


def _merged(parts: Sequence[Mapping[str, object]]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for part in parts:
        for name, value in part.items():
            merged[name] = _joined(name, merged.get(name), value)
    return merged


def _marked(part: Mapping[str, object]) -> Mapping[str, object]:
    listed = {name: part[name] for name in KEYED if isinstance(part.get(name), list)}
    marked = {
        name: [{**item, "inherited": True} for item in items]
        for name, items in listed.items()
        if isinstance(items, list)
    }
    return {**part, **marked}


def _joined(name: str, before: object, value: object) -> object:
    if name in KEYED and isinstance(before, list) and isinstance(value, list):
        named = [_key(item) for item in value]
        return [*(item for item in before if _key(item) not in named), *value]
    if name in ADDED and isinstance(before, list) and isinstance(value, list):
        return [*before, *value]
    if name == SHARES and isinstance(before, Mapping) and isinstance(value, Mapping):
        return {**before, **value}
    return value


def _key(use: object) -> tuple[object, ...]:
    if not isinstance(use, Mapping):
        return (repr(use),)
    return tuple(use.get(name) for name in ("performer_id", "kind", "modality", "character_id"))
