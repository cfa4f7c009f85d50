"""Ids that a page shows in place of a name; those that are meant as ids stand in code."""

import html
import re

_ID = re.compile(r"(?<![\w/])[a-z]{3}_[a-z2-7]{26}(?![\w@])", re.ASCII)
_NAMED = re.compile(r"(?<![\w/])(?:prf|ten|cut|wrk)_[a-z2-7]{26}(?![\w@])", re.ASCII)
_CODE = re.compile(r"<code>(.*?)</code>", re.DOTALL)
_UNREAD = re.compile(r"<(pre|script|style|details)\b.*?</\1>|<code>ebenbild.*?</code>", re.DOTALL)
_BLOCK = re.compile(
    r"<(p|li|h1|h2|h3|figcaption)\b[^>]*>((?:(?!<(?:p|li|ul|ol|div)\b).)*?)</\1>", re.DOTALL
)
_AMID = re.compile(r"(?<![\w/])[a-z]{3}_[a-z2-7]{26}[\s,.;:)]+\w", re.ASCII)
_MEANT = re.compile(r"<(code|pre|script|style)\b.*?</\1>", re.DOTALL)


def raw_ids(page: str) -> list[str]:
    """What stands around each of them in the text of the page."""
    shown = html.unescape(re.sub(r"<[^>]*>", "", _MEANT.sub("", page)))
    return [shown[max(0, one.start() - 40) : one.end()] for one in _ID.finditer(shown)]


def coded_ids(page: str) -> list[str]:
    """Ids of people, organisations and titles that stand as code though each of these has a name.

    Commands keep the ids that they are given.
    """
    shown = (html.unescape(one) for one in _CODE.findall(page))
    return [said for said in shown if _NAMED.search(said) and not said.startswith("ebenbild ")]


def prose_ids(page: str) -> list[str]:
    """Sentences that go on after an id: it stands in place of a name there, as code or not.

    Who is to copy an id finds it at the end, or alone; commands keep the ids that they are given.
    """
    told = _UNREAD.sub("", page)
    blocks = (html.unescape(re.sub(r"<[^>]*>", "", one[2])) for one in _BLOCK.finditer(told))
    return [one for one in blocks if _AMID.search(one)]
