"""An account statement as pages, terminal and paper show it: figures with their words.

The signed document is all that goes in; amounts turn into the performer's signs, so that what is
owed more is positive.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from api.web import texts
from royalties.accountfigures import Change, Summary, changes_of, sources, summaries
from royalties.accounts import parse
from royalties.accountstatement import AccountStatement, Movement
from royalties.accountstatement_wire import from_dict
from royalties.models import Pins
from royalties.models_books import Transaction
from royalties.wire import pins_to_dict


def shown(document: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """All that a rendering places: head, summary, sources, and every line with what is beneath."""
    statement = from_dict(document)
    lines = [_line(lang, one, statement) for one in statement.movements]
    return {
        "id": statement.id,
        "performer_id": statement.holder.performer_id,
        "month": statement.month,
        "month_name": texts.month(lang, statement.month),
        "closed": statement.closed,
        "as_of_seq": statement.as_of_seq,
        "issuer": str(document.get("issuer", "")),
        "summaries": [_summary(lang, one, lines) for one in summaries(statement)],
        "sources": _sources(statement, lines),
        "lines": lines,
    }


def lines_of(
    lines: Sequence[Mapping[str, Any]], asked: Mapping[str, str]
) -> tuple[Mapping[str, Any], ...]:
    """The lines that a figure adds up: `asked` are its `ask`, all lines where it asks nothing."""
    wanted = {(name, value) for name, value in asked.items() if value}
    return tuple(line for line in lines if wanted <= line["answers"])


def change_name(lang: str, kind: str, counterpart: str) -> str:
    """What a change is called: by both where there is such a word, else by what happened."""
    words = texts.catalogue(lang)
    exact = f"accountstatement.change.{kind}.{counterpart}"
    return words.get(exact) or texts.text(lang, f"accountstatement.change.{kind}")


def why(lang: str, reason: str) -> str:
    """The words for the code of a transaction's reason; one without words stays as it is."""
    name, _, detail = reason.partition(":")
    detail = texts.catalogue(lang).get(f"accountstatement.waits.{detail}", detail)
    key = f"accountstatement.why.{name}"
    return texts.text(lang, key, detail=detail) if key in texts.catalogue(lang) else reason


def _summary(lang: str, one: Summary, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "opening_micro": one.opening_micro,
        "closing_micro": one.closing_micro,
        "changes": [_change(lang, change, one.currency, lines) for change in one.changes],
        "parts": [
            {
                "name": texts.text(lang, f"accountstatement.part.{kind.value}"),
                "amount_micro": amount,
                **_led({"part": kind.value, "currency": one.currency}, lines),
            }
            for kind, amount in one.parts
        ],
    }


def _change(
    lang: str, one: Change, currency: str, lines: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    name = change_name(lang, one.kind.value, one.counterpart)
    asked = {"change": f"{one.kind.value}.{one.counterpart}", "currency": currency}
    return {"name": name, "amount_micro": one.amount_micro, **_led(asked, lines)}


def _sources(
    statement: AccountStatement, lines: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """With `share`, in hundredths of the currency's largest source; what was lost has none."""
    found = sources(statement)
    largest = {one.currency: 0 for one in found}
    for one in found:
        largest[one.currency] = max(largest[one.currency], one.amount_micro)
    return [
        {
            "currency": one.currency,
            "cut_id": one.cut_id,
            "kind": one.kind,
            "amount_micro": one.amount_micro,
            "share": max(0, 100 * one.amount_micro // (largest[one.currency] or 1)),
            **_led({"cut": one.cut_id, "kind": one.kind, "currency": one.currency}, lines),
        }
        for one in found
    ]


def _led(asked: Mapping[str, str], lines: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Where a figure leads: what it asks of the lines, and the first that answers, if one does."""
    first = next((line["id"] for line in lines_of(lines, asked)), "")
    return {"ask": urlencode(asked), "line": first}


def _line(lang: str, movement: Movement, statement: AccountStatement) -> dict[str, Any]:
    one = movement.transaction
    moved = changes_of(movement, statement.holder.accounts)
    return {
        "id": one.id,
        "book": one.tenant_id,
        "kind": one.kind.value,
        "name": texts.text(lang, f"accountstatement.change.{one.kind.value}"),
        "why": why(lang, one.reason),
        "earned": one.earned_period,
        "recorded_at": one.recorded_at,
        "reverses_id": one.reverses_id or "",
        "run_id": one.run_id or "",
        "amounts": _amounts(moved),
        "changes": [
            {
                "name": change_name(lang, one.kind.value, counterpart),
                "currency": currency,
                "amount_micro": amount,
            }
            for (currency, counterpart), amount in sorted(moved.items())
        ],
        "claim": None if one.claim is None else claim_shown(one),
        "answers": _answers(movement, statement, moved),
    }


def _answers(
    movement: Movement, statement: AccountStatement, moved: Mapping[tuple[str, str], int]
) -> frozenset[tuple[str, str]]:
    """What a figure may ask of the line and is part of it."""
    one = movement.transaction
    own = [p for p in one.postings if p.account in statement.holder.accounts]
    found = {("change", f"{one.kind.value}.{opposite}") for _, opposite in moved}
    found |= {("currency", posting.currency) for posting in own}
    found |= {("part", parse(posting.account).kind.value) for posting in own}
    if one.claim is not None:
        found |= {("cut", one.pins.cut_id), ("kind", one.pins.kind or "")}
    return frozenset(found)


def _amounts(moved: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    sums: dict[str, int] = {}
    for (currency, _), amount in sorted(moved.items()):
        sums[currency] = sums.get(currency, 0) + amount
    return [{"currency": name, "amount_micro": amount} for name, amount in sums.items()]


def _waits(pins: Pins) -> dict[str, Any] | None:
    """Why a claim is kept and not the performer's to have yet; None for a licensed one."""
    detail = {"territories": pins.territory, "parties": ", ".join(pins.parties)}
    return {"code": pins.cause, "detail": detail} if pins.cause else None


def claim_shown(one: Transaction) -> dict[str, Any]:
    """What the claim rests on, down to the second, the licence and the usage line."""
    basis = one.basis
    return {
        **pins_to_dict(basis.pins),
        "working": dict(basis.working),
        "licensee_id": basis.licensee_id,
        "waits": _waits(basis.pins),
        "stretches": [
            f"{texts.timecode(span.start_ms)}–{texts.timecode(span.end_ms)}"
            for span in basis.pins.spans
        ],
    }
