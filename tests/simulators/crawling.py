"""The pages that somebody reaches by following links, a few of each kind."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import httpx2

_LINK = re.compile(r'href="(/[^"#]*)')
_PART = re.compile(r"(?<=/)(?:[a-z]{3}_[a-z2-7]{26}|[\d-]+|(?<=tariffs/)[^/]+)")
_NO_PAGES = ("/v1/", "/static/", "/sign-", "/log/", "/trail", "/rules", "/contracts")


def crawled(
    http: httpx2.Client, starts: Sequence[str], *, each_max: int = 3
) -> Iterator[tuple[str, str]]:
    """(path, page) from these on; at most so many that differ by what they are about alone."""
    waiting, known, kinds = list(starts), set(starts), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        kind = _PART.sub("{}", path.partition("?")[0])
        kinds[kind] += 1
        if kinds[kind] > each_max or path.startswith(_NO_PAGES):
            continue
        answer = http.get(path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        yield path, answer.text
        links = dict.fromkeys(html.unescape(one) for one in _LINK.findall(answer.text))
        waiting += [one for one in links if one not in known]
        known |= links.keys()
