"""The authorisation table, cell by cell, against the running application."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.app import create_app
from api.authorisation import Outcome, Relation, check, expected, relations, routes, row_of
from api.opening import open_registry
from api.roles import GRANTS, Role, scopes_of
from api.routetable import ROWS
from api.routetable.row import Row
from api.scopes import SCOPES
from core import tenants
from core.errors import Broken
from tests.simulators.holdings import Holder, bodies, hold
from tests.simulators.people import renew, seat
from tests.simulators.stage import Stage

OPERATOR = "operator"
NOBODY = "nobody"
WORK = SCOPES - {"admin", "metrics"}
FIXED = {
    "period": "2030-10",
    "year": "2030",
    "purpose": "matching",
    "code": "not-found",
    "number": "1",
    "name": "passkey.js",
    "path": "0/000.p/1",
    "index": "0",
    "size": "1",
    "old": "1",
    "new": "1",
    "form": "rsl.xml",
    "pair_id": "fxp_none",
    "batch_id": "pba_none",
    "exemption_id": "txe_none",
    "payee_id": "pay_none",
    "invoice_id": "inv_none",
    "receipt_id": "rcp_none",
    "told_id": "tpm_none",
    "conflict_id": "ccf_none",
    "note_id": "sbn_none",
    "party_id": "ten_none",
    "subject_id": "lic_none",
    "certificate_id": "crt_none",
    "manifest_id": "crt_none",
    "foreign_id": "flc_none",
    "pack_id": "eu-gdpr-9",
    "template_id": "archive-reuse",
    "tariff_id": "gema-ai",
    "run_id": "run_none",
    "remittance_id": "pot_none",
    "payment_id": "pot_none",
    "advice_id": "adv_none",
    "line_id": "txn_none",
    "item_id": "unc_none",
    "complaint_id": "cpl_none",
    "list_id": "unl_none",
    "import_id": "imp_none",
    "hold_id": "uhd_none",
    "book_accrual_id": "bka_none",
    "player_id": "ply_none",
    "sender": "x",
    "identifier_id": "idf_none",
    "release_id": "mrl_none",
    "pause_id": "pau_none",
    "replacement_id": "krp_none",
}
# What a page's form holds, so that a refusal can only be about who sends it.
FORMS = {
    "/members/{person_id}/roles": {"roles": "auditor"},
    "/members/invitations": {"email": "new@example.org", "roles": "auditor"},
    "/approvals/{approval_id}/decision": {"answer": "approve"},
    "/admin/handover": {"performer": "prf_none", "email": "new@example.org", "proof": "passport"},
}

# What has to be asked for, so that a refusal can only be about who asks.
ASKED = {
    "/v1/audit-packs": {"seed": "7-12-33"},
    "/v1/collectors": {"territory": "DE", "month": "2030-10"},
    "/v1/invoice-drafts": {"month": "2030-10"},
    "/v1/usage-lines": {"cut_id": "cut_none"},
}


@dataclass
class Caller:
    """A role in an organisation, with what it sees of every relation."""

    role: str
    scopes: frozenset[str] | None
    http: httpx2.Client
    holder: Holder
    things: dict[Relation, dict[str, str]]
    leaving: str = ""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage.make(tmp_path_factory.mktemp("authorisation"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def callers(hall: Stage) -> Iterator[list[Caller]]:
    """Every role, nobody, and the operator; two sets of things in one's own organisation."""
    with open_registry(hall.settings) as world:
        ours = Holder.make(hall, world.db, hall.tenant("agency", "Ours")[0], WORK)
        theirs = Holder.make(hall, world.db, hall.tenant("agency", "Theirs")[0], WORK)
        with world.db.read() as session:
            (operator,) = tenants.list_tenants(session, kind="operator")
        house = Holder.make(hall, world.db, operator.id, SCOPES)
        own, colleague = hold(hall, ours, "anna"), hold(hall, ours, "ben")
        others = hold(hall, theirs, "carla")
        found = [
            _seated(ours, role, scopes_of([role], "agency"), [own, colleague, others], theirs)
            for role in Role
        ]
        found.insert(0, Caller(NOBODY, None, hall.http(), ours, found[0].things))
        kept = [hold(hall, house, "dora"), hold(hall, house, "emil"), own]
        operator_scopes = scopes_of([Role.ADMIN], OPERATOR)
        found.append(_seated(house, Role.ADMIN, operator_scopes, kept, ours))
        found[-1].role = OPERATOR
        yield found


