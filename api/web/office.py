"""One way in which a society's pages are answered: whose book is read, and how it is shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from pydantic import ConfigDict
from sqlmodel import Session

from api.accounts.sessions import Visit
from api.deps import Language, Open, Reading
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now
from core.principal import Principal, holds
from core.vault import Vault
from royalties.models_evidence import Names
from royalties.service.booknames import names_of

# What an address asks for is read; what else stands in it, such as the language, is others'.
ASKED = ConfigDict(frozen=True)


@dataclass(frozen=True, slots=True)
class Office:
    """A visit to one of these pages; what it reads is one snapshot."""

    session: Session
    vault: Vault
    visit: Visit
    lang: str
    now: datetime

    @property
    def caller(self) -> Principal:
        """Who asks."""
        return self.visit.principal

    @property
    def clerk(self) -> bool:
        """Whether who asks may book, issue and match; others read alone."""
        return holds(self.caller, "usage")

    def names(self, **ids: Any) -> Names:
        """What those are called who stand in this book; takes what `names_of` takes."""
        return names_of(self.session, self.caller.tenant_id, **ids)

    def page(self, template: str, *, here: str, **values: Any) -> FormResponse:
        """The page with these values."""
        return form_page(template, self.lang, self.visit, here=here, may=self.clerk, **values)


def office_of(reading: Reading, world: Open, visit: SignedInVisit, lang: Language) -> Office:
    """The visit, with the book that it reads."""
    return Office(reading, world.vault, visit, lang, utc_now())


InOffice = Annotated[Office, Depends(office_of)]
