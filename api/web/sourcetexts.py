"""Where a rule comes from, in the language of whoever reads it.

Rule packs cite their sources in English, as one text that decisions pin; this is how a German page
says it. A number of a paragraph is the same in every language and stands in no file.
"""

import json
from collections.abc import Mapping
from functools import cache

from api.web.texts import FOLDER


def source_of(lang: str, source: str) -> str:
    """The source in `lang`; one that is the same in every language as it is."""
    return source if lang == "en" else _sources(lang).get(source, source)


@cache
def _sources(lang: str) -> Mapping[str, str]:
    found: dict[str, str] = json.loads((FOLDER / f"sources.{lang}.json").read_text("utf-8"))
    return found