def _things(
    own: dict[str, str], colleague: dict[str, str], other: dict[str, str]
) -> dict[Relation, dict[str, str]]:
    absent = {name: value[:-5] + "77777" for name, value in other.items()}
    ordered = (own, colleague, other, absent)
    return {relation: {**ids, **FIXED} for relation, ids in zip(Relation, ordered, strict=True)}


def _seated(
    home: Holder,
    role: Role,
    scopes: frozenset[str],
    held: list[dict[str, str]],
    elsewhere: Holder,
) -> Caller:
    """Somebody with this role, signed in; a colleague and a stranger have the same things."""
    mine = seat(home.database, home.tenant_id, role)
    near = seat(home.database, home.tenant_id, role)
    far = seat(elsewhere.database, elsewhere.tenant_id, role)
    seats = zip(held, (mine, near, far), strict=True)
    things = _things(*({**ids, **who.ids} for ids, who in seats))
    http = home.stage.http(mine.token)
    return Caller(role, scopes, http, home, things, mine.leaving)


def send(caller: Caller, row: Row, relation: Relation) -> httpx2.Response:
    given: dict[str, Any] = {"headers": {"Origin": "http://local"}}
    given["params"] = ASKED.get(row.path, {})
    if row.path == "/sign-out" and caller.leaving:
        given["headers"]["Authorization"] = f"Bearer {caller.leaving}"
    if row.method == "POST":
        made = bodies(caller.things[Relation.OWN], caller.holder.upload)
        if row.page and row.path not in made:
            given["data"] = FORMS.get(row.path, {})
        else:
            given["json"] = made.get(row.path, dict)()
    path = row.path.replace(":path}", "}").format(**caller.things[relation])
    return caller.http.request(row.method, path, **given)


def outcome(answer: httpx2.Response) -> Outcome:
    known = {401: Outcome.NO_KEY, 403: Outcome.FORBIDDEN, 404: Outcome.HIDDEN}
    return known.get(answer.status_code, Outcome.ALLOWED)


def agrees(row: Row, relation: Relation, wanted: Outcome, answer: httpx2.Response) -> bool:
    if answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
        return False  # what fails lets nobody in, whatever the table says
    got = outcome(answer)
    if wanted is Outcome.NOTHING:
        return got is Outcome.ALLOWED
    if row.entrance:
        return got is not Outcome.FORBIDDEN
    lacking = row.may_lack and relation is not Relation.ABSENT
    return got is wanted or (lacking and got is Outcome.HIDDEN and wanted is Outcome.ALLOWED)


def same(first: httpx2.Response, second: httpx2.Response) -> bool:
    return (first.status_code, first.content, dict(first.headers)) == (
        second.status_code,
        second.content,
        dict(second.headers),
    )


@pytest.mark.timeout(3600)
def test_every_cell_of_the_table_is_what_the_application_does(callers: list[Caller]) -> None:
    wrong, cells = [], 0
    for row in ROWS:
        if (
            row.page or row.fresh
        ):  # forms ask for a fresh sign-in, and thousands of cells outlast one
            renew(callers[0].holder.database)
        for caller in callers:
            found, tried = disagreements(row, caller)
            wrong, cells = wrong + found, cells + tried
    assert not wrong, "\n".join(map(repr, wrong))
    assert cells > 1500


