"""Reports in other people's forms: mappings, identifiers, JSON lines and DDEX."""

import gzip
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.money import parse_rate
from royalties.models import Reject, Reported, UsageLine, UsageRow
from royalties.reports import identifiers
from royalties.reports.headings import guess
from royalties.reports.lines import Encoding, encoding_of
from royalties.reports.mapping import (
    ColumnMapping,
    Point,
    Thousands,
    TimeUnit,
    mapping_from_dict,
    mapping_to_dict,
)
from royalties.reports.opening import Form, Opened, open_report
from royalties.reports.rejected import first_line, line_of, read_rejected
from royalties.reports.rows import row_of, to_correct
from tests.unit.royalties.worlds import AT, CUT

REAL = {
    "isan": ("ISAN 0000-0000-3A8D-0000-Z-0000-0000-6", "0000-0000-3A8D-0000"),
    "eidr": (
        "https://doi.org/10.5240/ea73-79d7-1b2b-b378-3a73-m",
        "10.5240/EA73-79D7-1B2B-B378-3A73-M",
    ),
    "isrc": ("US-UM7-06-00055", "USUM70600055"),
    "isni": ("0000 0001 2103 2683", "0000000121032683"),
    "ipi": ("14107338", "00014107338"),
    "title_id": ("YouTube:NDH1bGnNMjw", "youtube:NDH1bGnNMjw"),
}
EVERY = {**identifiers.OF_CUTS, **identifiers.OF_PEOPLE}


@pytest.mark.parametrize("scheme", REAL)
def test_real_identifiers_are_read_into_one_form(scheme: str) -> None:
    text, wanted = REAL[scheme]
    assert EVERY[scheme](text) == wanted
    assert EVERY[scheme](wanted) == wanted


@pytest.mark.parametrize(
    ("scheme", "text"),
    [
        ("isan", "0000-0000-3A8D-0000-A"),
        ("isan", "0000-0000-3A8D-0000-Z-0000-0000-7"),
        ("isan", "0000-0000-3A8D"),
        ("isan", "0000-0000-3A8G-0000"),
        ("eidr", "10.5240/EA73-79D7-1B2B-B378-3A73-N"),
        ("eidr", "10.5239/EA73-79D7-1B2B-B378-3A73-M"),
        ("isrc", "USUM7060005"),
        ("isni", "0000000121032684"),
        ("ipi", "00014107339"),
        ("title_id", "NDH1bGnNMjw"),
        ("title_id", "youtube:"),
    ],
)
def test_a_wrong_identifier_is_refused(scheme: str, text: str) -> None:
    with pytest.raises(ValueError):
        EVERY[scheme](text)


@given(st.text("0123456789ABCDEF", min_size=16, max_size=16), st.data())
def test_any_other_check_character_is_wrong(root: str, data: st.DataObject) -> None:
    right = identifiers.check_character(root)
    assert identifiers.isan(root + right) == identifiers.isan(root)
    wrong = data.draw(st.sampled_from([c for c in identifiers.SYMBOLS if c != right]))
    with pytest.raises(ValueError):
        identifiers.isan(root + wrong)


def read(data: str | bytes, mapping: ColumnMapping | None = None) -> list[UsageRow | Reject]:
    stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return list(open_report(stream, mapping or ColumnMapping("them")).rows)


PLATFORM = [
    "Video ID",
    "Geography",
    "Date",
    "Views",
    "Watch time (hours)",
    "Estimated revenue (USD)",
]


def test_a_platforms_headings_are_guessed_with_their_units() -> None:
    found = guess("youtube", PLATFORM)
    assert found.columns == {
        "title_id": "Video ID",
        "territory": "Geography",
        "period": "Date",
        "views": "Views",
        "watched": "Watch time (hours)",
        "income": "Estimated revenue (USD)",
    }
    assert (found.watched, found.fixed) == (TimeUnit.HOURS, {"currency": "USD"})
    assert mapping_from_dict(mapping_to_dict(found)) == found
    german = guess("sender", ["Fassung", "Land", "Monat", "Aufrufe", "Sehdauer (Minuten)"])
    assert set(german.columns) == {"cut_id", "territory", "period", "views", "watched"}
    assert german.watched is TimeUnit.MINUTES


@pytest.mark.parametrize("heading", ["Watch time (fortnights)", "Revenue (shells)"])
def test_a_unit_that_is_not_known_is_said_and_not_guessed(heading: str) -> None:
    with pytest.raises(BadInput) as caught:
        guess("them", ["Views", heading])
    assert caught.value.code == "unknown-unit"
    assert heading in caught.value.message


