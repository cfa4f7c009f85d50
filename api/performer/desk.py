"""One way in which every page of performers is answered: who visits, for whom, what is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from sqlmodel import Session

from api.accounts.sessions import Visit
from api.deps import Language, Open
from api.paging import Asked, Window
from api.performer.whom import COOKIE, Whom, whom
from api.visiting import SignedInVisit, is_local
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now
from core.errors import NotFound
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
            whole = found is not None and found.may(needs)
            values = show(session, found, now) if found and whole else {"needs": needs}
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
        if asked:
            secure = not is_local(request)
            made.set_cookie(COOKIE, asked, SECONDS, secure=secure, httponly=True, samesite="lax")
        return made


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
