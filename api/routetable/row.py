"""One row of the authorisation table, and short ways to write it."""

from dataclasses import dataclass
from enum import StrEnum

from registry.models.mandates import Act


class Reach(StrEnum):
    """Whose things a route reaches: none by name, the organisation's, one's own, everybody's."""

    NOTHING = "nothing"
    ORGANISATION = "organisation"
    PERSON = "person"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Row:
    """Who may reach a route; any one of `needs` opens it, none means whoever is signed in.

    `answers_nothing` gives an empty answer for foreign things instead of 404; `looks_first` hides
    a foreign thing also from whoever lacks the scope; `may_lack` says that one's own thing may
    have nothing to show; `operator_reaches` that the operator reaches everybody's. `page` marks
    what browsers get, `entrance` where people prove who they are, and are refused for what they
    sent; `half_way` is only for who has given a password and owes a second factor; an
    `attested` thing is reached by attesters, whoever's it is. `acts` are those of which a mandate
    has to name one before an agent of the performer's own side gets through; `lent` says that it
    lets another organisation through as well. What is `fresh` asks people for a sign-in of the last
    ten minutes.
    """

    method: str
    path: str
    needs: frozenset[str] = frozenset()
    reach: Reach = Reach.NOTHING
    public: bool = False
    answers_nothing: bool = False
    looks_first: bool = False
    may_lack: bool = False
    operator_reaches: bool = False
    page: bool = False
    entrance: bool = False
    half_way: bool = False
    attested: bool = False
    acts: tuple[Act, ...] = ()
    lent: bool = True
    fresh: bool = False


def public(method: str, path: str) -> Row:
    """A route for anybody, with or without a key."""
    return Row(method, path, public=True)


def row(
    method: str,
    path: str,
    *needs: str,
    reach: Reach | None = None,
    acts: tuple[Act, ...] = (),
    **more: bool,
) -> Row:
    """A route for callers with one of `needs`; a name in its path is the organisation's."""
    named = Reach.ORGANISATION if "{" in path else Reach.NOTHING
    reached = named if reach is None else reach
    return Row(method, path, frozenset(needs), reached, acts=acts, **more)
