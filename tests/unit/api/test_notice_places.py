"""Where notices lead: every kind has its place in the table, and every place is a page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.letters import how_of, letter
from api.noticeplaces import PLACES, SIDES, Leads, place_of
from api.routetable import ROWS
from api.scopes import TenantKind
from api.web.texts import LANGUAGES, catalogue
from licensing.models_enforcement import NextStep
from licensing.service.certificatestates import NOTICES
from registry.models.reviews import ReviewVerdict

ROOT = Path(__file__).parents[3]
TELLING = {"notify", "tell", "_tell"}
WRITES = re.compile(r"\bnotify\(|import (\w+, )*tell\b")
KIND = re.compile(r"[a-z]+(\.[a-z_]+)+")
PERFORMER, CUT = f"prf_{'a' * 26}", f"cut_{'b' * 26}"
BASE = "https://registry.example.org"


def told_kinds() -> Iterator[str]:
    """Dotted words that the code hands to whatever tells somebody, by name or as they are."""
    for package in ("api", "registry", "licensing", "royalties"):
        for path in (ROOT / package).rglob("*.py"):
            source = path.read_text("utf-8")
            if not WRITES.search(source):
                continue
            tree = ast.parse(source)
            named = {
                one.id: node.value.value
                for node in tree.body
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
                for one in node.targets
                if isinstance(one, ast.Name)
            }
            for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
                if ast.unparse(call.func).rpartition(".")[2] in TELLING:
                    for given in (*call.args, *(word.value for word in call.keywords)):
                        said = getattr(given, "value", named.get(getattr(given, "id", "")))
                        if isinstance(said, str) and KIND.fullmatch(said):
                            yield said


def test_every_kind_of_notice_has_a_place_and_words() -> None:
    titles = {
        key.removeprefix("notice.").removesuffix(".title")
        for key in catalogue("en")
        if key.startswith("notice.") and key.endswith(".title")
    }
    assert titles == PLACES.keys()
    told = set(told_kinds())
    told |= {f"clip.{step}" for step in NextStep if step is not NextStep.NOTHING}
    told |= {f"certificate.{name}" for name in NOTICES.values()}
    told |= {f"agent.word.{verdict}" for verdict in ReviewVerdict}
    assert len(told) > 40
    assert sorted(told - PLACES.keys()) == []


def test_every_place_is_a_page() -> None:
    pages = {re.sub(r"{\w+}", "{}", row.path) for row in ROWS if row.page and row.method == "GET"}
    for kind, leads in PLACES.items():
        for side in ("performer", "studio", "society", "anyone"):
            address = re.sub(r"{\w+}", "{}", getattr(leads, side)).partition("?")[0]
            assert not address or address in pages, (kind, side)


@pytest.mark.parametrize("reader", TenantKind)
def test_a_mail_leads_to_the_page_or_names_the_command_and_never_both(reader: str) -> None:
    facts = {"performer": PERFORMER, "cut": CUT}
    for kind in PLACES:
        place = place_of(kind, "x_1", facts, reader=reader)
        _, words = letter("en", kind, {"id": "x_1", "facts": facts}, reader=reader, base=BASE)
        said = words.partition(catalogue("en")["notice.footer"])[0]
        how = how_of("en", kind, "x_1", facts)
        assert (f"{BASE}{place}" in said) is bool(place)
        assert ("ebenbild " in said) is (not place and "ebenbild " in how), kind


@pytest.mark.parametrize("lang", LANGUAGES)
def test_commands_stand_apart_from_what_happened(lang: str) -> None:
    texts = catalogue(lang)
    assert [
        key for key in texts if re.fullmatch(r"notice\..*\.text", key) and "ebenbild " in texts[key]
    ] == []


def test_one_kind_leads_each_side_to_its_own_page() -> None:
    def place(reader: str) -> str:
        return place_of("money.complaint_opened", "cpl_1", {}, reader=reader)

    assert place(TenantKind.AGENCY) == "/me/disputes/cpl_1"
    assert place(TenantKind.SOCIETY) == "/society/disputes/cpl_1"
    assert place(TenantKind.STUDIO) == "/society/disputes/cpl_1"
    assert place(TenantKind.UNION) == ""
    assert set(SIDES) == set(TenantKind)


def test_a_performers_page_opens_about_that_performer() -> None:
    read = TenantKind.AGENCY
    assert place_of("payee.changed", PERFORMER, {}, reader=read) == f"/me/money?for={PERFORMER}"
    facts = {"performer": "Anna", "performer_id": PERFORMER}
    assert place_of("agent.word.undone", "rev_1", facts, reader=read) == f"/me/uses?for={PERFORMER}"
    assert place_of("agent.word.undone", "rev_1", {"performer": "Anna"}, reader=read) == "/me/uses"


def test_a_notice_that_lacks_what_its_page_needs_leads_nowhere() -> None:
    assert place_of("certificate.void", "clr_1", {}, reader=TenantKind.STUDIO) == ""
    assert place_of("certificate.void", "c", {"cut": "a/../b"}, reader=TenantKind.STUDIO) == (
        "/cuts/a%2F..%2Fb"
    )
    assert place_of("something.new", "x", {}, reader=TenantKind.STUDIO) == ""
    assert Leads() == PLACES["other"]
