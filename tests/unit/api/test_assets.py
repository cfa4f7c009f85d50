"""Scripts and styles: kept for good under their digest, asked for again without one."""

import pytest

from api.web import assets
from core.errors import NotFound


def test_an_address_names_the_version_and_is_kept_for_good() -> None:
    where = assets.address("app.css")
    version = where.partition("?v=")[2]
    answer = assets.answer("app.css", version)
    assert where.startswith("/static/app.css?v=")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.media_type == "text/css; charset=utf-8"


def test_without_or_with_another_version_the_browser_asks_again() -> None:
    for version in ("", "0" * 16):
        assert assets.answer("act.js", version).headers["cache-control"] == "no-cache"


def test_what_the_browser_has_is_not_sent_twice() -> None:
    etag = assets.answer("act.js").headers["etag"]
    again = assets.answer("act.js", known=etag)
    assert (again.status_code, again.body) == (304, b"")
    assert assets.answer("act.js", known='"other"').status_code == 200


def test_the_icon_is_a_picture() -> None:
    answer = assets.answer("icon.svg")
    assert answer.media_type == "image/svg+xml"
    assert bytes(answer.body).startswith(b"<svg ")


@pytest.mark.parametrize("name", ["../pages.py", "style.css", ""])
def test_nothing_else_is_served(name: str) -> None:
    with pytest.raises(NotFound):
        assets.answer(name)
