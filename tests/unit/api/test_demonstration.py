"""What a demonstration's application hands out says where it comes from; no other's does."""

import io

import pytest
from pypdf import PdfReader

from api.demonstration import Stamped
from api.web.forms import form_page
from api.web.paper import paragraph, pdf
from api.web.texts import LANGUAGES, text


def handed_out(lang: str) -> tuple[str, str]:
    """A page, and the text of a paper."""
    paper = pdf(lambda: [paragraph("Said")], title="T", lang=lang, foot=lambda *_: "Foot")
    found = form_page("problem.html", lang, code="not-found", meaning="problem.other")
    page = bytes(found.body).decode()
    return page, PdfReader(io.BytesIO(paper)).pages[0].extract_text()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_and_a_paper_are_stamped_within_and_never_outside(lang: str) -> None:
    made: list[tuple[str, str]] = []

    async def app(*_: object) -> None:
        made.append(handed_out(lang))

    async def nothing(*_: object) -> None: ...

    with pytest.raises(StopIteration):  # it waits for nothing, so one step ends it
        Stamped(app)({"type": "http"}, nothing, nothing).send(None)  # type: ignore
    stamp = text(lang, "stamp.demonstration")
    assert all(stamp in " ".join(one.split()) for one in made[0])
    assert not any(stamp in " ".join(one.split()) for one in handed_out(lang))
