"""The second half of the story: from what is owed to money in the bank, and what each one reads."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from api.demo import papers
from api.demo.papers import IBAN
from api.demo.shell import acting_as, ask, remark, scene, show
from core.clock import utc_now
from core.money import rate_text


def pay(run: Path, agency: Any, studio: Any, performers: Mapping[str, str], lang: str) -> str:
    """Invoice the studio, take its money in, hand it on in a run, and pay it out by name.

    Returns the batch of payouts, empty where nobody is owed anything.
    """
    today = utc_now()
    month = f"{today:%Y-%m}"
    with acting_as("The agency says where its performers' money goes", agency["api_key"]):
        for performer, name in performers.items():
            _payee(performer, name)
    scene("An invoice, and the studio's money")
    if not _bill(run, studio["id"], month, today):
        remark("Nothing is owed, so nobody is paid.")
        return ""
    scene("A run hands on what was received")
    planned = ask("run", "draft", "--from", month, "--to", month)
    show("run", "show", planned["id"], "--lang", lang)
    ask("run", "propose", planned["id"])
    ask("run", "approve", planned["id"])
    scene("A file for the bank")
    batch = _pay_out(run, today, lang)
    with acting_as("The agency reads what became of the money", agency["api_key"]):
        for performer in performers:
            show("statement", "show", performer, "--month", month, "--lang", lang)
    return batch


def _payee(performer: str, name: str) -> None:
    place = ("--street", "Example Street", "--building", "1", "--post-code", "10115")
    where = ("--town", "Berlin", "--country", "DE", "--residence", "DE", "--iban", IBAN)
    ask("payee", "set", performer, "--name", name, *place, *where)


def _bill(run: Path, studio: str, month: str, today: datetime) -> bool:
    """Issue what is due and take in the money for it; whether there was anything."""
    operator = next(one["id"] for one in ask("tenant", "list") if one["kind"] == "operator")
    for tenant, name in ((operator, "Registry"), (studio, "Studio")):
        paper = papers.party(run / f"{name.lower()}.toml", name=name, iban=IBAN)
        ask("invoice", "party", tenant, str(paper))
    issued = ask("invoice", "issue", month)["issued"]
    for invoice in issued:
        show("invoice", "show", invoice["id"])
        amount, day = rate_text(int(invoice["gross_micro"])), f"{today:%Y-%m-%d}"
        name = f"payment of {invoice['number']}"
        receipt = ask(
            "receipt", "add", name, amount, "--day", day, "--currency", invoice["currency"]
        )
        ask("receipt", "match", receipt["id"], invoice["id"])
    return bool(issued)


def _pay_out(run: Path, today: datetime, lang: str) -> str:
    ask("payout", "account", "own", "--name", "Registry", "--iban", IBAN)
    batch = ask("payout", "propose", "--on", f"{today:%Y-%m-%d}")
    ask("payout", "approve", batch["id"])
    show("payout", "show", batch["id"], "--lang", lang)
    show("payout", "file", batch["id"], str(run / "payments.xml"))
    return str(batch["id"])
