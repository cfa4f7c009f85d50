"""Whether a registry is a demonstration: it was born as one, and serves this machine alone.

Only there are the proofs of an enrolment shortened, and every page and paper says so. The first
leaf of the public log tells it to everybody, for good: a log that has begun takes no such leaf, so
no registry with anything in it becomes one, and none ceases to be one.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import replace
from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from core import log
from core.errors import Conflict, NotFound
from core.init import World
from core.settings import Settings

KIND = "registry.demonstration"
NOTICE_DAYS = 0
SAYING: Mapping[str, str] = {"is": "a demonstration: everybody and everything in it is made up"}
_NOWHERE = ".invalid"
_STAMPED: ContextVar[bool] = ContextVar("demonstration", default=False)


def declare(world: World) -> None:
    """Make a registry that was set up just now a demonstration; raises Conflict for any other."""
    with world.db.write() as session:
        if log.size(session):
            raise Conflict(
                "this registry has begun and cannot become a demonstration",
                next_step="ebenbild demo makes a registry of its own",
                code="not-a-demonstration",
            )
        log.append(session, kind=KIND, subject_id="registry", payload=SAYING)


def is_one(world: World) -> bool:
    """Whether this is one, and nobody outside this machine is served by it."""
    if not _serves_itself(world.settings):
        return False
    with world.db.read() as session:
        try:
            return log.leaf(session, 0).kind == KIND
        except NotFound:
            return False


def shortened(world: World) -> World:
    """The same registry, which waits for nobody's objections where it is a demonstration."""
    if not is_one(world):
        return world
    enrolment = world.settings.enrolment.model_copy(update={"notice_days": NOTICE_DAYS})
    return replace(world, settings=world.settings.model_copy(update={"enrolment": enrolment}))


def is_stamped() -> bool:
    """Whether what is being answered now has to say that it comes from a demonstration."""
    return _STAMPED.get()


class Stamped:
    """Has every page and paper of an application say that it is a demonstration's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, stamped."""
        before = _STAMPED.set(True)
        try:
            await self._app(scope, receive, send)
        finally:
            _STAMPED.reset(before)


def _serves_itself(settings: Settings) -> bool:
    try:
        own = ip_address(settings.server.host).is_loopback
    except ValueError:
        own = settings.server.host == "localhost"
    return own and settings.base_url.endswith(_NOWHERE)