def test_a_mapping_reads_names_units_decimals_and_months() -> None:
    mapping = ColumnMapping(
        "them",
        {
            "cut_id": "Fassung",
            "territory": "Land",
            "period": "Monat",
            "income": "Erlös",
            "watched": "Min",
        },
        {"currency": "EUR", "income_kind": "adverts"},
        decimal=Point.COMMA,
        watched=TimeUnit.MINUTES,
    )
    lines = (f"11/2026;{CUT};de;1000,50;1,5;x", f"202611;{CUT};AT;1.000,50;;y")
    text = "\n".join(("Monat;FASSUNG;Land;Erlös;Min;Titel", *lines))
    one, bad = read(text, mapping)
    assert isinstance(one, UsageRow)
    assert (one.period, one.territory, one.views) == ("2026-11", "DE", None)
    assert (one.reported.income_micro, one.reported.watched_ms) == (1_000_500_000, 90_000)
    assert bad == Reject(3, "bad-income", "income")
    with pytest.raises(BadInput):
        read("Monat;Land;Erlös;Min\n", mapping)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"sender": "Them"},
        {"sender": "them", "columns": {"nothing": "x"}},
        {"sender": "them", "columns": {"views": "x", "payments": "X"}},
        {"sender": "them", "fixed": {"views": "5"}},
        {"sender": "them", "watched": "fortnights"},
        {"sender": "them", "more": 1},
    ],
)
def test_a_mapping_that_says_more_or_less_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(BadInput) as caught:
        mapping_from_dict(document)
    assert caught.value.code == "bad-mapping"


def test_json_lines_are_read_and_decimals_have_to_be_text() -> None:
    place = f'"cut_id":"{CUT}","territory":"DE","period":"2026-11"'
    good = f'{{{place},"views":5,"free":true,"note":{{}}}}'
    floating, listed = (good.replace('"views":5', f'"views":{bad}') for bad in ("5.5", "[5]"))
    lines = [good, floating, "[]", "{", listed]
    found = read("\n".join(lines))
    assert isinstance(found[0], UsageRow)
    assert (found[0].views, found[0].reported.free) == (5, True)
    assert [one.cause for one in found[1:] if isinstance(one, Reject)] == [
        "not-json",
        "not-json",
        "not-json",
        "bad-views",
    ]


SPAN = ["2026-11-01", "2026-11-30", "PADPIDA1", "Stream Co"]
AV = "\n".join(
    "\t".join(cells)
    for cells in (
        [
            "HEAD",
            *["dsrf/33", "AudioVisualProfile", "1.1", "m1", "2026-12-01T00:00:00Z", "1", "1"],
            *SPAN,
        ],
        ["SY02.02", "S1", "", "", "SubscriptionModel", "OnDemandStream", "DE"],
        ["AS03.01", "1", "R1", "v9", "000000003A8D0000Z000000006"],
        ["SU04.01", "1", "S1", "T1", "", "R1", *[""] * 6, "true", "false", "120", "20"],
        ["SU04.01", "1", "S9", "T2", "", "R1", *[""] * 6, "true", "false", "120", "20"],
        ["SU04.01", "1", "S1", "T3", "", "R1", *[""] * 6, "true", "false", "10", "20"],
        ["SU04.01", "2", "S1", "T4", "", "R1", *[""] * 6, "true", "false", "10", "2"],
        ["FOOT", "8"],
    )
)


def test_an_audio_visual_report_is_read_record_by_record() -> None:
    one, *wrong = read(AV)
    assert one == UsageRow(
        4,
        "",
        "DE",
        "2026-11",
        100,
        "1/T1",
        names=(("isan", "0000-0000-3A8D-0000"), ("title_id", "them:v9")),
    )
    assert [item.cause for item in wrong if isinstance(item, Reject)] == [
        "summary-missing",
        "bad-views",
        "title-missing",
    ]


def test_a_report_that_was_cut_off_says_so() -> None:
    *_, last = read(AV.rpartition("\n")[0])
    assert last == Reject(8, "footer-missing")


def test_a_packed_report_is_the_same_report_and_a_damaged_one_is_refused() -> None:
    packed = gzip.compress(AV.encode())
    assert read(packed) == read(AV)
    assert open_report(io.BytesIO(packed)).form is Form.DSR
    with pytest.raises(BadInput):
        read(packed[:-9])


