"""Paper: PDF files of plain sections with a code to scan; the same content gives the same bytes.

The typeface is embedded. What it lacks is written in the reader's own Chinese, Japanese or Korean
one, else without its marks as passports do (ICAO 9303), else by number, and the page says so.
Specs: ISO 32000-1 (PDF), ISO/IEC 18004 (QR).
"""

import io
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFString
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from api.demonstration import is_stamped
from api.web.texts import text

FONT, BOLD = "Vera", "VeraBd"
_JAPANESE = "HeiseiMin-W3"
_CHINESE = "STSong-Light"  # which has Greek and Cyrillic letters too
_OTHERS = {
    "HANGUL": "HYSMyeongJo-Medium",
    "HIRAGANA": _JAPANESE,
    "KATAKANA": _JAPANESE,
    "CJK": _CHINESE,
    "CYRILLIC": _CHINESE,
    "GREEK": _CHINESE,
}
_LINE = colors.HexColor("#d4d4dc")
_DIM = colors.HexColor("#5a5a66")
_OK = colors.HexColor("#0b6b3a")
_MARGIN = 18 * mm
_PADDING = 6  # points that a frame keeps around what is in it
WIDTH = A4[0] - 2 * _MARGIN
QR_SIDE = 30 * mm
_STYLES = {
    "h1": ParagraphStyle("h1", fontName=BOLD, fontSize=16, leading=20, spaceAfter=2 * mm),
    "h2": ParagraphStyle(
        "h2", fontName=BOLD, fontSize=10.5, leading=14, spaceBefore=5 * mm, spaceAfter=1 * mm
    ),
    "text": ParagraphStyle("text", fontName=FONT, fontSize=8.5, leading=12, spaceAfter=1 * mm),
    "cell": ParagraphStyle("cell", fontName=FONT, fontSize=7.5, leading=10),
    "head": ParagraphStyle("head", fontName=FONT, fontSize=7.5, leading=10, textColor=_DIM),
    "small": ParagraphStyle("small", fontName=FONT, fontSize=6, leading=8, textColor=_DIM),
    "mark": ParagraphStyle("mark", fontName=BOLD, fontSize=11, leading=14, textColor=_OK),
}


def paragraph(said: str, style: str = "text") -> Paragraph:
    """Plain text as a paragraph; nothing in it is taken for markup."""
    _fonts()
    return Paragraph(marked(said), _STYLES[style])


def marked(said: str) -> str:
    """Plain text as markup whose every letter some typeface has."""
    return "".join(_letter(letter) for letter in unicodedata.normalize("NFC", said))


def simplified(said: str) -> bool:
    """Whether some letter of a text is not written as it is."""
    return any(
        "<font" not in made and made != escape(letter)
        for letter in unicodedata.normalize("NFC", said)
        if (made := _letter(letter))
    )


def boxed(said: str) -> Table:
    """A verdict in a frame as wide as its word."""
    width = stringWidth(said, BOLD, _STYLES["mark"].fontSize) + 20
    style = TableStyle(
        [("BOX", (0, 0), (-1, -1), 1.2, _OK), ("ROUNDEDCORNERS", [3, 3, 3, 3])],
    )
    return Table([[paragraph(said, "mark")]], colWidths=[width], style=style, hAlign="LEFT")


def pairs(rows: Iterable[tuple[str, str]]) -> Table:
    """Names and values side by side."""
    cells = [[paragraph(name, "head"), paragraph(value, "cell")] for name, value in rows]
    return Table(cells, colWidths=(48 * mm, WIDTH - 48 * mm), style=_plain())


