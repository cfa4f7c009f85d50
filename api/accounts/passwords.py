"""Passwords: which are good enough, and how they are kept.

Long rather than odd, not among those that everybody tries, hashed with argon2id at the first
setting of OWASP's list. NIST SP 800-63B-4 section 3.1.1, https://pages.nist.gov/800-63-4/ and
https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from core.errors import BadInput

CHARACTERS_MIN = 12
CHARACTERS_MAX = 256
DISTINCT_MIN = 6
# OWASP 2025: m=19 MiB, t=2, p=1.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# A hash of nothing anybody can type: whoever has no account waits as long as whoever has one.
NOBODYS = HASHER.hash("\x00nobody")
_LINE_BYTES_MAX = 64
_ROWS = (
    "1234567890",
    "qwertzuiop",
    "qwertyuiop",
    "asdfghjkl",
    "yxcvbnm",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
)
COMMON = frozenset((Path(__file__).parent / "common.txt").read_text("ascii").split())
_DECORATION = re.compile(r"[^a-zäöüß]+")
_TAIL = "0123456789!?.,;:-_*#$ "
_LEET = str.maketrans("013457@$!", "oleastasi")


def check(password: str, *, own: Iterable[str] = (), breached: Path | None = None) -> None:
    """Return when the password is good enough; raise BadInput with what to change otherwise.

    `own` are words that whoever knows the person tries first; `breached` is a file of SHA-1 hashes
    in the form and order of the Pwned Passwords download.
    """
    if not CHARACTERS_MIN <= len(password) <= CHARACTERS_MAX:
        raise _bad(f"a password has {CHARACTERS_MIN} to {CHARACTERS_MAX} characters")
    plain = password.casefold()
    if len(set(plain)) < DISTINCT_MIN or _is_row(plain):
        raise _bad("this password repeats itself or follows the keyboard")
    if _is_common(plain, own):
        raise _bad("this password is among those that are tried first")
    if breached is not None and _is_listed(breached, password):
        raise _bad("this password is in a list of stolen ones")


def hashed(password: str) -> str:
    """Return the argon2id hash with its parameters and salt."""
    return HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Say whether the password is the one; takes as long when there is none stored."""
    try:
        same = HASHER.verify(stored or NOBODYS, password[:CHARACTERS_MAX])
    except (Argon2Error, InvalidHashError):
        return False
    return same and stored is not None


def is_dated(stored: str) -> bool:
    """Say whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def _is_row(plain: str) -> bool:
    """Whether all of it runs along a row of keys, forwards or backwards, again and again."""
    return any(
        plain in line * CHARACTERS_MAX or plain[::-1] in line * CHARACTERS_MAX for line in _ROWS
    )


def _is_common(plain: str, own: Iterable[str]) -> bool:
    words = COMMON | {word.casefold() for word in own if len(word) > 3}
    cores = (_DECORATION.sub("", plain), _DECORATION.sub("", plain.rstrip(_TAIL).translate(_LEET)))
    return any(core in words or _halves(core) in words for core in cores)


def _halves(core: str) -> str:
    half = core[: len(core) // 2]
    return half if half * 2 == core else core


def _is_listed(path: Path, password: str) -> bool:
    """Whether the sorted file of hashes holds the password's, by bisection over its bytes."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    low, high = 0, path.stat().st_size
    with path.open("rb") as file:
        while low < high:
            middle = (low + high) // 2
            file.seek(max(0, middle - 1))
            if middle:
                file.readline()
            line = file.readline(_LINE_BYTES_MAX)
            if not line or line[:40] >= wanted:
                if line[:40] == wanted:
                    return True
                high = middle
            else:
                low = middle + 1
    return False


def _bad(message: str) -> BadInput:
    return BadInput(
        message,
        next_step="take four or five words that do not belong together, or let a password manager "
        "make one",
        code="weak-password",
    )
