"""Which role a performer has in a cut: what is said nearest to the cut counts, newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from royalties.tariffs.models import Role


@dataclass(frozen=True, slots=True)
class Credit:
    """A role in a cut, or in every cut of a work; None takes back what was said there before."""

    scope_id: str
    performer_id: str
    role: Role | None
    seq: int


def roles_in(credits_: Iterable[Credit], scope_ids: Sequence[str]) -> dict[str, Role]:
    """Roles by performer; `scope_ids` are the cut, its work, and works above, nearest first."""
    place = {scope_id: -number for number, scope_id in enumerate(scope_ids)}
    newest: dict[tuple[str, str], Credit] = {}
    for one in sorted(credits_, key=lambda one: one.seq):
        newest[one.performer_id, one.scope_id] = one
    said = [one for one in newest.values() if one.role is not None and one.scope_id in place]
    found = {}
    for one in sorted(said, key=lambda one: place[one.scope_id]):
        found[one.performer_id] = one.role
    return {name: role for name, role in found.items() if role is not None}
