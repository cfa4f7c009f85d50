"""Re-derives a tiled log from its published files: a program of its own, of the library alone.

It shares no code with the product: parsing, tree and Ed25519 (RFC 8032, section 6) are written anew
from the specifications. usage: rederive.py FOLDER VKEY; exit 0 when everything agrees.
"""

import base64
import hashlib
import sys
from pathlib import Path

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def recover(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x2) % P:
        raise ValueError("no point of the curve")
    return P - x if x % 2 != sign else x


def point(data):
    y = int.from_bytes(data, "little")
    return recover(y & (2**255 - 1), y >> 255), y & (2**255 - 1)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    x3 = (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P
    return x3, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P


def times(n, a):
    total = (0, 1)
    while n:
        if n & 1:
            total = add(total, a)
        a, n = add(a, a), n >> 1
    return total


def signed(public, text, signature):
    half, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(half + public + text).digest(), "little") % Q
    base = (recover(4 * pow(5, -1, P) % P, 0), 4 * pow(5, -1, P) % P)
    return s < Q and times(s, base) == add(point(half), times(h, point(public)))


def tree(hashes):
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + tree(hashes[:k]) + tree(hashes[k:])).digest()


def name(index):
    text = str(index).zfill(-(-len(str(index)) // 3) * 3)
    parts = [text[i : i + 3] for i in range(0, len(text), 3)]
    return "/".join(["x" + part for part in parts[:-1]] + parts[-1:])


def parts(folder, level, count):
    for index in range(-(-count // 256)):
        width = min(256, count - 256 * index)
        partial = "" if width == 256 else f".p/{width}"
        yield (folder / "tile" / level / (name(index) + partial)).read_bytes(), width


def entries(folder, size):
    for bundle, width in parts(folder, "entries", size):
        left = bundle
        for _ in range(width):
            length = int.from_bytes(left[:2], "big")
            yield left[2 : 2 + length]
            left = left[2 + length :]
        if left:
            raise ValueError("a bundle holds more than its leaves")


def main(folder, vkey):
    key_name, _, packed = vkey.split("+", 2)
    public = base64.b64decode(packed)[1:]
    text, _, lines = (folder / "checkpoint").read_text("utf-8").rpartition("\n\n")
    origin, size, root = text.split("\n")[:3]
    held = [line.split(" ")[2] for line in lines.splitlines() if line.split(" ")[1] == key_name]
    if origin != key_name or not signed(
        public, (text + "\n").encode(), base64.b64decode(held[0])[4:]
    ):
        raise ValueError("the checkpoint is not signed by this key")
    hashes = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries(folder, int(size))]
    if tree(hashes) != base64.b64decode(root):
        raise ValueError("the leaves do not lead to the signed root")
    level, count, tiles = hashes, 0, 0
    while level:
        for number, (data, width) in enumerate(parts(folder, str(count), len(level))):
            if data != b"".join(level[256 * number : 256 * number + width]):
                raise ValueError(f"tile {count}/{number} is not made of the leaves")
            tiles += 1
        level = [tree(level[i : i + 256]) for i in range(0, len(level) - 255, 256)]
        count += 1
    print(f"{size} leaves, {tiles} tiles, root {base64.b64decode(root).hex()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