def test_the_published_samples_are_read(vectors_dir: Path) -> None:
    for file in sorted((vectors_dir / "dsr").glob("*YouTube*.tsv")):
        data = file.read_bytes()
        rows = read(data, ColumnMapping("youtube", longer=True))
        assert [row.views for row in rows if isinstance(row, UsageRow)] == [
            7810,
            2045,
            18,
            4,
            258,
            75,
        ]
        assert rows[0].names[0] == ("isrc", "USSM19803037")  # type: ignore[union-attr]
        causes = {row.cause for row in read(data) if isinstance(row, Reject)}
        assert causes == {"period-not-a-month"}
    for file in sorted((vectors_dir / "dsr").glob("*PADPIDA*.tsv")):
        assert read(file.read_bytes()) == []


def test_rejected_lines_are_a_file_to_mend() -> None:
    text = f'cut_id;territory;period;views;Titel\n{CUT};QQ;2026-11;5;"a; b"\n"{CUT};DE\n'
    opened = open_report(io.BytesIO(text.encode()))
    rejects = [one for one in opened.rows if isinstance(one, Reject)]
    mended = first_line(opened.header) + "".join(line_of(one, opened.header, {}) for one in rejects)
    first, second, third = mended.splitlines()
    assert (
        first == "cut_id;territory;period;views;Titel;ebenbild_line;ebenbild_column;ebenbild_cause"
    )
    assert second == f'{CUT};QQ;2026-11;5;"a; b";2;territory;bad-territory'
    assert third.endswith(";;;;;3;;broken-quotes")
    (again,) = read(
        mended.replace("QQ", "DE").splitlines(keepends=True)[0] + second.replace("QQ", "DE")
    )
    assert isinstance(again, UsageRow)
    assert open_report(io.BytesIO(mended.encode())).ignored == ("titel",)
    told = [
        (one.line_no, one.column, one.cause, one.text)
        for one in read_rejected([*mended.splitlines()])
    ]
    assert told == [
        (2, "territory", "bad-territory", f"{CUT};QQ;2026-11;5;a; b"),
        (3, "", "broken-quotes", f'"{CUT};DE'),
    ]
    assert list(read_rejected(["another;file", "1;2"])) == []


def mended(opened: Opened) -> str:
    """The file of what an import rejects."""
    rejects = [one for one in opened.rows if isinstance(one, Reject)]
    return first_line(opened.header) + "".join(line_of(one, opened.header, {}) for one in rejects)


def test_rejected_json_lines_are_a_file_to_mend() -> None:
    place = f'"cut_id":"{CUT}","territory":"QQ","period":"2026-11"'
    file = mended(open_report(io.BytesIO(f'{{{place},"views":5,"reference":"a, b"}}'.encode())))
    (again,) = read(file.replace("QQ", "DE"))
    assert isinstance(again, UsageRow)
    assert (again.cut_id, again.territory, again.reference) == (CUT, "DE", "a, b")
    assert read(file + 'x,y\n1,"')[1:] == [
        Reject(3, "wrong-number-of-fields", text="x,y"),
        Reject(4, "broken-quotes", text='1,"'),
    ]
    marked = b"\xef\xbb\xbf" + file.replace("QQ", "DE").replace("\n", "\r\n").encode()
    assert [(row._replace(text=""),) for row in read(marked) if isinstance(row, UsageRow)] == [
        (again._replace(text=""),)
    ]


def test_a_rejected_record_of_ddex_is_mended_without_the_rest_of_its_report() -> None:
    longer = AV.replace("2026-11-01", "2026-10-01")
    first = next(iter(open_report(io.BytesIO(longer.encode())).rows))
    assert isinstance(first, Reject) and first.cause == "period-not-a-month"
    file = first_line(None) + line_of(first, None, {})
    (again,) = read(file.replace('{""', '{""period"": ""2026-11"", ""', 1), ColumnMapping("ours"))
    (whole, *_) = open_report(io.BytesIO(AV.encode())).rows
    assert isinstance(again, UsageRow) and isinstance(whole, UsageRow)
    assert again._replace(line_no=0, text="") == whole._replace(line_no=0, text="")


@pytest.mark.parametrize(
    "data", [AV, f'{{"cut_id":"{CUT}","territory":"DE","period":"2026-11","views":5}}']
)
def test_a_mark_of_utf_8_is_no_part_of_a_report(data: str) -> None:
    assert read(b"\xef\xbb\xbf" + data.encode()) == read(data)


