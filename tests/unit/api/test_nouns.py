"""Commands read the routes of one noun alone: the table of nouns says where those are."""

from importlib import import_module

import pytest

from api import nouns
from api.routetable import ROWS


@pytest.mark.parametrize("noun", nouns.NOUNS)
def test_the_table_names_where_the_routes_of_each_noun_begin(noun: str) -> None:
    routes = import_module(f"api.routes.{noun}").router.routes
    assert sorted({route.path.split("/")[1] for route in routes}) == sorted(nouns.NOUNS[noun])


def test_an_address_names_all_nouns_that_may_answer_and_no_others() -> None:
    assert nouns.nouns_at("/v1/ledger/periods") == ("ledger",)
    assert nouns.nouns_at("/v1/licences") == tuple(
        noun for noun, roots in nouns.NOUNS.items() if "licences" in roots
    )
    assert nouns.nouns_at("/v1/") == nouns.nouns_at("/log") == nouns.nouns_at("/v1/nothing") == ()


def test_the_nouns_of_an_address_hold_every_route_there() -> None:
    for row in ROWS:
        found = nouns.nouns_at(row.path)
        there = {
            (method, nouns.VERSION + route.path)
            for noun in found
            for route in import_module(f"api.routes.{noun}").router.routes
            for method in route.methods
        }
        assert not found or (row.method, row.path) in there, row
