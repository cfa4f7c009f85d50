"""Which bytes of a file a player is given (RFC 9110, section 14)."""

import pytest

from api.routes.media import PART_BYTES_MAX, NoSuchBytes, asked_part


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", range(1000)),
        ("bytes=0-", range(1000)),
        ("bytes=10-19", range(10, 20)),
        ("bytes=990-5000", range(990, 1000)),
        ("bytes=-100", range(900, 1000)),
        ("bytes=-5000", range(1000)),
    ],
)
def test_a_range_is_of_the_file_and_no_longer_than_it(header: str, part: range) -> None:
    assert asked_part(header, 1000) == part


@pytest.mark.parametrize(
    "header", ["bytes=1000-", "bytes=20-10", "bytes=-0", "bytes=-", "bytes=0-1,5-6", "lines=1-2"]
)
def test_what_the_file_does_not_hold_is_refused(header: str) -> None:
    with pytest.raises(NoSuchBytes):
        asked_part(header, 1000)


def test_no_answer_to_a_range_is_larger_than_a_few_pieces() -> None:
    assert len(asked_part("bytes=0-", 10**12)) == PART_BYTES_MAX
    assert asked_part(f"bytes={10**11}-", 10**12).start == 10**11
