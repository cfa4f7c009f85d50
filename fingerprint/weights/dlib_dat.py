"""Reads the values in dlib's `.dat` files: packed integers, strings, floats, tensors, matrices.

An integer is one byte of length and sign, then that many little-endian bytes; a float is an
integer mantissa and an integer exponent of two; a tensor is version 2, four dimensions and raw
float32. Formats as in dlib/serialize.h, dlib/float_details.h and dlib/cuda/tensor.h of dlib 20.
"""

import math

import numpy as np
from numpy.typing import NDArray

from core.errors import Unavailable

Array = NDArray[np.float32]

_SIGN = 0x80
_LENGTH = 0x0F
_STRING_MAX = 64
_INFINITY = 32000  # from this exponent on: infinities and not-a-number, which no weight may be
_VERSIONS_MAX = 3  # nested version numbers are 1 to 3; the first larger integer starts a name


class DatReader:
    """A cursor over the bytes of a `.dat` file; every read checks what is left."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._data)

    def integer(self) -> int:
        """One packed integer of at most 8 bytes."""
        head = self._take(1)[0]
        length = head & _LENGTH
        if not 0 < length <= 8:
            raise broken(f"an integer of {length} bytes at offset {self._at - 1}")
        value = int.from_bytes(self._take(length), "little")
        return -value if head & _SIGN else value

    def real(self) -> float:
        """Mantissa times a power of two; infinities and not-a-number are refused."""
        mantissa, exponent = self.integer(), self.integer()
        if exponent >= _INFINITY:
            raise broken("a number that is not finite")
        return math.ldexp(mantissa, exponent)

    def text(self) -> str:
        """A short ASCII string after its length."""
        length = self.integer()
        if not 0 <= length <= _STRING_MAX:
            raise broken(f"a name of {length} characters")
        return self._take(length).decode("ascii", errors="replace")

    def truth(self) -> bool:
        """A boolean, one character `0` or `1`."""
        char = self._take(1)
        if char not in b"01":
            raise broken("a boolean that is neither 0 nor 1")
        return char == b"1"

    def tensor(self) -> Array:
        """float32 of the four dimensions that precede it."""
        self.expect(2)
        shape = tuple(self.integer() for _ in range(4))
        if min(shape) < 0:
            raise broken("a tensor with a negative dimension")
        return np.frombuffer(self._take(4 * math.prod(shape)), dtype="<f4").reshape(shape)

    def column(self) -> Array:
        """A dlib column matrix; its dimensions are stored negated."""
        rows, columns = -self.integer(), -self.integer()
        if rows < 0 or columns != 1 or rows > len(self._data):
            raise broken(f"a matrix of {rows} x {columns}")
        return np.array([self.real() for _ in range(rows)], dtype=np.float32)

    def count(self) -> int:
        """The length of a list; more entries than bytes cannot be."""
        value = self.integer()
        if not 0 <= value <= len(self._data):
            raise broken(f"a list of {value} entries")
        return value

    def expect(self, version: int) -> None:
        """Consume one integer that must have this value."""
        if (found := self.integer()) != version:
            raise broken(f"version {found} where {version} was expected")

    def skip_nested_versions(self) -> None:
        """Pass the version numbers of the layers that wrap the input layer."""
        while True:
            before = self._at
            if not 0 < self.integer() <= _VERSIONS_MAX:
                self._at = before
                return

    def _take(self, length: int) -> bytes:
        if self._at + length > len(self._data):
            raise broken("the file ends too early")
        self._at += length
        return self._data[self._at - length : self._at]


def broken(what: str) -> Unavailable:
    """The error for a file that is not what it should be."""
    return Unavailable(
        f"The dlib file holds {what}.",
        next_step="Install the package that holds it again.",
        code="weights-broken",
    )