def grid(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table with a head that every page repeats; what is long gets more room."""
    head = [paragraph(name, "head") for name in columns]
    cells = [[paragraph(cell, "cell") for cell in row] for row in rows]
    style = _plain()
    style.add("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE)
    return Table([head, *cells], colWidths=_widths(columns, rows), repeatRows=1, style=style)


def beside_code(left: Sequence[Flowable], address: str, caption: str) -> Table:
    """Flowables with a code to scan at their right, and what it leads to beneath it."""
    right = [_code(address), paragraph(caption, "head")]
    style = _plain()
    return Table([[list(left), right]], colWidths=(WIDTH - 36 * mm, 36 * mm), style=style)


def gap(millimetres: float = 2) -> Spacer:
    """Some room."""
    return Spacer(1, millimetres * mm)


def pdf(
    story: Callable[[], list[Flowable]],
    *,
    title: str,
    lang: str,
    foot: Callable[[int, int], str],
    attached: tuple[str, bytes] | None = None,
) -> bytes:
    """The document; `story` makes its content anew, `foot(page, pages)` the last line of a page.

    `attached` is the name and the bytes of the JSON that it is the wording of.
    """
    _fonts()
    _, pages = _built(story(), title, lang, lambda number: foot(number, 1))
    data, _ = _built(story(), title, lang, lambda number: foot(number, pages), attached)
    return data


def _built(
    story: list[Flowable],
    title: str,
    lang: str,
    foot: Callable[[int], str],
    attached: tuple[str, bytes] | None = None,
) -> tuple[bytes, int]:
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN - _PADDING,
        rightMargin=_MARGIN - _PADDING,
        topMargin=15 * mm,
        bottomMargin=18 * mm,
        title=title,
        author="Ebenbild",
        lang=lang,
        invariant=1,
    )

    stamp = (text(lang, "stamp.demonstration"),) if is_stamped() else ()

    def last_line(canvas: Canvas, made: SimpleDocTemplate) -> None:
        line = paragraph(" ".join((foot(made.page), *stamp)), "small")
        line.wrapOn(canvas, WIDTH, 10 * mm)
        line.drawOn(canvas, _MARGIN, 8 * mm)

    def first_page(canvas: Canvas, made: SimpleDocTemplate) -> None:
        last_line(canvas, made)
        if attached:
            _attach(canvas, *attached)

    document.build(story, onFirstPage=first_page, onLaterPages=last_line)
    return out.getvalue(), document.page


def _attach(canvas: Canvas, name: str, data: bytes) -> None:
    """Files JSON in the PDF, unpacked, where viewers list it (ISO 32000-1, 7.11.4)."""
    kept, called = canvas._doc, PDFString(name)
    about = {"Type": PDFName("EmbeddedFile"), "Subtype": "/application#2Fjson"}
    stream = kept.Reference(PDFStream(PDFDictionary(about), data, filters=()))
    said = {"F": called, "UF": called, "EF": PDFDictionary({"F": stream})}
    file = kept.Reference(PDFDictionary({"Type": PDFName("Filespec"), **said}))
    listed = PDFDictionary({"Names": PDFArray([called, file])})
    kept.Catalog.Names = PDFDictionary({"EmbeddedFiles": listed})


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    longest = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    shares = [min(40, max(17, length)) for length in longest]
    return [WIDTH * share / sum(shares) for share in shares]


def _code(address: str) -> Drawing:
    widget = QrCodeWidget(address, barLevel="M", barBorder=0)
    left, low, right, high = widget.getBounds()
    scale = QR_SIDE / max(right - left, high - low)
    drawing = Drawing(QR_SIDE, QR_SIDE, transform=(scale, 0, 0, scale, 0, 0))
    drawing.add(widget)
    return drawing


def _plain() -> TableStyle:
    return TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ]
    )


def _letter(letter: str) -> str:
    known = _fonts()
    if ord(letter) in known or letter.isspace():
        return escape(letter)
    name = unicodedata.name(letter, "")
    other = _OTHERS.get(name.partition(" ")[0])
    if other is not None and ord(letter) <= 0xFFFF:
        return f'<font name="{other}">{letter}</font>'
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if ord(part) in known)
    return escape(bare) or f"[U+{ord(letter):04X}]"


@cache
def _fonts() -> frozenset[int]:
    """Makes the typefaces known, once; returns the letters that the embedded one has."""
    folder = Path(reportlab.__file__).parent / "fonts"
    plain = TTFont(FONT, str(folder / "Vera.ttf"))
    pdfmetrics.registerFont(plain)
    pdfmetrics.registerFont(TTFont(BOLD, str(folder / "VeraBd.ttf")))
    for name in sorted(set(_OTHERS.values())):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return frozenset(plain.face.charToGlyph)
