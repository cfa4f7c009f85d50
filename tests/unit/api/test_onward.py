"""A bare list leads on while its pages are full, and the end of it leads nowhere."""

from fastapi import Response

from api.paging import Onward


def led(found: list[str], most: int) -> str | None:
    response = Response()
    onward = Onward("http://local/v1/things?state=HELD&after=a", response)
    onward.behind(found, most, lambda one: one)
    return response.headers.get("link")


def test_a_full_page_leads_behind_its_last() -> None:
    assert led(["b", "c|d"], 2) == '<http://local/v1/things?state=HELD&after=c%7Cd>; rel="next"'


def test_the_last_page_leads_nowhere() -> None:
    assert led(["b"], 2) is None
    assert led([], 0) is None