def test_the_cells_of_a_line_read_back_as_its_correction() -> None:
    figures = (
        "unique_views,watched,completion,income,income_kind,currency,payments,free,subscribers,days"
    )
    told = "7,1:00:00.5,70 %,100.500001,micro-payments,EUR,3,no,9,1/2".replace(
        "1:00:00.5", "3600.5"
    )
    text = f"cut_id,territory,period,views,reference,{figures}\n{CUT},DE,2026-11,5,a,{told}\n"
    (row,) = read(text)
    assert isinstance(row, UsageRow)
    place = (row.cut_id, row.territory, row.period, row.views, row.reference)
    line = UsageLine(LINE, "ten_x", "imp_x", 2, *place, row.content_hash, AT, row.reported)
    cells = to_correct(line)
    assert row_of(cells, 2) == row._replace(supersedes=LINE)
    bare = replace(line, views=None, reference="", reported=Reported(free=False, payments=0))
    again = row_of(to_correct(bare), 2)
    assert isinstance(again, UsageRow) and again.reported == bare.reported
    assert (again.views, again.reference) == (None, "")


def test_an_income_is_in_a_currency_that_there_is() -> None:
    head = "cut_id,territory,period,income,income_kind,currency\n"
    causes = [
        row.cause if isinstance(row, Reject) else ""
        for row in read(head + "".join(f"{CUT},DE,2026-11,5,adverts,{one}\n" for one in UNITS))
    ]
    assert causes == ["", "", "bad-currency", "bad-currency"]


UNITS = ("EUR", "kwd", "XYZ", "EU")
LINE = f"usg_{'a' * 26}"


ABROAD = "Fassung;Land;Monat;Aufrufe;Erlös;Währung;Erlösart\n"


def a_german_sender(**more: object) -> ColumnMapping:
    columns = {"cut_id": "Fassung", "territory": "Land", "period": "Monat", "views": "Aufrufe"}
    columns |= {"income": "Erlös", "currency": "Währung", "income_kind": "Erlösart"}
    return ColumnMapping("kino", columns, decimal=Point.COMMA, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("views", "income", "fault"),
    [
        ("12.500", "1.250,50", ""),
        ("12500", "1250,5", ""),
        ("1.012.500", "0,50", ""),
        ("12.50", "1,5", "bad-views"),
        ("1250.000", "1,5", "bad-views"),
        ("12,500", "1,5", "bad-views"),
        ("5", "1.25", "bad-income"),
        ("5", "1.250.50", "bad-income"),
    ],
)
def test_thousands_are_parted_in_threes_or_not_read(views: str, income: str, fault: str) -> None:
    line = f"{CUT};AT;11/2026;{views};{income};EUR;adverts\n"
    (row,) = read(ABROAD + line, a_german_sender(thousands=Thousands.POINT))
    if fault:
        assert isinstance(row, Reject) and row.cause == fault
        return
    assert isinstance(row, UsageRow)
    assert row.views == int(views.replace(".", ""))
    assert row.reported.income_micro == parse_rate(income.replace(".", "").replace(",", "."))


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f"])
def test_any_blank_parts_thousands(blank: str) -> None:
    line = f"{CUT};AT;11/2026;12{blank}500;1,5;EUR;adverts\n"
    (row,) = read(ABROAD + line, a_german_sender(thousands=Thousands.BLANK))
    assert isinstance(row, UsageRow) and row.views == 12_500


def test_one_sign_does_not_part_thousands_and_decimals() -> None:
    with pytest.raises(ValueError, match="one sign"):
        a_german_sender(thousands=Thousands.COMMA)


def test_a_file_in_latin_1_is_read_where_its_mapping_says_so() -> None:
    text = ABROAD.replace("\n", ";Kanal\n") + f"{CUT};AT;11/2026;5;1,5;EUR;adverts;Köln\n"
    mapping = a_german_sender(encoding=Encoding.WINDOWS)
    mapping = replace(mapping, columns={**mapping.columns, "reference": "Kanal"})
    assert encoding_of(text.encode("latin-1")) is Encoding.WINDOWS
    assert encoding_of(text.encode()[: text.encode().index(b"\xc3") + 1]) is Encoding.UTF_8
    for data in (text.encode("latin-1"), text.encode()):
        (row,) = read(data, mapping)
        assert isinstance(row, UsageRow) and (row.reference, row.text[-4:]) == ("Köln", "Köln")
    with pytest.raises(BadInput, match="not UTF-8"):
        read(text.encode("latin-1"), replace(mapping, encoding=Encoding.UTF_8))
