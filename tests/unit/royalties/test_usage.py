"""Usage reports: every line is a row or a reject with its cause, in bounded memory."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from core.ids import derived_id
from royalties.models import Reject, UsageRow
from royalties.reports.lines import LINE_BYTES_MAX
from royalties.usage import REQUIRED, read_header, read_rows

CUT = derived_id("cut", "one")
GOOD = f"{CUT},DE,2026-11,1000"


def read(text: str | bytes) -> list[UsageRow | Reject]:
    stream = io.BytesIO(text.encode() if isinstance(text, str) else text)
    return list(read_rows(stream, read_header(stream)))


def causes(text: str | bytes) -> list[tuple[int, str]]:
    return [(one.line_no, one.cause) for one in read(text) if isinstance(one, Reject)]


def under_header(*lines: str) -> str:
    return "\n".join((",".join(REQUIRED), *lines)) + "\n"


def test_a_row_as_read() -> None:
    assert read(under_header(GOOD)) == [UsageRow(2, CUT, "DE", "2026-11", 1000)]


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)

rows = st.fixed_dictionaries(
    {
        "cut_id": st.integers(0, 9).map(lambda n: derived_id("cut", str(n))),
        "territory": st.sampled_from(["DE", "AT", "CH", "US", "*"]),
        "period": st.dates().map(lambda day: f"20{day.year % 100:02d}-{day.month:02d}"),
        "views": st.integers(0, 10**12 - 1).map(str),
        "reference": st.text(
            st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20
        ),
        "title": st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20),
    }
)


@settings(deadline=None)
@given(
    st.lists(rows, max_size=5),
    st.permutations(["title", "reference", *REQUIRED]),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_column_order_delimiter_and_line_ends_do_not_matter(
    lines: list[dict[str, str]], columns: list[str], delimiter: str, end: str, marked: bool
) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(lines)
    data = (b"\xef\xbb\xbf" if marked else b"") + text.getvalue().encode()
    assert read(data) == [
        UsageRow(
            n, one["cut_id"], one["territory"], one["period"], int(one["views"]), one["reference"]
        )
        for n, one in enumerate(lines, start=2)
    ]


def test_content_hash_is_equal_for_exact_duplicates_only() -> None:
    first = UsageRow(2, CUT, "DE", "2026-11", 10)
    assert first.content_hash == UsageRow(9, CUT, "DE", "2026-11", 10).content_hash
    others = [
        UsageRow(2, derived_id("cut", "two"), "DE", "2026-11", 10),
        UsageRow(2, CUT, "AT", "2026-11", 10),
        UsageRow(2, CUT, "DE", "2026-12", 10),
        UsageRow(2, CUT, "DE", "2026-11", 11),
        UsageRow(2, CUT, "DE", "2026-11", 10, "outlet b"),
    ]
    assert len({first.content_hash, *(one.content_hash for one in others)}) == 6


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        ("cut_short,DE,2026-11,1000", "bad-cut-id"),
        (f"{CUT.upper()},DE,2026-11,1000", "bad-cut-id"),
        (f"{CUT},DEU,2026-11,1000", "bad-territory"),
        (f"{CUT},QQ,2026-11,1000", "bad-territory"),
        (f"{CUT},,2026-11,1000", "bad-territory"),
        (f"{CUT},DE,2026-13,1000", "bad-period"),
        (f"{CUT},DE,2026-00,1000", "bad-period"),
        (f"{CUT},DE,2026-11-01,1000", "bad-period"),
        (f"{CUT},DE,11/2026,1000", "bad-period"),
        (f"{CUT},DE,2026-11,-1", "bad-views"),
        (f"{CUT},DE,2026-11,1e3", "bad-views"),
        (f"{CUT},DE,2026-11,10.0", "bad-views"),
        (f'{CUT},DE,2026-11,"1,000"', "bad-views"),
        (f"{CUT},DE,2026-11,", "bad-views"),
        (f"{CUT},DE,2026-11,\u0663", "bad-views"),
        (f"{CUT},DE,2026-11,1000000000000", "bad-views"),
        (f"{CUT},DE,2026-11", "wrong-number-of-fields"),
        (f"{CUT},DE,2026-11,1000,", "wrong-number-of-fields"),
        (f'"{CUT},DE,2026-11,1000', "broken-quotes"),
        (f"{CUT},DE,2026-11,{'0' * LINE_BYTES_MAX}", "line-too-long"),
    ],
)
def test_a_bad_line_is_rejected_and_costs_no_other(bad: str, cause: str) -> None:
    found = read(under_header(GOOD, bad, "", GOOD))
    assert [one.line_no for one in found if isinstance(one, UsageRow)] == [2, 5]
    assert [(one.line_no, one.cause) for one in found if isinstance(one, Reject)] == [(3, cause)]


def test_bytes_that_are_not_utf_8_spoil_one_line() -> None:
    data = under_header(GOOD).encode() + b"\xff\xfe,DE,2026-11,1\n" + GOOD.encode()
    assert causes(data) == [(3, "not-utf-8")]
    assert len(read(data)) == 3


def test_too_long_a_reference_is_rejected() -> None:
    text = f"{','.join(REQUIRED)},reference\n{GOOD},{'x' * 201}\n"
    assert causes(text) == [(2, "bad-reference")]


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\n",
        b"cut_id,territory,period\n",
        b"cut_id,territory,period,views,views\n",
        b'"cut_id,territory,period,views\n',
        "cut_id,territory,period,views\n".encode("utf-16"),
        b"x" * (LINE_BYTES_MAX + 1),
        b"\x00" * 100,
    ],
)
def test_a_file_without_a_proper_header_is_refused(header: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        read(header)
    assert caught.value.code == "bad-usage-header"
    assert all(name in caught.value.next_step for name in REQUIRED)


def test_ignored_columns_are_named() -> None:
    header = read_header(io.BytesIO(b"Title, CUT_ID ,territory,period,views\n"))
    assert header.ignored == ("title",)


class Endless(io.RawIOBase):
    """A file that never ends and has no line break: 64 MiB before it stops."""

    def __init__(self) -> None:
        self.left = 64 * 1024 * 1024
        self.longest = 0

    def readline(self, size: int | None = -1) -> bytes:
        assert size is not None and size > 0, "a line must be read with a bound"
        self.longest = max(self.longest, size)
        count = min(size, self.left)
        self.left -= count
        return b"x" * count


def test_an_endless_line_is_read_in_bounded_pieces() -> None:
    stream = Endless()
    header = read_header(io.BytesIO(under_header().encode()))
    assert list(read_rows(stream, header)) == [Reject(2, "line-too-long")]
    assert stream.longest == LINE_BYTES_MAX + 1


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_fail_otherwise(data: bytes) -> None:
    found = read(under_header().encode() + data)
    assert all(isinstance(one, UsageRow | Reject) for one in found)
    assert len({one.line_no for one in found}) == len(found)