def disagreements(row: Row, caller: Caller) -> tuple[list[tuple[Any, ...]], int]:
    """What differs for one route and one caller, and how many cells were tried."""
    wrong: list[tuple[Any, ...]] = []
    answers: dict[Relation, httpx2.Response] = {}
    wanted = {
        relation: expected(row, caller.scopes, relation, operator=caller.role == OPERATOR)
        for relation in relations(row)
    }
    for relation, outcome_wanted in wanted.items():
        answers[relation] = answer = send(caller, row, relation)
        if not agrees(row, relation, outcome_wanted, answer):
            wrong.append((row.method, row.path, caller.role, relation, outcome_wanted, answer.text))
    hidden = wanted.get(Relation.OTHER) in (Outcome.HIDDEN, Outcome.NOTHING)
    if hidden and not same(answers[Relation.OTHER], answers[Relation.ABSENT]):
        wrong.append((row.method, row.path, caller.role, "tells", answers[Relation.OTHER].text))
    return wrong, len(wanted)


def test_an_agent_gets_through_where_a_mandate_names_the_act(tmp_path: Path) -> None:
    """An agent of the own side without a mandate, of another house with one, of a third without."""
    hall = Stage.make(tmp_path)
    with open_registry(hall.settings) as world:
        home, far, near = (
            Holder.make(hall, world.db, hall.tenant("agency", name)[0], WORK)
            for name in ("Home", "Far", "Near")
        )
        frida = hold(hall, home, "frida", agent=far.tenant_id)
        shut, strange, lent = (_agent(house, frida) for house in (home, near, far))
        wrong = []
        for row in (row for row in ROWS if row.acts):
            hidden = Outcome.NOTHING if row.answers_nothing else Outcome.HIDDEN
            for who, wanted in (
                (shut, Outcome.FORBIDDEN),
                (strange, hidden),
                (lent, Outcome.ALLOWED if row.lent else hidden),
            ):
                answer = send(who, row, Relation.OWN)
                if not agrees(row, Relation.OWN, wanted, answer):
                    wrong.append((row.method, row.path, wanted, answer.text))
    hall.close()
    assert not wrong, "\n".join(map(repr, wrong))


def _agent(house: Holder, things: dict[str, str]) -> Caller:
    """Somebody who is nothing but an agent there, and what he asks for."""
    who = seat(house.database, house.tenant_id, Role.AGENT)
    own = {Relation.OWN: {**things, **who.ids, **FIXED}}
    scopes = scopes_of([Role.AGENT], "agency")
    return Caller(Role.AGENT, scopes, house.stage.http(who.token), house, own)


def test_a_route_without_a_row_stops_the_application(hall: Stage) -> None:
    app = create_app(hall.settings)
    check(app)
    app.add_api_route("/v1/forgotten", lambda: None, include_in_schema=False)
    with pytest.raises(Broken, match="GET /v1/forgotten has no row"):
        check(app)


def test_the_table_knows_more_routes_than_the_description(hall: Stage) -> None:
    app = create_app(hall.settings)
    described = {
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }
    found = set(routes(app))
    assert described < found
    assert {("GET", "/api"), ("GET", "/openapi.json")} <= found
    assert all(row_of(*route) for route in found)


def test_rows_name_scopes_that_exist_and_that_a_role_holds() -> None:
    granted = frozenset(scope for role in Role for scope in GRANTS[role])
    for row in ROWS:
        assert row.needs <= SCOPES, row
        assert not row.needs or row.needs & (granted | SCOPES), row
        assert not (row.public and row.needs), row
    assert len({(row.method, row.path) for row in ROWS}) == len(ROWS)


def test_names_in_paths_are_known_to_the_test(callers: list[Caller]) -> None:
    known = callers[1].things[Relation.OWN].keys()
    for row in ROWS:
        assert set(re.findall(r"\{(\w+)\}", row.path)) <= known, row.path
