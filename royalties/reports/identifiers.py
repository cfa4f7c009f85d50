"""Identifiers of titles and people, checked by their own check characters and written one way.

Two reports that name one film have to name it alike: separators, prefixes and small letters go.
ISAN (ISO 15706) and EIDR: ISO 7064 Mod 37,36. ISNI (ISO 27729): ISO 7064 Mod 11-2. ISRC (ISO 3901)
has no check character. IPI name number: Mod 101 over weights 10 to 2.
"""

import re
from collections.abc import Callable, Mapping

SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TITLE_CHARS_MAX = 200
_EIDR = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?10\.5240/", flags=re.IGNORECASE)
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_DIGITS = re.compile(r"[0-9]+")
_HEX = re.compile(r"[0-9A-F]+")


def isan(text: str) -> str:
    """An ISAN as `0000-0000-D07A-0090`, with its version part where that is not all noughts.

    Check characters may be there or not; where they are they have to be right.
    """
    bare = _bare(text).removeprefix("ISAN")
    root, rest = bare[:16], bare[16:]
    if len(rest) in (1, 10):
        _check(root, rest[0])
        rest = rest[1:]
    version = rest[:8]
    if len(rest) == 9:
        _check(root + version, rest[8])
    elif len(rest) not in (0, 8):
        raise ValueError("an ISAN has 16 or 24 hexadecimal figures")
    whole = root + version if version.strip("0") else root
    if len(root) != 16 or _HEX.fullmatch(whole) is None:
        raise ValueError("an ISAN has 16 or 24 hexadecimal figures")
    return "-".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def eidr(text: str) -> str:
    """An EIDR content id as `10.5240/7791-8534-2C23-9030-8610-5`."""
    begun = _EIDR.match(text.strip())
    bare = _bare(text.strip()[begun.end() :]) if begun else ""
    if len(bare) != 21 or _HEX.fullmatch(bare[:20]) is None:
        raise ValueError("an EIDR has twenty hexadecimal figures and a check character")
    _check(bare[:20], bare[20])
    return "10.5240/" + "-".join([*(bare[at : at + 4] for at in range(0, 20, 4)), bare[20]])


def isrc(text: str) -> str:
    """An ISRC as `USUM70600055`."""
    bare = _bare(text).removeprefix("ISRC") if len(_bare(text)) > 12 else _bare(text)
    if _ISRC.fullmatch(bare) is None:
        raise ValueError("an ISRC has two letters, three letters or figures, and seven figures")
    return bare


def isni(text: str) -> str:
    """An ISNI as sixteen characters."""
    bare = _bare(text).removeprefix("ISNI")
    if len(bare) != 16 or _DIGITS.fullmatch(bare[:15]) is None:
        raise ValueError("an ISNI has sixteen figures")
    rest = 0
    for figure in bare[:15]:
        rest = (rest + int(figure)) * 2 % 11
    if "0123456789X"[(12 - rest) % 11] != bare[15]:
        raise ValueError("its check character is wrong")
    return bare


def ipi(text: str) -> str:
    """An IPI name number as eleven figures."""
    bare = _bare(text).removeprefix("IPI").zfill(11)
    if len(bare) != 11 or _DIGITS.fullmatch(bare) is None:
        raise ValueError("an IPI name number has eleven figures")
    total = sum(
        int(figure) * weight for figure, weight in zip(bare, range(10, 1, -1), strict=False)
    )
    if (101 - total % 101) % 101 % 100 != int(bare[9:]):
        raise ValueError("its check figures are wrong")
    return bare


def title(text: str) -> str:
    """A sender's own name for a title, such as `youtube:NDH1bGnNMjw`."""
    said = text.strip()
    sender, colon, own = said.partition(":")
    if not sender or not colon or not own or len(said) > TITLE_CHARS_MAX:
        raise ValueError("a sender's own name is written sender:name")
    return f"{sender.lower()}:{own}"


# What names a cut, and what names people beside it.
OF_CUTS: Mapping[str, Callable[[str], str]] = {
    "isan": isan,
    "eidr": eidr,
    "isrc": isrc,
    "title_id": title,
}
OF_PEOPLE: Mapping[str, Callable[[str], str]] = {"isni": isni, "ipi": ipi}


def check_character(text: str) -> str:
    """The check character over figures and capital letters, by ISO 7064 Mod 37,36."""
    rest = 36
    for symbol in text:
        rest = (rest + SYMBOLS.index(symbol)) % 36 or 36
        rest = rest * 2 % 37
    return SYMBOLS[(37 - rest) % 36]


def _check(text: str, stated: str) -> None:
    if _HEX.fullmatch(text) is None or check_character(text) != stated:
        raise ValueError("its check character is wrong")


def _bare(text: str) -> str:
    return "".join(symbol for symbol in text.upper() if symbol.isascii() and symbol.isalnum())
