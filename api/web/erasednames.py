"""What stands where a person's name was whose data were erased: words in place of the pseudonym.

The store answers with a pseudonym, so that several erased people stay apart; people read words.
"""

import re

from api.web.texts import text

# As `registry.store.people` makes them.
_PSEUDONYM = re.compile(r"\berased-([a-z2-7]{8})\b", re.ASCII)


def told(lang: str, said: str) -> str:
    """`said`, a page or a cell, with words for every pseudonym in it."""
    if "erased-" not in said:
        return said
    return _PSEUDONYM.sub(lambda found: text(lang, "erased.person", short=found[1]), said)
