"""The canonical JSON (RFC 8785) of transactions, written from their values without ordering them.

A statement's id follows from these bytes, of a million transactions in a great book. Objects made
for them, looked through and ordered, took a third of its time. The members stand here in the order
of their names; tests hold the text against `canonical` of `transaction_to_dict`.
"""

from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring as quoted
from typing import Any

from core.canonical import INTEGER_MAX, canonical
from core.clock import to_text
from fingerprint.models import Span
from licensing.models import TariffTerm
from royalties.models import Pins
from royalties.models_books import Claim, Posting, Transaction
from royalties.wire import kept_to_dict, term_to_dict
from royalties.wire_transactions import transaction_to_dict
from royalties.wire_usage import origin_to_dict, reported_to_dict

_SURROGATES = "\ud800"
# What most pins say nothing of stands behind everything else.
_PLAIN = Pins._fields.index("reported")
_USUAL = tuple(Pins._field_defaults.values())


def canonical_transactions(transactions: Sequence[Transaction]) -> bytes:
    """The bytes of `canonical` for the list of their dictionaries; raises `BadInput` as it does."""
    try:
        text = "[" + ",".join([_transaction(one) for one in transactions]) + "]"
        if text.isascii() or max(text) < _SURROGATES:
            return text.encode()
    except _NotPlain:
        pass
    return canonical([transaction_to_dict(one) for one in transactions])


class _NotPlain(Exception):
    """A value that only `canonical` knows how to write, or to refuse."""


def _transaction(one: Transaction) -> str:
    claim = "null" if one.claim is None else _claim(one.claim)
    return (
        f'{{"book":{quoted(one.tenant_id)},"claim":{claim},"earned":{quoted(one.earned_period)}'
        f',"facts_key":{quoted(one.facts_key)},"id":{quoted(one.id)},"kind":{quoted(one.kind)}'
        f',"pair_id":{_named(one.pair_id)},"posted":{quoted(one.posted_period)}'
        f',"postings":[{_postings(one.postings)}],"reason":{quoted(one.reason)}'
        f',"recorded_at":"{to_text(one.recorded_at)}","reverses_id":{_named(one.reverses_id)}'
        f',"run_id":{_named(one.run_id)},"seq":{_whole(one.seq)}}}'
    )


def _claim(claim: Claim) -> str:
    return (
        f'{{"licensee_id":{quoted(claim.licensee_id)},"live_key":{quoted(claim.live_key)}'
        f',"pins":{_pins(claim.pins)},"revision":{_whole(claim.revision)}'
        f',"working":{{{_working(claim.working)}}}}}'
    )


def _pins(pins: Pins) -> str:
    factor, views = pins.factor, pins.views
    kept = origin = reported = ""
    if pins[_PLAIN:] != _USUAL:
        said = (kept_to_dict(pins), origin_to_dict(pins.origin), reported_to_dict(pins.reported))
        kept, origin, reported = map(_told, said)
    return (
        f'{{"clearance_id":{quoted(pins.clearance_id)},"cut_id":{quoted(pins.cut_id)}{kept}'
        f',"kind":{quoted(pins.kind or "")},"licence_id":{quoted(pins.licence_id)}'
        f',"model_ids":[{_texts(pins.model_ids)}]{origin},"payee_id":{quoted(pins.payee_id)}'
        f',"performer_id":{quoted(pins.performer_id)},"period":{quoted(pins.period)}{reported}'
        f',"scan_id":{quoted(pins.scan_id)},"spans":[{_spans(pins.spans)}]'
        f',"tariff":{_term(pins.tariff)},"tariff_id":{quoted(pins.tariff_id)}'
        f',"territory":{quoted(pins.territory)}'
        f',"territory_factor":[{_whole(factor.numerator)},{_whole(factor.denominator)}]'
        f',"territory_factor_set":{quoted(pins.factor_set_id)}'
        f',"threshold_ids":[{_texts(pins.threshold_ids)}]'
        f',"usage_line_id":{quoted(pins.usage_line_id)},"use_id":{quoted(pins.use_id)}'
        f',"use_ms":{_whole(pins.use_ms)},"views":{"null" if views is None else _whole(views)}}}'
    )


def _term(term: TariffTerm) -> str:
    if term.tariff is not None:
        return canonical(term_to_dict(term)).decode()
    rate = _whole(term.rate_micro)
    return f'{{"currency":{quoted(term.currency)},"kind":{quoted(term.kind)},"rate_micro":{rate}}}'


def _told(members: Mapping[str, Any]) -> str:
    """Members to stand behind others; nothing of none."""
    return f",{canonical(members)[1:-1].decode()}" if members else ""


def _working(working: Mapping[str, Any]) -> str:
    return ",".join(
        [
            f"{quoted(name)}:{quoted(said) if type(said) is str else _whole(said)}"
            for name, said in sorted(working.items())
        ]
    )


def _postings(postings: Sequence[Posting]) -> str:
    return ",".join(
        [f'[{quoted(name)},"{amount}",{quoted(currency)}]' for name, amount, currency in postings]
    )


def _spans(spans: Sequence[Span]) -> str:
    return ",".join([f"[{_whole(one.start_ms)},{_whole(one.end_ms)}]" for one in spans])


def _texts(texts: Sequence[str]) -> str:
    return ",".join(map(quoted, texts))


def _named(name: str | None) -> str:
    return "null" if name is None else quoted(name)


def _whole(number: Any) -> int:
    if type(number) is int and -INTEGER_MAX <= number <= INTEGER_MAX:
        return number
    raise _NotPlain
