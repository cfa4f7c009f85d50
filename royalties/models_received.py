"""What has been received of one claim: the value between the invoices and the distribution runs.

Only money received is distributed. Amounts are whole millionths of the currency unit (`*_micro`).
"""

from typing import NamedTuple

from royalties.accounts import AccountKind


class ReceivedClaim(NamedTuple):
    """How much of one accrual was received by then, cumulated.

    `account` says where the claim lies: accrued, held, unidentified or suspense. `claimed_micro` is
    what still stands of it, nought once it was reversed.
    `live_key` is equal for every accrual of one usage line, performer and use, whatever was booked
    anew. Ids are empty where there is nobody or nothing to name, `territory` is that of the usage.
    `ruled` says that two people decided on it after a complaint; `part_of` is the live key that a
    claimant's part was taken from. `from_sister` says that a sister society collected it, who is
    then its licensee. A tuple, because a book has a million of them.
    """

    transaction_id: str
    account: AccountKind
    live_key: str
    performer_id: str
    performer_tenant_id: str
    payee_id: str
    licensee_id: str
    cut_id: str
    use_kind: str
    territory: str
    earned_period: str
    currency: str
    claimed_micro: int
    received_micro: int
    ruled: bool = False
    part_of: str = ""
    from_sister: bool = False
