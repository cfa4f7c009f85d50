"""Pages with forms: they know whose session they belong to and say what was wrong."""

from collections.abc import Sequence
from typing import Any

from api.accounts.models import Stage
from api.accounts.sessions import NOT_FRESH, Visit
from api.web.faulttexts import told_of
from api.web.navigation import Section, sections
from api.web.pages import render
from api.web.response import FormResponse
from core.errors import EbenbildError


def form_page(
    template: str,
    lang: str,
    visit: Visit | None = None,
    *,
    error: EbenbildError | None = None,
    scripts: Sequence[str] = (),
    here: str = "",
    **values: Any,
) -> FormResponse:
    """The page with its word against foreign forms, and an error above it where there is one.

    `here` is the address under which the menu knows the page.
    """
    text = render(
        template,
        lang,
        csrf="" if visit is None else visit.csrf,
        visit=visit,
        error=None if error is None else told_of(lang, error),
        stale=error is not None and error.code == NOT_FRESH,
        scripts=scripts,
        here=here,
        sections=_menu(visit),
        **values,
    )
    return FormResponse(text, status_code=200 if error is None else error.status)


def _menu(visit: Visit | None) -> tuple[Section, ...]:
    """The menu of whoever is wholly signed in; nobody else has one."""
    if visit is None or visit.session.stage is not Stage.FULL:
        return ()
    return sections(visit.principal)
