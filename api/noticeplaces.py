"""Where each kind of notice leads: the page that it is about, by whose inbox it lies in.

Pure: a notice in, an address out. One kind may reach several sides, each with a page of its own or
none; where a side has none, the words of the notice name a command instead (`api/letters.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any
from urllib.parse import quote

from api.scopes import TenantKind
from core.ids import is_id

PERFORMER, STUDIO, SOCIETY, ANYONE = "performer", "studio", "society", "anyone"
# Whose pages an organisation of this kind reads; the operator reads all, its own book first.
SIDES: Mapping[str, tuple[str, ...]] = {
    TenantKind.PERFORMER: (PERFORMER, ANYONE),
    TenantKind.AGENCY: (PERFORMER, ANYONE),
    TenantKind.STUDIO: (STUDIO, ANYONE),
    TenantKind.SOCIETY: (SOCIETY, ANYONE),
    TenantKind.UNION: (ANYONE,),
    TenantKind.OPERATOR: (SOCIETY, PERFORMER, STUDIO, ANYONE),
}
# Facts that say about which performer a notice is; some kinds keep the name as `performer`.
_WHOSE = ("performer_id", "performer")


@dataclass(frozen=True, slots=True)
class Leads:
    """Addresses by side, with `{id}` for the subject and `{names}` of facts; empty for no page."""

    performer: str = ""
    studio: str = ""
    society: str = ""
    anyone: str = ""


_NOWHERE = Leads()
_ENROLMENT = Leads(performer="/me/enrol/{id}")
_LICENCE = Leads(performer="/me/licences/{id}")
_REQUEST = Leads(performer="/me/requests/{id}", studio="/studio/requests/{id}")
_CLIP, _TAKEDOWN = (Leads(performer=f"/me/notices/{at}{{id}}") for at in ("clips/", ""))
_USES = Leads(performer="/me/uses")
_MONEY = Leads(performer="/me/money")
_SPEAKING = Leads(performer="/me/speaking")
# Who acts under a mandate is told without `performer`: the page is the performer's side's.
_OWN_KEY = Leads(performer="/me/performers/{performer}/key")
_PRINTS = Leads(performer="/me/prints")
_CUT = Leads(studio="/cuts/{cut}")
_COMPLAINT = Leads(
    performer="/me/disputes/{id}",
    studio="/society/disputes/{id}",
    society="/society/disputes/{id}",
)
_CONFLICT = Leads(performer="/society/mandates", society="/society/mandates")
_SUSPENDED = Leads(performer="/me/licences", studio="/studio")

PLACES: Mapping[str, Leads] = {
    "account.password_reset": Leads(anyone="/account"),
    "agent.clip": _CLIP,
    "agent.closed": _TAKEDOWN,
    "agent.countered": _TAKEDOWN,
    "agent.notice": _TAKEDOWN,
    "agent.word.cannot_say": _USES,
    "agent.word.confirmed": _USES,
    "agent.word.rejected": _USES,
    "agent.word.second_opinion": _USES,
    "agent.word.undone": _USES,
    "certificate.expired": _CUT,
    "certificate.revoked": _CUT,
    "certificate.valid": _CUT,
    "certificate.void": _CUT,
    "clip.ask": _CLIP,
    "clip.notify": _CLIP,
    "clip.record": _CLIP,
    "clip.review": _CLIP,
    "collecting.conflict": _CONFLICT,
    "collecting.settled": _CONFLICT,
    "consent.ended": _ENROLMENT,
    "consent.paused": _SUSPENDED,
    "consent.resumed": _SUSPENDED,
    "consent.resuming": _SUSPENDED,
    "enrolment.denied": _ENROLMENT,
    "enrolment.disputed": _ENROLMENT,
    "enrolment.refused": _ENROLMENT,
    "estate.confirmed": _SPEAKING,
    "figure.alike": _PRINTS,
    "figure.decided": _PRINTS,
    "figure.ended": _NOWHERE,
    "framework.published": Leads(anyone="/frameworks/{id}"),
    "group.joined": _NOWHERE,
    "group.left": _NOWHERE,
    "group.lifted": _SUSPENDED,
    "group.suspended": _SUSPENDED,
    "guardian.rekeyed": _SPEAKING,
    "heldkey.ended": _NOWHERE,
    "heldkey.made": _SPEAKING,
    "heldkey.used": _SPEAKING,
    "invoice.overdue": Leads(anyone="/society/invoices/{id}"),
    "licence.expiring": _LICENCE,
    "licence.guardians_missing": _LICENCE,
    "licence.terminated": _LICENCE,
    "mandate.ended": Leads(performer="/act-as"),
    "mandate.given": Leads(performer="/act-as"),
    "minor.consent.ended": _ENROLMENT,
    # An agency lets in its own people: there is a page for a family's alone.
    "minor.grown_alone": Leads(anyone="/admin/handover?performer={family}"),
    "minor.grown_up": Leads(performer="/me/performers/{id}/consent"),
    "minor.handed_over": Leads(performer="/me/performers/{id}/consent"),
    "minor.majority": Leads(performer="/me/performers/{id}/consent"),
    "minor.viewed": Leads(performer="/me/searches"),
    "money.complaint_decided": _COMPLAINT,
    "money.complaint_heard": _COMPLAINT,
    "money.complaint_opened": _COMPLAINT,
    "money.overclaimed": _MONEY,
    "money.release.ended": _MONEY,
    "money.released": _MONEY,
    "money.unclaimed": _MONEY,
    "other": _NOWHERE,
    "ownkey.lost": _OWN_KEY,
    "ownkey.replaced": _OWN_KEY,
    "ownkey.stopped": _OWN_KEY,
    "ownkey.vouched": _OWN_KEY,
    "payee.changed": _MONEY,
    "payee.proposed": _MONEY,
    "payout.returned": _MONEY,
    "payout.unanswered": Leads(society="/society/payouts/{id}"),
    "recording.seen": _TAKEDOWN,
    "remittance.entered": Leads(society="/society/sisters/{id}"),
    "request.agreed": _REQUEST,
    "request.asked": _REQUEST,
    "request.granted": _REQUEST,
    "request.offered": _REQUEST,
    "request.refused": _REQUEST,
    "request.reopened": _REQUEST,
    "request.withdrawn": _REQUEST,
    "right.ending": _NOWHERE,
    "right.last": _SPEAKING,
    "takedown.due": _TAKEDOWN,
    "usage.held": Leads(society="/society/usage/held"),
    "usage.missing": _NOWHERE,
    "usage.rejected": _CUT,
}


def place_of(kind: str, subject_id: str, facts: Mapping[str, Any], *, reader: str) -> str:
    """The page that this notice is about, for an organisation of the kind `reader`.

    Empty where that side has none, or the notice lacks what its address needs. A performer's page
    names the performer, so that it opens about that one.
    """
    leads = PLACES.get(kind, _NOWHERE)
    known = {**facts, "id": subject_id}
    for side in SIDES.get(reader, (ANYONE,)):
        address = _filled(getattr(leads, side), known)
        if address:
            whose = _whose(known) if address.startswith("/me") else ""
            return f"{address}?for={whose}" if whose else address
    return ""


def _filled(address: str, known: Mapping[str, Any]) -> str:
    """The address with the ids that it names; empty without one of them."""
    names = {name for _, name, _, _ in Formatter().parse(address) if name}
    if not all(known.get(name) for name in names):
        return ""
    return address.format_map({name: quote(str(known[name]), safe="") for name in names})


def _whose(known: Mapping[str, Any]) -> str:
    """The performer whom a notice names, in its facts or as its subject."""
    named = (str(known.get(name, "")) for name in (*_WHOSE, "id"))
    return next((one for one in named if is_id("prf", one)), "")
