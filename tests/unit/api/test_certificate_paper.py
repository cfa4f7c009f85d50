"""A certificate on paper: everything that it says, in both languages, the same bytes again."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from api.web import paper, texts
from api.web.certificatepdf import certificate_pdf
from licensing.attached import attached
from licensing.certificate import signed_certificate
from tests.unit.licensing.test_certificate import FACTS, FULL, KEY

NAMES = {"prf_a": "Anna Świątek"}
SIGNED = signed_certificate(FULL, KEY)


def said(data: bytes) -> str:
    pages = PdfReader(BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_the_same_certificate_makes_the_same_bytes(lang: str) -> None:
    assert certificate_pdf(SIGNED, NAMES, lang) == certificate_pdf(SIGNED, NAMES, lang)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("about 8 of 100 (1 to 31)", "7 people", "not measurable", "dub 2", "Page 1 of")),
        ("de", ("etwa 8 von 100 (1 bis 31)", "7 Personen", "nicht messbar", "Seite 1 von")),
    ],
)
def test_paper_says_what_the_bytes_say(lang: str, words: tuple[str, ...]) -> None:
    found = said(certificate_pdf(SIGNED, NAMES, lang))
    facts = (FULL.title, FULL.media.sha256, "prf_a", "lic_a", FULL.issuer, "Say so.", "t-2")
    for wanted in (*words, *facts, f"{FULL.base_url}/certificates/{FULL.id}"):
        assert wanted.replace(" ", "") in found.replace(" ", ""), wanted
    for key in texts.catalogue("en"):
        assert key not in found.split(), key


def test_a_certificate_of_nobody_is_complete() -> None:
    bare = signed_certificate(replace(FACTS, declared=(), detected=(), licences=()), KEY)
    found = said(certificate_pdf(bare, {}, "en"))
    assert "The studio declared nobody." in found
    assert "It rests on no licence." in found


@pytest.mark.parametrize(
    ("letter", "made"),
    [
        ("<b>", "&lt;b&gt;"),
        ("ä€", "ä€"),
        ("ś", "s"),
        ("北", '<font name="STSong-Light">北</font>'),
        ("か", '<font name="HeiseiMin-W3">か</font>'),
        ("한", '<font name="HYSMyeongJo-Medium">한</font>'),
        ("😀", "[U+1F600]"),
    ],
)
def test_letters_that_the_typeface_lacks_are_told(letter: str, made: str) -> None:
    assert paper.marked(letter) == made
    assert paper.simplified(letter) is (made in ("s", "[U+1F600]"))


def test_the_signed_bytes_are_attached_and_verified_from_the_paper() -> None:
    data = certificate_pdf(SIGNED, NAMES, "de")
    assert PdfReader(BytesIO(data)).attachments == {f"{FULL.id}.json": [SIGNED]}
    assert attached(data) == SIGNED
    assert attached(SIGNED) is None
    assert attached(paper.pdf(list, title="", lang="en", foot="{} {}".format)) is None
