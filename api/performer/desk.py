"""One way in which every page of performers is answered: who visits, for whom, what is shown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from sqlmodel import Session

from api.accounts.sessions import Visit
from api.deps import Language, Open
from api.paging import Asked, Window
from api.performer.whom import COOKIE, Whom, everybody, whom
from api.visiting import SignedInVisit, is_local
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now
from core.errors import NotFound
from core.ids import is_id
from core.init import World
from registry.models.mandates import Act

SECONDS = 365 * 86_400
Show = Callable[[Session, Whom, datetime], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class At:
    """What the address of a page asks for: a part of a list, and whom it is about."""

    request: Request
    window: Window
    asked: str

    @property
    def names_a_thing(self) -> bool:
        """Whether its path holds the id of something that is one performer's alone."""
        return any(is_id(name[:3], name) for name in self.request.path_params.values())


@dataclass(frozen=True, slots=True)
class Desk:
    """A visit to one of these pages."""

    world: World
    visit: Visit
    lang: str
    at: At

    @property
    def window(self) -> Window:
        """Which part of a list is asked for."""
        return self.at.window

    def answer(
        self,
        template: str,
        show: Show,
        *,
        here: str,
        scripts: Sequence[str] = (),
        needs: Act = Act.READ,
    ) -> FormResponse:
        """The page that `show` fills; where one acts for nobody yet, how that begins.

        To an agent whose mandates do not name what it `needs` it says so, and how to get there.
        Raises `NotFound` where the address names a thing, and one acts for nobody.
        """
        now, request, asked = utc_now(), self.at.request, self.at.asked
        kept = request.cookies.get(COOKIE, "")
        with self.world.db.read() as session:
            found = whom(session, self.visit.principal, asked=asked, kept=kept, now=now)
            if found is None and request.path_params:
                raise NotFound("There is nothing here for you.", next_step="See for whom you act.")
            values: Mapping[str, Any] = {"needs": needs}
            if found is not None:
                found, values = self._opened(session, found, show, needs, now)
        whole = found is not None and found.may(needs)
        made = form_page(
            template if whole else "withheld.html" if found else "nobody.html",
            self.lang,
            self.visit,
            here=here,
            scripts=scripts if whole else (),
            whom=found,
            of_whom="" if found is None else found.whose,
            now=now,
            **values,
        )
        about = asked or (found.performer.id if found is not None and found.several else "")
        if about and about != kept:
            secure = not is_local(request)
            made.set_cookie(COOKIE, about, SECONDS, secure=secure, httponly=True, samesite="lax")
        return made

    def _opened(
        self, session: Session, found: Whom, show: Show, needs: Act, now: datetime
    ) -> tuple[Whom, Mapping[str, Any]]:
        """Whom the page turns out to be about, and what fills it; raises `NotFound`."""
        missing: NotFound | None = None
        for each in self._candidates(session, found, now):
            if each.may(needs):
                try:
                    return each, show(session, each, now)
                except NotFound as exc:
                    missing = missing or exc
        if missing is not None and found.may(needs):
            raise missing
        return found, {"needs": needs}

    def _candidates(self, session: Session, found: Whom, now: datetime) -> Iterator[Whom]:
        """The performer kept; then, where the address names one thing, whoever else it may be of.

        A link to a licence or a use leads there whoever was looked at last.
        """
        yield found
        if not self.at.asked and self.at.names_a_thing:
            everyone = everybody(session, self.visit.principal, now=now)
            yield from (one for one in everyone if one.performer.id != found.performer.id)


def at_of(
    request: Request,
    window: Asked,
    asked: Annotated[str, Query(alias="for", max_length=64)] = "",
) -> At:
    """What the address asks for."""
    return At(request, window, asked)


def desk_of(
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    at: Annotated[At, Depends(at_of)],
) -> Desk:
    """The visit, with what its address asks for."""
    return Desk(world, visit, lang, at)


AtDesk = Annotated[Desk, Depends(desk_of)]
