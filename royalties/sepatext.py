"""Names and addresses in the characters that every bank of SEPA takes.

Letters with marks lose these, in the way they are spelled without: Müller is Mueller, Łukasz is
Lukasz. What has no such spelling becomes a point; a name that is mostly that is paid by hand.
Character set: EPC217-08, Best Practices.
"""

import re
import unicodedata

_SPELLED = str.maketrans(
    {
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "Æ": "Ae",
        "æ": "ae",
        "Ø": "O",
        "ø": "o",
        "Å": "A",
        "å": "a",
        "Ð": "D",
        "ð": "d",
        "Þ": "Th",
        "þ": "th",
        "Ł": "L",
        "ł": "l",
        "Đ": "D",
        "đ": "d",
        "ı": "i",
        "Œ": "Oe",
        "œ": "oe",
        "&": "+",
        "’": "'",
        "‘": "'",
        "–": "-",
        "—": "-",
        "_": "-",
    }
)
_OUTSIDE = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_LATIN_SHARE = 2


def sepa_text(text: str, length_max: int) -> str:
    """The text in the permitted characters, at most so long; never beginning with a slash."""
    spelled = unicodedata.normalize("NFC", text).translate(_SPELLED)
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKD", spelled)
        if not unicodedata.combining(character)
    )
    plain = re.sub(r" +", " ", _OUTSIDE.sub(".", bare)).strip().lstrip("/")
    return re.sub(r"/{2,}", "/", plain)[:length_max].rstrip("/ ")


def is_latin(text: str) -> bool:
    """Whether a bank could still tell who is meant: most letters have a spelling."""
    written = sepa_text(text, len(text) * 2)
    letters = sum(character.isalpha() for character in text)
    return sum(character.isalpha() for character in written) * _LATIN_SHARE > letters
