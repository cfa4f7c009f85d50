"""Ids that a page shows in place of a name; those that are meant as ids stand in code."""

import html
import re

_ID = re.compile(r"(?<![\w/])[a-z]{3}_[a-z2-7]{26}(?![\w@])", re.ASCII)
_MEANT = re.compile(r"<(code|pre|script|style)\b.*?</\1>", re.DOTALL)


def raw_ids(page: str) -> list[str]:
    """What stands around each of them in the text of the page."""
    shown = html.unescape(re.sub(r"<[^>]*>", "", _MEANT.sub("", page)))
    return [shown[max(0, one.start() - 40) : one.end()] for one in _ID.finditer(shown)]
