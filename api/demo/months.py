"""What a book's office does once a month is over: reported, billed, paid, closed, distributed.

A clerk proposes and an approver decides, two people under sessions of their own.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.client import Client, Refused
from core.clock import utc_now
from core.money import rate_text

FIGURES = ("views", "unique_views", "watched", "income", "income_kind", "currency", "completion")
VIEWS_FIRST = 90_000
VIEWS_STEP = 7_300
SMALLER = {"DE": 1, "AT": 8, "CH": 10}
WATCHED_SECONDS = 9
SUBSCRIBERS = 4_000
RETURNED = "AC04"  # ISO 20022: the account is closed
AGREEMENT = "reciprocal agreement, made up for this demonstration"
NOTHING_DUE = "nothing-to-pay"
Person = Callable[[], Any]


@dataclass
class Office:
    """Everybody who has to do with a month; `clerk` and `approver` open clients as these people."""

    operator: Client
    studio: Client
    clerk: Person
    approver: Person
    folder: Path
    returned: bool = False

    def settle(self, month: str, cuts: Sequence[str], territories: Sequence[str]) -> None:
        """Take the month from what was shown to what was paid, and close it."""
        with self.clerk() as clerk, self.approver() as approver:
            self._report(clerk, month, cuts, territories)
            self._bill()
            self._distribute(clerk, approver, month)
            self._pay(clerk, approver)
            if any(one["month"] == month for one in clerk.get("/v1/ledger/periods")):
                clerk.post(f"/v1/ledger/periods/{month}/closing")
                approver.post(f"/v1/ledger/periods/{month}/decision", {"approve": True})

    def agree(self, society: str, territory: str, *, waits: bool) -> None:
        """Agree on who collects in a territory; one that waits is still for the second person."""
        body = {"society_id": society, "territories": [territory], "source": AGREEMENT}
        with self.clerk() as clerk, self.approver() as approver:
            told = clerk.post("/v1/collecting-mandates", {**body, "valid_from": f"{utc_now():%F}"})
            if not waits:
                decision = {"approval_id": told["approval_id"], "approve": True}
                approver.post("/v1/collecting-decisions", decision)

    def answered(self, batch_id: str) -> None:
        """The bank's file on a batch: all is settled, but for the smallest of the first two."""
        paid = self.operator.pages(f"/v1/payout-batches/{batch_id}/payouts")
        rows = [["end_to_end_id", "status", "code"]]
        sent = [one for one in paid if one["state"] == "sent"]
        for one in sorted(sent, key=lambda one: int(one["amount_micro"])):
            back = not self.returned and len(sent) > 1
            self.returned = self.returned or back
            rows.append(
                [one["end_to_end_id"], *(("returned", RETURNED) if back else ("settled", ""))]
            )
        file = self._csv(f"bank-{batch_id}.csv", rows)
        body = {"upload_id": self.operator.upload(file)}
        self.operator.post("/v1/payout-answers", body)

    def newest_line(self, agency: Client, performer: str) -> str | None:
        """The accrual of a performer's newest line."""
        months = agency.get(f"/v1/performers/{performer}/periods")
        for month in sorted(months, reverse=True):
            found = agency.get(f"/v1/performers/{performer}/statements/{month}")
            if found["lines"]:
                return str(found["lines"][-1]["transaction_id"])
        return None

    def _report(
        self, clerk: Client, month: str, cuts: Sequence[str], territories: Sequence[str]
    ) -> None:
        rows = [["cut_id", "territory", "period", *FIGURES]]
        for place, cut in enumerate(cuts):
            views = VIEWS_FIRST - VIEWS_STEP * place
            for territory in territories:
                seen = views // SMALLER[territory]
                income = f"{seen * 2 // 100}.00"
                watched = str(seen * WATCHED_SECONDS)
                kept = f"0.{50 + place * 3}"
                figures = (str(seen), str(seen * 3 // 4), watched, income, "adverts", "EUR", kept)
                rows.append([cut, territory, month, *figures])
        report = {"upload_id": clerk.upload(self._csv(f"usage-{month}.csv", rows))}
        clerk.post("/v1/usage-imports", report)
        body = {"period": month, "subscribers": SUBSCRIBERS}
        self.studio.post("/v1/pool-reports", body)
        self.studio.post("/v1/accruals", {})

    def _bill(self) -> None:
        # What was shown last month is booked, and so billed, in this one.
        due = {"month": f"{utc_now():%Y-%m}"}
        for invoice in self.operator.post("/v1/invoices", due)["issued"]:
            asked = int(invoice["gross_micro"])
            if asked <= 0:  # a credit note: nothing is paid on it
                continue
            paid = {
                "reference": f"payment of {invoice['number']}",
                "booked_on": f"{utc_now():%Y-%m-%d}",
                "amount": rate_text(asked),
                "currency": invoice["currency"],
                "text": invoice["number"],
            }
            receipt = self.operator.post("/v1/receipts", paid)
            match = {"invoice_id": invoice["id"]}
            self.operator.post(f"/v1/receipts/{receipt['id']}/matches", match)

    def _distribute(self, clerk: Client, approver: Client, month: str) -> None:
        before = [one for one in clerk.pages("/v1/runs") if one["first_month"] == month]
        body = {"first_month": month, "last_month": month}
        run = clerk.post("/v1/runs", {"follows_id": before[0]["id"]} if before else body)
        clerk.post(f"/v1/runs/{run['id']}/proposal")
        approver.post(f"/v1/runs/{run['id']}/decision", {"approve": True})

    def _pay(self, clerk: Client, approver: Client) -> None:
        try:
            batch = clerk.post("/v1/payout-batches", {"execute_on": f"{utc_now():%Y-%m-%d}"})
        except Refused as refused:
            if refused.code != NOTHING_DUE:
                raise
            return  # a month in which nobody is owed enough ends without a payment
        approver.post(f"/v1/payout-batches/{batch['id']}/decision", {"approve": True})
        self.answered(batch["id"])

    def _csv(self, name: str, rows: Sequence[Sequence[str]]) -> Path:
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(rows)
        return path
