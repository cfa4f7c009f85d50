"""The nouns of the API: which module answers for which addresses below /v1.

A command asks for one thing and ends. Reading every route of the program takes longer than most
commands, so that inside its own process only the nouns of an address are read. A test compares the
table with the routes.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module

from fastapi import APIRouter, Depends

from api.deps import caller_of
from api.describing import PROBLEMS
from api.passing import Passing
from licensing.extracts import BUNDLE_BYTES_MAX

VERSION = "/v1"
BODY_BYTES_MAX = 1 << 20
# In order: where two routes fit one address, the first one answers.
NOUNS: Mapping[str, tuple[str, ...]] = {
    "uploads": ("uploads",),
    "portability": (
        "foreign-licences",
        "foreign-status",
        "performers",
        "registries",
    ),
    "tenants": (
        "me",
        "tenants",
    ),
    "organisations": ("me",),
    "people": (
        "approvals",
        "audit",
        "invitations",
        "keys",
        "members",
    ),
    "access": (
        "accounts",
        "members",
    ),
    "disputes": ("disputes",),
    "encoders": (
        "encoder-changes",
        "encoders",
    ),
    "performers": (
        "key-drafts",
        "performers",
    ),
    "replacements": (
        "key-replacements",
        "performers",
    ),
    "guardians": (
        "guardians",
        "performers",
    ),
    "pauses": (
        "pauses",
        "performers",
    ),
    "moneyreleases": (
        "money-releases",
        "performers",
    ),
    "rosters": (
        "quota",
        "rosters",
        "tenants",
    ),
    "mandates": (
        "mandates",
        "performers",
    ),
    "heldkeys": (
        "held-keys",
        "mandates",
    ),
    "estates": (
        "estates",
        "performers",
    ),
    "payees": ("performers",),
    "payouts": (
        "payout-accounts",
        "payout-answers",
        "payout-batches",
        "payouts",
    ),
    "taxes": (
        "payees",
        "performers",
        "tax-exemptions",
        "tax-lists",
    ),
    "runs": (
        "run-calendar",
        "runs",
    ),
    "publicuses": ("performers",),
    "proofs": (
        "challenges",
        "enrolments",
    ),
    "attesting": (
        "attestation-queue",
        "enrolments",
    ),
    "enrolments": (
        "enrolments",
        "jobs",
        "performers",
    ),
    "jobs": ("jobs",),
    "asof": ("licences",),  # before the licences, whose ids its name would be
    "licences": ("licences",),
    "standings": (
        "performers",
        "standings",
    ),
    "requests": (
        "clearances",
        "licences",
        "requests",
    ),
    "previews": (
        "licence-previews",
        "requests",
    ),
    "answers": (
        "request-answers",
        "requests",
    ),
    "enforcement": (
        "clips",
        "performers",
        "takedowns",
    ),
    "groups": (
        "groups",
        "memberships",
        "performers",
        "suspensions",
    ),
    "frameworks": (
        "frameworks",
        "groups",
    ),
    "logreceipts": (
        "clearances",
        "datasets",
        "enrolments",
        "licences",
    ),
    "logkeeping": ("log",),
    "works": (
        "cuts",
        "works",
    ),
    "media": ("submissions",),
    "submissions": ("submissions",),
    "tariffs": (
        "tariff-checks",
        "tariffs",
    ),
    "matches": (
        "matches",
        "rematches",
    ),
    "excerpts": (
        "enrolments",
        "matches",
        "performers",
    ),
    "reviewing": (
        "acts",
        "cuts",
        "found-uses",
        "matches",
        "review-queue",
        "traces",
    ),
    "clearances": (
        "clearances",
        "cuts",
        "submissions",
    ),
    "bulks": (
        "bulks",
        "releases",
    ),
    "certificates": ("clearances",),
    "softbinding": ("clearances",),
    "exports": (
        "clearances",
        "licences",
    ),
    "cutacts": (
        "clearance-policy",
        "licences",
    ),
    "datasets": ("datasets",),
    "characters": (
        "character-decisions",
        "character-likenesses",
        "characters",
    ),
    "figures": ("figures",),
    "ledger": ("ledger",),
    "yearreports": ("year-reports",),
    "auditpacks": ("audit-packs",),
    "invoices": (
        "billing-parties",
        "invoice-drafts",
        "invoice-reminders",
        "invoices",
        "overdue-invoices",
    ),
    "writeoffs": ("invoices",),
    "creditnotes": ("credit-notes",),
    "sisterstatements": ("sister-statements",),
    "remittances": ("remittances",),
    "advices": (
        "advice-answers",
        "remittance-advices",
        "sister-payments",
    ),
    "collecting": (
        "collecting-conflicts",
        "collecting-decisions",
        "collecting-mandates",
        "collectors",
    ),
    "receipts": (
        "held-payments",
        "receipt-imports",
        "receipts",
    ),
    "money": (
        "accruals",
        "performers",
        "trial-balance",
    ),
    "usage": (
        "usage-imports",
        "usage-lines",
        "usage-mapping-guesses",
        "usage-mappings",
    ),
    "bookaccruals": ("book-accruals",),
    "usageholds": ("usage-holds",),
    "usagemissing": (
        "usage-estimates",
        "usage-missing",
        "usage-reminders",
    ),
    "players": (
        "players",
        "usage-counts",
        "usage-differences",
    ),
    "cutnames": ("cuts",),
    "accountstatements": ("account-statements", "performers"),
    "pools": ("pool-reports",),
    "training": ("training-reports",),
    "complaints": ("complaints",),
    "unclaimed": ("unclaimed-lists",),
    "shares": (
        "performers",
        "roles",
    ),
    "unlicensed": (
        "performers",
        "unlicensed-tariffs",
    ),
    "notices": (
        "mail-addresses",
        "notices",
    ),
    "webhooks": (
        "deliveries",
        "webhooks",
    ),
    "privacy": (
        "enrolments",
        "erasures",
        "exports",
        "performers",
    ),
    "rules": ("rules",),
    "contracts": ("templates",),
}
# Where strangers are answered too, by routes that are no noun's own.
PUBLIC = frozenset({"player-batches", "rules"})


def nouns_at(path: str) -> tuple[str, ...]:
    """The nouns that answer at this address; none where others do, or nobody."""
    _, _, below = path.partition(f"{VERSION}/")
    first = below.partition("/")[0]
    if first in PUBLIC:
        return ()
    return tuple(noun for noun, roots in NOUNS.items() if first in roots)


def include(whole: APIRouter, nouns: Iterable[str], *, upload_bytes_max: int) -> None:
    """Put the routes of these nouns into `whole`; other bodies weigh less than uploads."""
    heavy = {"uploads": upload_bytes_max, "portability": BUNDLE_BYTES_MAX}
    for noun in nouns:
        whole.include_router(
            Passing(import_module(f"api.routes.{noun}").router, VERSION),
            prefix=VERSION,
            dependencies=[Depends(caller_of)],
            responses=PROBLEMS,
            max_body_size=heavy.get(noun, BODY_BYTES_MAX),
        )
