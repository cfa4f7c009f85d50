"""Territories as ISO 3166-1 alpha-2 codes, states of the USA as ISO 3166-2, `*` for everywhere.

A mistyped territory ("UK") would otherwise make a licence never apply and nobody would know
why. States are named where laws differ between them: those of the USA have laws on likenesses of
their own. Source: ISO 3166-1, the 249 officially assigned codes; ISO 3166-2:US.
"""

from collections.abc import Iterable

from core.errors import BadInput
from registry.models.works import ANYWHERE

_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM
DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS YE YT ZA ZM ZW
"""
ALPHA_2 = frozenset(_CODES.split())
_STATES = """
AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY
NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC
"""
SUBDIVISIONS = frozenset(f"US-{state}" for state in _STATES.split())
KNOWN = ALPHA_2 | SUBDIVISIONS


def within(code: str, wide: str) -> bool:
    """Whether `code` lies in `wide`: everywhere, the same place, or a state of that country."""
    return wide in (ANYWHERE, code) or code.startswith(f"{wide}-")


def overlap(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether any place lies in both; the USA and one of its states do."""
    there = tuple(others)
    return any(within(one, other) or within(other, one) for one in some for other in there)


def check_territories(codes: Iterable[str]) -> tuple[str, ...]:
    """`codes` sorted and without doubles; raises `BadInput` on an empty or unknown one.

    `*` swallows every other code.
    """
    wanted = sorted(set(codes))
    if not wanted:
        raise BadInput("No territory is named.", next_step='Name codes like "DE", or "*".')
    if ANYWHERE in wanted:
        return (ANYWHERE,)
    if not KNOWN.issuperset(wanted):
        raise BadInput(
            "A territory is not an ISO 3166-1 alpha-2 code.",
            next_step='Use codes like "DE", "GB" or "US-NY", or "*" for everywhere.',
            code="bad-territory",
        )
    return tuple(wanted)
