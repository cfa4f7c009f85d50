"""Which pages stand in whose menu: each group has its own places, and sees no other's.

Pure: who somebody is in, sections out. What somebody may do is decided by the routes themselves; a
menu only spares people the doors that are not theirs.
"""

from dataclasses import dataclass

from api.roles import Role
from api.scopes import TenantKind
from core.principal import Principal

_ALL = frozenset(Role)
_BY = Role.ADMIN
_STUDIO = frozenset({Role.STUDIO, _BY})
_SOCIETY = frozenset({Role.SOCIETY_CLERK, Role.SOCIETY_APPROVER, Role.AUDITOR, _BY})
_UNION = frozenset({Role.UNION, Role.ATTESTER, Role.AUDITOR, _BY})
_SIDE = frozenset({Role.PERFORMER, Role.GUARDIAN, Role.AGENT, _BY})


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the menu: its address, the key of its name, and the roles that it is for.

    What two groups have stands twice; `once` leaves it to the other in a menu that holds both.
    """

    href: str
    key: str
    roles: frozenset[Role] = _ALL
    once: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """The places of one group in organisations of some kinds; the operator's sees every group."""

    key: str
    kinds: frozenset[TenantKind]
    items: tuple[Place, ...]


SECTIONS = (
    Section(
        "performer",
        frozenset({TenantKind.PERFORMER, TenantKind.AGENCY}),
        (
            Place("/me", "me.title", _SIDE),
            Place("/me/uses", "uses.title", _SIDE),
            Place("/me/licences", "licences.title", _SIDE),
            Place("/me/money", "money.title", _SIDE),
            Place("/me/notices", "mynotices.title", _SIDE),
            Place("/me/searches", "searches.title", _SIDE),
            Place("/me/data", "data.title", _SIDE),
            Place("/me/prints", "prints.title", _SIDE),
            Place("/me/speaking", "speaking.title", _SIDE),
            Place("/me/enrol", "enrolling.title", _SIDE),
            Place("/act-as", "actas.title", _SIDE),
        ),
    ),
    Section("union", frozenset({TenantKind.UNION}), (Place("/union", "union.title", _UNION),)),
    Section(
        "attesting",
        frozenset({TenantKind.SOCIETY, TenantKind.UNION}),
        (Place("/attest", "attesting.title", frozenset({Role.ATTESTER})),),
    ),
    Section(
        "studio",
        frozenset({TenantKind.STUDIO}),
        (
            Place("/studio", "studio.title", _STUDIO),
            Place("/studio/new", "handin.title", _STUDIO),
            Place("/questions", "questions.title", _STUDIO),
            Place("/studio/requests", "offers.title", _STUDIO),
            Place("/review", "desk.title", _STUDIO),
            Place("/works", "works.title", _STUDIO),
            Place("/society/invoices", "societyinvoices.title", _STUDIO, once=True),
            Place("/studio/keys", "pipeline.title", _STUDIO),
        ),
    ),
    Section(
        "society",
        frozenset({TenantKind.SOCIETY}),
        (
            Place("/society", "society.title", _SOCIETY),
            Place("/society/usage", "societyusage.title", frozenset({Role.SOCIETY_CLERK, _BY})),
            Place("/society/invoices", "societyinvoices.title", _SOCIETY),
            Place("/society/runs", "societyruns.title", _SOCIETY),
            Place("/society/disputes", "disputes.title", _SOCIETY),
            Place("/society/unclaimed", "unclaimedpage.title", _SOCIETY),
            Place("/society/payouts", "societypayouts.title", _SOCIETY),
            Place("/society/tariffs", "societytariffs.title", _SOCIETY),
            Place("/society/mandates", "societymandates.title", _SOCIETY),
            Place("/society/reports/year", "yearreport.title", _SOCIETY),
            Place("/audit", "audit.title", frozenset({Role.AUDITOR, _BY})),
        ),
    ),
    Section(
        "operator",
        frozenset({TenantKind.OPERATOR}),
        (Place("/admin", "admin.title", frozenset({_BY})),),
    ),
    Section(
        "auditing",
        frozenset({TenantKind.PERFORMER, TenantKind.AGENCY, TenantKind.STUDIO, TenantKind.UNION}),
        (
            Place("/auditing", "auditing.title", frozenset({Role.AUDITOR})),
            Place("/audit", "audit.title", frozenset({Role.AUDITOR}), once=True),
        ),
    ),
    Section(
        "organisation",
        frozenset(TenantKind),
        (
            Place("/members", "members.title", frozenset({_BY})),
            Place("/approvals", "approvals.title"),
            Place("/trail", "trail.title", frozenset({Role.AUDITOR, _BY})),
        ),
    ),
)


def sections(principal: Principal) -> tuple[Section, ...]:
    """What the menu of this person holds, no section without a place."""
    return tuple(
        Section(section.key, section.kinds, items)
        for section in _of_kind(principal)
        if (items := tuple(item for item in section.items if _is_for(item, principal)))
    )


def leads_to(href: str, principal: Principal | None) -> bool:
    """Whether this place is for whoever looks; who has not signed in may be anybody."""
    if principal is None:
        return True
    return any(item.href == href for section in sections(principal) for item in section.items)


def is_a_colleagues(address: str, principal: Principal) -> bool:
    """Whether this address lies below a place that only other roles of the organisation have."""
    below = [
        item
        for section in _of_kind(principal)
        for item in section.items
        if address.partition("?")[0].startswith(item.href)
    ]
    nearest = max((len(item.href) for item in below), default=0)
    closest = [item for item in below if len(item.href) == nearest]
    return bool(closest) and not any(_is_for(item, principal) for item in closest)


def first_place(principal: Principal, group: str = "") -> str:
    """Where this person's work begins, in that of `group` where the menu holds it."""
    found = sorted(sections(principal), key=lambda section: section.key != group)
    return next((item.href for section in found for item in section.items), "/account")


def _of_kind(principal: Principal) -> tuple[Section, ...]:
    """The sections of such an organisation, with the places of all its people."""
    kind = principal.tenant_kind
    return tuple(one for one in SECTIONS if kind in one.kinds or kind == TenantKind.OPERATOR)


def _is_for(item: Place, principal: Principal) -> bool:
    elsewhere = item.once and principal.tenant_kind == TenantKind.OPERATOR
    return not elsewhere and bool(principal.roles & {role.value for role in item.roles})
