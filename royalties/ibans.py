"""Account numbers: whether an IBAN and a BIC can be right, before a bank ever sees them.

The check digits find every single wrong character and every two that were exchanged; the form of
the country finds what is too short. None of it says that the account exists, or whose it is.
IBAN: ISO 13616, with ISO 7064 MOD 97-10. BIC: ISO 9362.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from core.errors import BadInput

DATA_FILE = "ibans.json"
_SHOWN = 4
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_PART = re.compile(r"(\d+)!([nac])")
_CLASSES = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}


def check_iban(text: str, field: str = "iban") -> str:
    """The IBAN without spaces, in capitals; raises `BadInput` at this field for what is none."""
    iban = re.sub(r"[\s-]", "", text).upper()
    known = _countries().get(iban[:2])
    if known is None or re.fullmatch(rf"[0-9]{{2}}{known[0]}", iban[2:]) is None:
        raise _bad("The IBAN does not have the form of its country.", field)
    if _remainder(iban) != 1:
        raise _bad("The check digits of the IBAN are wrong.", field)
    return iban


def check_bic(text: str, iban: str = "") -> str:
    """The BIC in capitals, of the country of `iban` if that is given; raises `BadInput`."""
    bic = re.sub(r"\s", "", text).upper()
    if _BIC.fullmatch(bic) is None:
        raise BadInput(
            "This is no BIC.",
            next_step="Copy its 8 or 11 characters from a bank statement, or leave it out.",
            code="bad-bic",
        )
    if iban and in_sepa(iban) and in_sepa(bic[4:6]) and not _same_country(iban, bic):
        raise BadInput(
            "The BIC is of another country than the IBAN.",
            next_step="Leave the BIC out; within SEPA the IBAN is enough.",
            code="bad-bic",
        )
    return bic


def in_sepa(iban: str) -> bool:
    """Whether a credit transfer of SEPA reaches this account, or this country."""
    known = _countries().get(iban[:2])
    return known is not None and known[1]


def masked(iban: str) -> str:
    """An IBAN as it may be shown: its country and its last four characters."""
    return f"{iban[:2]}…{iban[-_SHOWN:]}" if iban else ""


def _remainder(iban: str) -> int:
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97


# Territories of France and of the British Crown have accounts with banks of the mainland.
_TOGETHER = {
    **dict.fromkeys(("GF", "GP", "MQ", "RE", "YT", "PM", "BL", "MF", "MC", "FR"), "FR"),
    **dict.fromkeys(("GG", "JE", "IM", "GB"), "GB"),
}


def _same_country(iban: str, bic: str) -> bool:
    first, second = iban[:2], bic[4:6]
    return _TOGETHER.get(first, first) == _TOGETHER.get(second, second)


@cache
def _countries() -> Mapping[str, tuple[str, bool]]:
    """The pattern of the account number in each country, and whether SEPA reaches it."""
    document = json.loads(files("royalties").joinpath("data", DATA_FILE).read_bytes())
    return {name: (_pattern(form), sepa) for name, (form, sepa) in document["countries"].items()}


def _pattern(form: str) -> str:
    return "".join(f"{_CLASSES[kind]}{{{length}}}" for length, kind in _PART.findall(form))


def _bad(message: str, field: str) -> BadInput:
    return BadInput(
        message,
        next_step="Copy it from a bank statement once more.",
        code="bad-iban",
        fields=(field,),
    )
