"""Amounts on a page that lead nowhere: each leads on itself, or the row that it stands in does."""

import re
from html.parser import HTMLParser

ROWS, AMOUNTS = ("tr", "li"), ("money", "figure")
AMOUNT = re.compile(r"[1-9][\d,.]* [A-Z]{3}")


class Rows(HTMLParser):
    """Collects the amounts of every row that has no link; what a foot adds up stands above it."""

    def __init__(self) -> None:
        super().__init__()
        self.dead: list[str] = []
        self._row: list[str] | None = None
        self._amount = self._links = self._foot = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        self._foot = self._foot or tag == "tfoot"
        if tag in ROWS:
            self._row, self._links = [], False
        self._links = self._links or tag == "a"
        if self._row is not None and any(name in classes for name in AMOUNTS):
            self._amount = True

    def handle_endtag(self, tag: str) -> None:
        self._foot = self._foot and tag != "tfoot"
        if tag in ("td", "span", *ROWS):
            self._amount = False
        if tag in ROWS and self._row is not None:
            if not self._links and not self._foot:
                self.dead += self._row
            self._row = None

    def handle_data(self, data: str) -> None:
        if self._amount and self._row is not None and AMOUNT.search(data):
            self._row.append(data)


def dead_ends(page: str) -> list[str]:
    """Amounts in rows without a link; those of feet add up what stands above them."""
    rows = Rows()
    rows.feed(page)
    return rows.dead
