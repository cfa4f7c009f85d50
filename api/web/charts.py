"""Bars on paper: how much each of a few things is, in the same typeface as all other words.

Every bar stands beside its name and its figure in words, so that nothing is said by its length
alone; to whom colours say nothing, negative ones are hollow.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.platypus import Flowable, Table, TableStyle

from api.web import paper

_BAR = colors.HexColor("#1c4f9c")
_HEIGHT = 7
_WIDTH = paper.WIDTH * 0.38


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing: its name, its figure in words, and the number that its length stands for."""

    name: str
    figure: str
    size: int


def bars(found: Sequence[Bar]) -> Flowable:
    """A row for each bar, the longest as wide as there is room."""
    largest = max((abs(one.size) for one in found), default=0) or 1
    rows = [
        [
            paper.paragraph(one.name, "cell"),
            _drawn(one.size, largest),
            paper.paragraph(one.figure, "cell"),
        ]
        for one in found
    ]
    widths = (paper.WIDTH * 0.40, _WIDTH, paper.WIDTH * 0.22)
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return Table(rows, colWidths=widths, style=style)


def _drawn(size: int, largest: int) -> Drawing:
    """The bar itself; sizes may be wider than a float holds exactly, lengths are not."""
    drawing = Drawing(_WIDTH - 6, _HEIGHT)
    length = max(0.5, (_WIDTH - 6) * (abs(size) * 1000 // largest) / 1000)
    fill = _BAR if size >= 0 else None
    drawing.add(Rect(0, 0, length, _HEIGHT, fillColor=fill, strokeColor=_BAR, strokeWidth=0.6))
    return drawing
