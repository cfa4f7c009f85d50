"""Pages with forms: they know whose session they belong to and say what was wrong."""

from collections.abc import Sequence
from typing import Any

from api.accounts.sessions import Visit
from api.web import texts
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
    **values: Any,
) -> FormResponse:
    """The page with its word against foreign forms, and an error above it where there is one."""
    text = render(
        template,
        lang,
        csrf="" if visit is None else visit.csrf,
        visit=visit,
        error=None if error is None else texts.told_of(lang, error),
        scripts=scripts,
        **values,
    )
    return FormResponse(text, status_code=200 if error is None else error.status)
