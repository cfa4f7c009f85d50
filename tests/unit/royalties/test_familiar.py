"""A line that is read from what earlier lines said is read as it would be alone."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from core.ids import derived_id
from royalties.models import Reject, UsageRow
from royalties.reports.mapping import ColumnMapping
from royalties.usage import read_header, read_rows

HEAD = "views,territory,reference,cut_id,period,title\n"
CUTS = [derived_id("cut", str(n)) for n in range(3)]
cells = st.tuples(
    st.sampled_from(["0", "7", " 12 ", "007", "", "-1", "1e3", "٣", "9" * 12, "9" * 13]),
    st.sampled_from(["DE", " DE", "de", "*", "DEU", "QQ", ""]),
    st.sampled_from(["", "a", " a ", "x" * 200, "x" * 201]),
    st.sampled_from([*CUTS, f" {CUTS[0]}", CUTS[1].upper(), "", f'"{CUTS[2]}"', '"']),
    st.sampled_from(["2026-01", " 2026-01 ", "202601", "2026-13", ""]),
    st.sampled_from(["", "t", '"a,b"']),
)


def read(text: str, mapping: ColumnMapping | None = None) -> list[tuple[object, str]]:
    stream = io.BytesIO(text.encode())
    header = read_header(stream, mapping) if mapping else read_header(stream)
    return [(one, one.text) for one in read_rows(stream, header)]


@settings(deadline=None, max_examples=200)
@given(st.lists(cells, max_size=12), st.sampled_from([None, ColumnMapping("them")]))
def test_lines_read_together_are_those_read_alone(
    lines: list[tuple[str, ...]], mapping: ColumnMapping | None
) -> None:
    written = [",".join(line) for line in lines]
    together = read(HEAD + "\n".join(written), mapping)
    # Blank lines before one give it the number that it has in the whole.
    alone = [
        one for at, line in enumerate(written) for one in read(HEAD + "\n" * at + line, mapping)
    ]
    assert together == alone


def test_figures_beside_views_are_read_on_every_line() -> None:
    line = f"{CUTS[0]},DE,2026-01,5"
    text = f"cut_id,territory,period,views,payments\n{line},3\n{line},4\n{line},x\n"
    first, second, third = (one for one, _ in read(text))
    assert isinstance(first, UsageRow) and first.reported.payments == 3
    assert isinstance(second, UsageRow) and second.reported.payments == 4
    assert third == Reject(4, "bad-payments", "payments")


def test_what_a_mapping_says_for_every_line_is_read_on_every_line() -> None:
    mapping = ColumnMapping("them", fixed={"territory": "AT"})
    line = f"{CUTS[0]},%s,2026-01,5"
    text = "cut_id,territory,period,views\n" + "\n".join(line % one for one in ("", "DE", ""))
    found = [one for one, _ in read(text, mapping)]
    assert [one.territory for one in found if isinstance(one, UsageRow)] == ["AT", "DE", "AT"]
