"""Pages put together are the whole list, each item once, whatever the page size."""

from dataclasses import dataclass

import pytest
from fastapi import Response
from hypothesis import given
from hypothesis import strategies as st

from api.paging import Window, from_cursor, page
from core.errors import BadInput


@dataclass(frozen=True)
class Item:
    id: str


def window(after: str, size: int) -> Window:
    return Window(after, size, "http://test/v1/items?kind=x", Response())


@given(count=st.integers(0, 40), size=st.integers(1, 15))
def test_following_the_cursor_gives_every_item_once(count: int, size: int) -> None:
    items = [Item(f"itm_{number:03}") for number in range(count)]
    seen: list[Item] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = window(cursor, size)
        made = page(from_cursor(items, asked)[: asked.limit], asked, lambda item: item)
        assert len(made.items) <= size
        assert ("Link" in asked.response.headers) == (made.next_cursor is not None)
        seen += made.items
        cursor = made.next_cursor
    assert seen == items


def test_the_link_keeps_the_query() -> None:
    asked = window("", 1)
    page([Item("a"), Item("b")], asked, lambda item: item)
    assert asked.response.headers["Link"] == '<http://test/v1/items?kind=x&cursor=a>; rel="next"'


def test_a_cursor_that_names_nothing_ends_the_list() -> None:
    assert from_cursor([Item("a")], window("gone", 5)) == []


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "٣"])
def test_a_cursor_that_is_no_number_is_refused_where_one_is_needed(after: str) -> None:
    with pytest.raises(BadInput):
        _ = window(after, 5).before_seq


def test_no_cursor_starts_at_the_newest() -> None:
    assert window("", 5).before_seq is None
    assert window("17", 5).before_seq == 17
