"""Under what a title is filed: a number by its size, a letter without case and marks.

Episode 2 comes before Episode 10, and Ärzte beside Arzt (DIN 5007-1).
"""

import re
import unicodedata

_NUMBER = re.compile(r"\d+")
_LONGEST = 99  # digits: how many there are is said by two


def filed_under(title: str) -> str:
    """A text whose order is the order of titles; different titles may share one."""
    letters = unicodedata.normalize("NFKD", title).casefold()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NUMBER.sub(_by_size, plain)


def _by_size(number: re.Match[str]) -> str:
    digits = number[0].lstrip("0")
    return f"{min(len(digits), _LONGEST):02}{digits}"
