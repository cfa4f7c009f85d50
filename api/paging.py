"""Lists come in pages: the cursor is opaque, and a Link header leads to the next page.

One item more than asked for is read, to know whether there is a next page. RFC 8288,
https://www.rfc-editor.org/rfc/rfc8288.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel
from starlette.datastructures import URL

from core.errors import BadInput

PAGE_MAX = 200
Item = TypeVar("Item")
Out = TypeVar("Out")


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next_cursor` is absent on the last one."""

    items: list[Item]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list was asked for, and where its Link header goes."""

    after: str
    shown_max: int
    url: str
    response: Response

    @property
    def limit(self) -> int:
        """How many items to read: one more than are shown."""
        return self.shown_max + 1

    @property
    def before_seq(self) -> int | None:
        """The cursor of lists that go back in the registry's own order."""
        if not self.after:
            return None
        if not (self.after.isascii() and self.after.isdigit()):
            raise BadInput("The cursor is not one of ours.", next_step="Follow the Link header.")
        return int(self.after[:18])


async def window_of(
    request: Request,
    response: Response,
    cursor: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Window:
    """The page asked for."""
    return Window(cursor, limit, str(request.url), response)


Asked = Annotated[Window, Depends(window_of)]


@dataclass(frozen=True, slots=True)
class Onward:
    """Leads on from a page of a bare list, whose address takes the last one shown as `after`."""

    url: str
    response: Response

    def behind(self, found: Sequence[Item], most: int, name: Callable[[Item], str]) -> None:
        """Add the Link header where there may be more: a page that is not full is the last one."""
        if found and len(found) >= most:
            address = URL(self.url).include_query_params(after=name(found[-1]))
            self.response.headers["Link"] = f'<{address}>; rel="next"'


async def onward_of(request: Request, response: Response) -> Onward:
    """The way on from what was asked."""
    return Onward(str(request.url), response)


Onwards = Annotated[Onward, Depends(onward_of)]


def page(
    found: Sequence[Item],
    window: Window,
    show: Callable[[Item], Out],
    cursor: Callable[[Item], Any] = lambda item: item.id,  # type: ignore[attr-defined]
) -> Page[Out]:
    """The page made of `found`, which was read from the cursor on with `window.limit`."""
    shown = [show(item) for item in found[: window.shown_max]]
    if len(found) <= window.shown_max:
        return Page(items=shown)
    last = str(cursor(found[window.shown_max - 1]))
    address = URL(window.url).include_query_params(cursor=last)
    window.response.headers["Link"] = f'<{address}>; rel="next"'
    return Page(items=shown, next_cursor=last)


def from_cursor(found: Iterable[Item], window: Window) -> list[Item]:
    """The part of a short list, held in memory, that follows the cursor.

    A cursor that no longer names an item ends the list instead of starting it again.
    """
    rest = iter(found)
    if window.after:
        rest = dropwhile(lambda item: item.id != window.after, rest)  # type: ignore[attr-defined]
        next(rest, None)
    return list(rest)
