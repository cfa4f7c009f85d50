"""The small worked tables of docs/tariffs.md: what is kept, what waits, and what roles weigh."""

from fractions import Fraction

from core.ids import derived_id
from core.money import parse_rate
from registry.models.works import CutFormat, KindOfUse
from royalties import ledger
from royalties.accounts import parse
from royalties.accrual import desired
from royalties.agreed import Agreed
from royalties.outcomes import Outcome
from royalties.shares import ShareClaim
from royalties.tariffs.models import Role, Weights
from royalties.tariffs.points import Participant, by_points
from tests.unit.royalties.tariff_tables import rows
from tests.unit.royalties.worlds import AT, BOOK, EVEN, line, use

STRANGERS = (
    "A line of 0.01, of a cut with 30 seconds under a licence, 20 refused and 10 of strangers:"
)
ROLES = "of 15, under a tariff that weighs `lead` 3 and `support` 1:"
STAMP = ledger.Stamp(BOOK, "2026-11", 1, AT)
ACCOUNTS = {
    Outcome.LICENSED: "accrued:<performer>",
    Outcome.HELD: "held:<performer>",
    Outcome.UNIDENTIFIED: "unidentified:<cut>",
}


def test_what_nobody_licensed_is_kept_by_its_part() -> None:
    lengths = (30_000, 20_000, 10_000)
    there = [
        Participant(outcome.value, outcome, ms, format=CutFormat.VERTICAL)
        for outcome, ms in zip(ACCOUNTS, lengths, strict=True)
    ]
    parts = by_points(parse_rate("0.01"), there, Weights())
    found = {ACCOUNTS[one.outcome]: str(-one.amount_micro) for one in parts}
    sums = " + ".join(str(-int(found[name])) for name in ACCOUNTS.values())
    told = {row["account"].strip("`"): row["change"] for row in rows(STRANGERS)}
    assert told == {"receivable:<licensee>": sums, **found}


def test_more_claimed_than_there_is_waits_until_it_is_not() -> None:
    here, claims = use("a"), []
    for row in rows("## More claimed than there is"):
        party = derived_id("ten", row["party"])
        cut_id = "" if row["cut"] == "every one" else here.cut_id
        share = Fraction(row["share"])
        claims.append(ShareClaim(party, here.performer_id, cut_id, share, "2026-11", len(claims)))
        agreed = Agreed(shares={here.performer_id: claims})
        (accrual,), _ = desired([here], [(line(), EVEN)], agreed)
        booked = ledger.accrue(accrual, STAMP, revision=1, reason="owed")
        credited = next(one for one in booked.postings if one.amount_micro < 0)
        kind, amount = parse(credited.account).kind, -credited.amount_micro
        assert f"`{kind}` {amount}" == row["of 0.0125 accrued"]


def test_a_role_weighs_points() -> None:
    weights = Weights(roles={Role.LEAD: Fraction(3), Role.SUPPORT: Fraction(1)})
    table = rows(ROLES)
    there = [
        Participant(
            row["who"],
            Outcome.LICENSED,
            60_000,
            KindOfUse.SYNTHESISE_VOICE,
            Role(row["role"]),
            CutFormat.VERTICAL,
        )
        for row in table
    ]
    found = by_points(parse_rate("15"), there, weights)
    assert [(one.key, str(one.points), str(one.amount_micro)) for one in found] == [
        (row["who"], row["points"], row["amount in millionths"]) for row in table
    ]
