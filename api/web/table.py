"""Tables that a browser saves: RFC 4180, a line at a time, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence

from fastapi.responses import StreamingResponse


def line(cells: Sequence[str]) -> str:
    """One line; what a spreadsheet would carry out as a formula stays a text."""
    out = io.StringIO()
    csv.writer(out).writerow(
        [f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell for cell in cells]
    )
    return out.getvalue()


def table(lines: Iterator[str], name: str) -> StreamingResponse:
    """These lines as a file of this name, kept nowhere in between."""
    return StreamingResponse(
        lines,
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )
