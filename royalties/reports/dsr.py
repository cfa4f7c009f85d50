"""Reads DDEX Digital Sales Reports, record by record: who was shown what, how often, for how much.

A record of a title (AS01, AS03) says which film it is, a summary (SY) where and on what terms, a
usage record (SU) how often. Only one block and the summaries are kept in memory. The columns are
those of the AudioVisualProfile 1.1 and the UGC profile; a file's own `#` lines win over them.
https://kb.ddex.net/implementing-each-standard/digital-sales-reporting-message-suite-(dsr)/
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from royalties.models import Reject, UsageRow
from royalties.reports.lines import LineReader, read_lines
from royalties.reports.mapping import OURS, ColumnMapping
from royalties.reports.rows import row_of
from royalties.tariffs.models import IncomeKind

_SUMMARY = (
    *("SummaryRecordId", "DistributionChannel", "DistributionChannelDPID", "CommercialModel"),
    *("UseType", "Territory", "ServiceDescription", "Usages", "Users", "Currency"),
)
_SALE = ("BlockId", "SummaryRecordId", "SalesTransactionId", "TransactedRelease")
LAYOUT: Mapping[str, tuple[str, ...]] = {
    "HEAD": (
        *("MessageVersion", "Profile", "ProfileVersion", "MessageId", "MessageCreatedDateTime"),
        *("FileNumber", "NumberOfFiles", "UsageStartDate", "UsageEndDate", "SenderPartyId"),
        "SenderName",
    ),
    "SY02": _SUMMARY,
    "AS01": ("BlockId", "ResourceReference", "DspResourceId", "ISRC"),
    "AS03": ("BlockId", "ResourceReference", "DspResourceId", "ISAN", "EIDR"),
    "SU01": (*_SALE, "TransactedResource", "IsRoyaltyBearing", "SalesUpgrade", "Usages", "Returns"),
    "SU02": (*_SALE, "TransactedResource", "IsRoyaltyBearing", "NumberOfStreams"),
    "SU03": (
        *("BlockId", "SalesTransactionId", "SummaryRecordId", "DspResourceId", "Usages"),
        *("NetRevenue", "ValidityPeriodStart", "ValidityPeriodEnd"),
    ),
    "SU04": (
        *(*_SALE, "TransactedResource", "DrmEnforcementType", "VideoDefinitionType", "CodingType"),
        *("BitRate", "OriginalBroadcastChannel", "OriginalBroadcastDateTime", "IsRoyaltyBearing"),
        *("SalesUpgrade", "Usages", "Returns"),
    ),
}
_KINDS: Mapping[str, IncomeKind] = {
    "advertisementsupportedmodel": IncomeKind.ADVERTS,
    "adsupport": IncomeKind.ADVERTS,
    "subscriptionmodel": IncomeKind.SUBSCRIPTIONS,
    "payasyougomodel": IncomeKind.MICRO_PAYMENTS,
}
_WHOLE = re.compile(r"([0-9]{1,12})(?:\.0+)?")
_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})(?:-?[0-9]{2})?")
_SLUG = re.compile(r"[^a-z0-9]+")

Record = Mapping[str, str]


@dataclass(slots=True)
class _Message:
    """What is known of the message so far: its head, its summaries, and the block at hand."""

    mapping: ColumnMapping
    layout: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(LAYOUT))
    head: Record = field(default_factory=dict)
    summaries: dict[str, Record] = field(default_factory=dict)
    block: str = ""
    titles: dict[str, Record] = field(default_factory=dict)
    ended: bool = False

    def read(self, kind: str, cells: list[str]) -> Record:
        """The cells of a record by their names."""
        names = self.layout.get(kind, ())
        return {name: cell.strip() for name, cell in zip(names, cells, strict=False)}

    def title(self, record: Record) -> None:
        """Keep a title of the block, under all names that usage records may call it by."""
        if record.get("BlockId", "") != self.block:
            self.block, self.titles = record.get("BlockId", ""), {}
        for name in ("ResourceReference", "DspResourceId"):
            self.titles[record.get(name, "")] = record


def read_dsr(stream: LineReader, mapping: ColumnMapping = OURS) -> Iterator[UsageRow | Reject]:
    """Read a report, one answer per usage record; `mapping` says whose it is.

    A report without its last record was cut off on its way, which a reject at its end says.
    """
    message, line_no = _Message(mapping), 0
    for line_no, text in read_lines(stream, encoding=mapping.encoding):
        if isinstance(text, Reject):
            yield text
            continue
        kind, *cells = text.split("\t")
        kind = kind.partition(".")[0].strip()
        if kind.startswith("#"):
            message.layout |= {kind[1:]: tuple(cell.strip() for cell in cells)} if cells else {}
        elif kind.startswith("SU") and kind in message.layout:
            yield _usage(message, message.read(kind, cells), line_no, text)
        else:
            _keep(message, kind, message.read(kind, cells))
    if not message.ended:
        yield Reject(line_no + 1, "footer-missing")


def _keep(message: _Message, kind: str, record: Record) -> None:
    if kind == "HEAD":
        message.head = record
    elif kind.startswith("SY") and record.get("SummaryRecordId"):
        message.summaries[record["SummaryRecordId"]] = record
    elif kind in ("AS01", "AS02", "AS03"):
        message.title(record)
    elif kind in ("FOOT", "SRFO"):
        message.ended = True


def _usage(message: _Message, record: Record, line_no: int, text: str) -> UsageRow | Reject:
    """A usage record and what it refers to, kept as one JSON line that can be mended alone."""
    summary = message.summaries.get(record.get("SummaryRecordId", ""))
    if summary is None:
        return Reject(line_no, "summary-missing", "SummaryRecordId", text)
    title = _title(message, record)
    if title is None:
        return Reject(line_no, "title-missing", "TransactedResource", text)
    period, views = _period(message, record), _views(record)
    cells = _cells(message, record, summary, title)
    cells |= {"period": period or "", "views": "" if views is None else str(views)}
    told = json.dumps({name: cell for name, cell in cells.items() if cell}, ensure_ascii=False)
    if period is None:
        return Reject(line_no, "period-not-a-month", "UsageStartDate", told)
    if views is None:
        return Reject(line_no, "bad-views", "Usages", told)
    return row_of(cells, line_no, told)


def _cells(message: _Message, record: Record, summary: Record, title: Record) -> dict[str, str]:
    """What a usage record says by our columns, but for its month and how often."""
    place = summary.get("Territory", "")
    return {
        "territory": "*" if place.lower() == "worldwide" else place,
        "reference": f"{record.get('BlockId', '')}/{record.get('SalesTransactionId', '')}",
        "isan": title.get("ISAN", ""),
        "eidr": title.get("EIDR", ""),
        "isrc": title.get("ISRC", ""),
        "title_id": _title_id(message, title),
        **_income(message.mapping, record, summary),
    }


def _title(message: _Message, record: Record) -> Record | None:
    """What was shown: the title that the record calls by name, or the only one of its block."""
    if record.get("BlockId", "") != message.block:
        return None
    for name in ("TransactedResource", "DspResourceId", "DspReleaseId"):
        if record.get(name, "") in message.titles and record.get(name):
            return message.titles[record[name]]
    every = list(message.titles.values())
    return every[0] if every and all(one is every[0] for one in every) else None


def _views(record: Record) -> int | None:
    """Usages less what was given back; None where either is no count or less came than went."""
    shown = _WHOLE.fullmatch(record.get("Usages") or record.get("NumberOfStreams", ""))
    back = _WHOLE.fullmatch(record.get("Returns") or "0")
    if shown is None or back is None:
        return None
    left = int(shown.group(1)) - int(back.group(1))
    return left if left >= 0 else None


def _period(message: _Message, record: Record) -> str | None:
    """The month of a record; of several months the last one, where the mapping counts it so."""
    for source, names in (
        (record, ("ValidityPeriodStart", "ValidityPeriodEnd")),
        (message.head, ("UsageStartDate", "UsageEndDate")),
    ):
        days = [_DAY.fullmatch(source.get(name, "")) for name in names]
        months = [f"{day.group(1)}-{day.group(2)}" for day in days if day is not None]
        if len(months) == len(names):
            return months[-1] if message.mapping.longer or months[0] == months[-1] else None
    return None


def _title_id(message: _Message, title: Record) -> str:
    own = title.get("DspResourceId", "")
    ours = message.mapping.sender if message.mapping is not OURS else ""
    sender = ours or _SLUG.sub("-", message.head.get("SenderName", "").lower()).strip("-")
    return f"{sender}:{own}" if sender and own else ""


def _income(mapping: ColumnMapping, record: Record, summary: Record) -> dict[str, str]:
    """Net revenue, of the kind that the terms of the summary make it."""
    income = record.get("NetRevenue", "")
    if not income:
        return {}
    kind = _KINDS.get(summary.get("CommercialModel", "").lower())
    said = kind.value if kind else mapping.fixed.get("income_kind", "")
    return {"income": income, "income_kind": said, "currency": summary.get("Currency", "")}
