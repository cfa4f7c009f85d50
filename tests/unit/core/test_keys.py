import base58
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import keys
from core.errors import BadProof

SEEDS = st.binary(min_size=32, max_size=32)


@given(SEEDS)
def test_a_did_names_its_key_exactly(seed: bytes) -> None:
    key = keys.from_seed(seed)
    assert key.did.startswith("did:key:z6Mk")
    assert keys.public_from_did(key.did) == key.public
    assert key.verification_method == f"{key.did}#{key.did.removeprefix('did:key:')}"


@given(SEEDS, st.binary(max_size=100), st.integers(0, 511))
def test_a_signature_holds_for_its_bytes_and_no_others(seed: bytes, data: bytes, bit: int) -> None:
    key = keys.from_seed(seed)
    signature = keys.sign(key, data)
    keys.verify(key.public, data, signature)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    for other_data, other_signature in ((data + b"x", signature), (data, bytes(flipped))):
        with pytest.raises(BadProof):
            keys.verify(key.public, other_data, other_signature)


def test_rfc_8032_test_1() -> None:
    key = keys.from_seed(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    assert key.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert keys.sign(key, b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


GOOD = keys.from_seed(bytes(32)).did


@pytest.mark.parametrize(
    "did",
    [
        "",
        "did:key:",
        "did:key:z",
        GOOD + "1",
        GOOD[:-1],
        GOOD.replace("did:key:z", "did:key:m"),
        GOOD.upper(),
        GOOD + "#" + GOOD[8:],
        GOOD[:-1] + "0",
        GOOD[:-1] + "é",
        GOOD[:9] + "1" + GOOD[9:],
        " " + GOOD,
        "did:key:z" + base58.b58encode(b"\xe7\x01" + bytes(33)).decode(),
        "did:key:z" + base58.b58encode(b"\xed\x01" + bytes(31)).decode(),
        "did:web:studio.example",
    ],
)
def test_any_other_did_is_refused(did: str) -> None:
    with pytest.raises(BadProof):
        keys.public_from_did(did)


@pytest.mark.parametrize("size", [0, 63, 65])
def test_a_signature_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(BadProof):
        keys.verify(keys.generate().public, b"data", bytes(size))


def test_a_malformed_public_key_is_refused() -> None:
    with pytest.raises(BadProof):
        keys.verify(b"short", b"data", bytes(64))
    with pytest.raises(BadProof):
        keys.did_key(b"short")


def weak_points() -> list[bytes]:
    order_eight = (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
    ys = (0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18)
    points = [bytes.fromhex(text) for text in order_eight]
    points += [y.to_bytes(32, "little") for y in ys]
    return points + [point[:-1] + bytes([point[-1] | 0x80]) for point in points]


@pytest.mark.parametrize("point", weak_points(), ids=bytes.hex)
def test_a_point_of_small_order_is_no_key(point: bytes) -> None:
    with pytest.raises(BadProof):
        keys.did_key(point)
    with pytest.raises(BadProof):
        keys.public_from_did("did:key:z" + base58.b58encode(b"\xed\x01" + point).decode())


def test_a_signature_made_without_a_secret_fits_a_point_of_small_order() -> None:
    # This is what the refusal above prevents: nobody signed, and yet messages verify.
    forged = (1).to_bytes(32, "little") + bytes(32)
    keys.verify((1).to_bytes(32, "little"), b"any message", forged)


def test_a_key_shows_nothing_secret() -> None:
    assert "Ed25519PrivateKey" not in repr(keys.generate())
