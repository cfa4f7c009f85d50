"""Writes an audit pack: the books of one tenant as a zip file that needs none of our programs.

Pages of transactions are written as they are read. Every member bears the same date, so that the
same books, moment and seed give the same bytes.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import IO, Any

from sqlmodel import Session

from core import approvals
from core.canonical import canonical
from core.errors import BadInput
from core.keys import PrivateKey
from core.principal import Principal, SearchCapability, require
from royalties import auditpack as rules
from royalties.models_books import Transaction
from royalties.models_runs import RunState
from royalties.service import run_checking
from royalties.service.bookfacts import facts_of
from royalties.service.runs import payload_of
from royalties.service.tariffs import tariffs_pinned
from royalties.store import balances, journal, periods, runs, usagenames, writeoffs
from royalties.tariffs.documents import tariff_to_dict
from royalties.wire_books import period_to_dict
from royalties.wire_transactions import transaction_to_dict

_DATED = (1980, 1, 1, 0, 0, 0)
_PAGE = 1000
_SHIPPED = files("royalties") / "data"
_RULES = ("deductions", "withholding.json", "territory_factors.json")
Receipt = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Order:
    """Who signs the pack, where opened receipts come from, and how the sample is drawn."""

    registry_key: PrivateKey
    receipt: Receipt
    seed: str
    sample: int
    now: datetime


@dataclass(slots=True)
class _Pack:
    """A zip file that keeps the digest of each member."""

    zip: zipfile.ZipFile
    digests: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        """Write a member part by part."""
        said = hashlib.sha256()
        member = zipfile.ZipInfo(name, _DATED)
        member.compress_type = zipfile.ZIP_DEFLATED
        with self.zip.open(member, "w", force_zip64=True) as out:
            for part in parts:
                out.write(part)
                said.update(part)
        self.digests.append((name, said.hexdigest()))

    def lines(self, name: str, lines: Iterable[str]) -> None:
        """Write a member line by line."""
        self.add(name, (f"{line}\n".encode() for line in lines))


def write_pack(session: Session, principal: Principal, target: IO[bytes], order: Order) -> None:
    """Write the pack of the principal's own book into a binary file.

    Raises `BadInput` for a sample that is too large or has no seed, and `NotAllowed` without the
    scope `reports`.
    """
    require(principal, "reports")
    _check_sample(order.seed, order.sample)
    book = principal.tenant_id
    with zipfile.ZipFile(target, "w") as archive:
        pack = _Pack(archive)
        pack.add(rules.README, [(_SHIPPED / "auditpack.txt").read_bytes()])
        _books(pack, session, book)
        _months(pack, session, principal, order.receipt)
        _claims(pack, session, principal, order)
        _runs(pack, session, principal, order.receipt)
        _rules(pack)
        pack.lines("facts.jsonl", facts_of(session, book))
        head = {"book": book, "seed": order.seed, "sample": order.sample}
        signed = rules.signed_manifest(head, pack.digests, order.registry_key, order.now)
        pack.add(rules.MANIFEST, [_json(signed)])


def sample_of(session: Session, principal: Principal, seed: str, size: int) -> tuple[str, ...]:
    """The accruals of one's own book that a seed draws, as the pack of the same seed lists them.

    Raises as `write_pack` does.
    """
    require(principal, "reports")
    _check_sample(seed, size)
    drawing = rules.Sampler(seed, size)
    for name in journal.claim_ids(session, _capability(principal.tenant_id), principal.tenant_id):
        drawing.see(name)
    return drawing.drawn()


def _check_sample(seed: str, size: int) -> None:
    if not 0 <= size <= rules.SAMPLE_MAX or not seed.isprintable() or not seed:
        raise BadInput(
            f"A sample has at most {rules.SAMPLE_MAX} claims, and a seed in one line.",
            next_step="Choose a seed that nobody knew before, such as today's lottery numbers.",
            code="bad-sample",
        )


def _books(pack: _Pack, session: Session, book: str) -> None:
    pack.lines(rules.TRANSACTIONS, map(rules.transaction_row, _transactions(session, book)))
    rows = (row for one in _transactions(session, book) for row in rules.posting_rows(one))
    pack.lines(rules.POSTINGS, _headed(rules.POSTING_COLUMNS, rows))
    found = balances.of_book(session, _capability(book), book)
    columns = ("account", "currency", "debits_micro", "credits_micro")
    sums = (
        "\t".join((one.account, one.currency, str(one.debits_micro), str(one.credits_micro)))
        for one in found
    )
    pack.lines("balances.tsv", _headed(columns, sums))
    lost = writeoffs.of_book(session, _capability(book), book)
    rows = (rules.write_off_row(book, one) for one in lost)
    pack.lines(rules.WRITE_OFFS, _headed(rules.WRITE_OFF_COLUMNS, rows))


def _months(pack: _Pack, session: Session, principal: Principal, receipt: Receipt) -> None:
    months = periods.list_periods(session, principal, principal.tenant_id)
    pack.add("periods.json", [_json([period_to_dict(one) for one in months])])
    for one in months:
        if one.log_index is None or one.approval_id is None:
            continue
        approved = approvals.get_approval(session, principal, one.approval_id)
        _receipt(pack, one.month, receipt(one.log_index), approved.payload)


def _receipt(pack: _Pack, name: str, made: bytes, payload: Mapping[str, Any]) -> None:
    """The receipt of a leaf with what the leaf commits to; neither where nothing covers it yet."""
    if made:
        pack.add(f"receipts/{name}.txt", [made])
        pack.add(f"receipts/{name}.json", [canonical(payload)])


def _claims(pack: _Pack, session: Session, principal: Principal, order: Order) -> None:
    drawing = rules.Sampler(order.seed, order.sample)
    named = set()

    def told() -> Iterator[str]:
        for one in _transactions(session, principal.tenant_id):
            if rules.is_claim(one):
                drawing.see(one.id)
                named.add(one.pins.tariff)
                yield json.dumps(transaction_to_dict(one), ensure_ascii=False, sort_keys=True)

    pack.lines(rules.CLAIMS, told())
    drawn = (
        f"{number}\t{name}\t{rules.digest_of(order.seed, name)}"
        for number, name in enumerate(drawing.drawn(), 1)
    )
    pack.lines("sample.tsv", _headed(("number", "claim", "digest"), drawn))
    book = principal.tenant_id
    titles = map(_row, usagenames.of_book(session, _capability(book), book))
    pack.lines("titles.tsv", _headed(("usage_line", "scheme", "value"), titles))
    tariffs = tariffs_pinned(session, principal, named).values()
    for tariff in sorted(tariffs, key=lambda one: (one.id, one.version)):
        pack.add(f"tariffs/{tariff.id}.{tariff.version}.json", [_json(tariff_to_dict(tariff))])


def _runs(pack: _Pack, session: Session, principal: Principal, receipt: Receipt) -> None:
    """The facts of each closed run, as it is checked by, and what the public log has of it."""
    for one in runs.of_book(session, _capability(principal.tenant_id), principal.tenant_id):
        if one.state is not RunState.CLOSED:
            continue
        pack.lines(f"runs/{one.number:04}.jsonl", run_checking.export(session, principal, one.id))
        if one.log_index is not None:
            totals = runs.totals_of(session, principal, one.id)
            payload = payload_of(one, totals)
            _receipt(pack, f"run-{one.number:04}", receipt(one.log_index), payload)


def _rules(pack: _Pack) -> None:
    """The rates that ship, as they ship: with their sources."""
    for name in _RULES:
        found = _SHIPPED / name
        if not found.is_dir():
            pack.add(f"rules/{name}", [found.read_bytes()])
            continue
        for one in sorted(found.iterdir(), key=lambda file: file.name):
            pack.add(f"rules/{name}/{one.name}", [one.read_bytes()])


def _transactions(session: Session, book: str) -> Iterator[Transaction]:
    """Every transaction of a book in order of booking, page by page."""
    after = 0
    while page := journal.of_book(session, _capability(book), book, after_seq=after, limit=_PAGE):
        yield from page
        after = page[-1].seq


def _capability(book: str) -> SearchCapability:
    return SearchCapability("audit-pack", book)


def _headed(columns: Iterable[str], rows: Iterable[str]) -> Iterator[str]:
    yield "\t".join(columns)
    yield from rows


def _row(cells: Iterable[str]) -> str:
    """A row of texts that others wrote: whatever parts cells in them is a space."""
    return "\t".join(" ".join(one.split()) for one in cells)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
