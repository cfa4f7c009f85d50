"""The menu: every door in it leads somewhere, and to no other group's places."""

import pytest

from api.roles import PLACES, Role
from api.routetable import ROWS
from api.scopes import TenantKind
from api.web.navigation import SECTIONS, first_place, is_a_colleagues, leads_to, sections
from api.web.texts import LANGUAGES, catalogue
from core.principal import Principal


def someone(kind: TenantKind, *roles: Role) -> Principal:
    names = frozenset(role.value for role in roles)
    return Principal("ten_1", "ses_1", frozenset(), kind, person="acc_1", roles=names)


def test_every_place_is_a_page_with_a_name() -> None:
    pages = {row.path for row in ROWS if row.method == "GET" and row.page}
    for section in SECTIONS:
        for lang in LANGUAGES:
            words = {f"nav.{section.key}", *(item.key for item in section.items)}
            assert words <= catalogue(lang).keys()
        assert {item.href for item in section.items} <= pages


@pytest.mark.parametrize("kind", TenantKind)
def test_nobody_sees_another_groups_places(kind: TenantKind) -> None:
    for role in PLACES[kind]:
        for section in sections(someone(kind, role)):
            assert kind in section.kinds or kind is TenantKind.OPERATOR
            assert section.items


@pytest.mark.parametrize("kind", TenantKind)
def test_a_place_stands_in_a_menu_once(kind: TenantKind) -> None:
    places = [item.href for part in sections(someone(kind, *PLACES[kind])) for item in part.items]
    assert len(places) == len(set(places))


def test_a_place_is_shown_to_its_roles_alone() -> None:
    keys = [
        item.key
        for part in sections(someone(TenantKind.STUDIO, Role.STUDIO))
        for item in part.items
    ]
    assert "members.title" not in keys
    assert "approvals.title" in keys


def test_everybody_begins_where_it_is_said_what_waits() -> None:
    for role in PLACES[TenantKind.UNION]:
        assert first_place(someone(TenantKind.UNION, role)) == "/union"
    assert first_place(someone(TenantKind.SOCIETY, Role.ATTESTER)) == "/attest"
    for kind in (TenantKind.STUDIO, TenantKind.AGENCY):
        assert first_place(someone(kind, Role.AUDITOR)) == "/auditing"


@pytest.mark.parametrize(
    ("kind", "role", "address", "shut"),
    [
        (TenantKind.AGENCY, Role.AUDITOR, "/me/disputes/cpl_1?for=prf_1", True),
        (TenantKind.AGENCY, Role.AGENT, "/me/disputes/cpl_1", False),
        (TenantKind.AGENCY, Role.AGENT, "/society/mandates", False),
        (TenantKind.OPERATOR, Role.ATTESTER, "/society/disputes/cpl_1", True),
        (TenantKind.SOCIETY, Role.SOCIETY_APPROVER, "/society/usage/held", True),
        (TenantKind.SOCIETY, Role.SOCIETY_APPROVER, "/society/runs/run_1", False),
        (TenantKind.STUDIO, Role.STUDIO, "", False),
    ],
)
def test_what_lies_below_a_colleagues_place_is_his(
    kind: TenantKind, role: Role, address: str, shut: bool
) -> None:
    assert is_a_colleagues(address, someone(kind, role)) == shut


def test_a_door_leads_whoever_may_still_sign_in() -> None:
    assert leads_to("/studio", None)
    assert leads_to("/studio", someone(TenantKind.STUDIO, Role.STUDIO))
    assert not leads_to("/studio", someone(TenantKind.UNION, Role.UNION))
