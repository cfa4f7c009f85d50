"""What performers declare to everybody, told to a studio before its request leaves."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from api.cli.options import Cli
from api.cli.output import note
from api.web.texts import reason
from core.errors import EbenbildError, NotAllowed

if TYPE_CHECKING:
    from api.client import Client

NOT_FOUND = 404


def tell_declared(
    cli: Cli, client: "Client", performers: Sequence[str], kinds: Sequence[str], *, anyway: bool
) -> None:
    """Note each stance on the kinds asked for; raises `NotAllowed` where one of them is "never".

    Whoever declares "never" said so to be left alone, so such a request leaves only when it is
    meant.
    """
    told = [
        (performer, stance)
        for performer in performers
        for stance in _stances(client, performer)
        if stance["kind"] in kinds
    ]
    for performer, stance in told:
        said = {"code": f"standing-{stance['stance']}", "detail": {"kind": stance["kind"]}}
        note(f"{performer}: {reason(cli.lang, said)}")
    check_never([stance["stance"] for _, stance in told], anyway=anyway)


def check_never(stances: Iterable[str], *, anyway: bool) -> None:
    """Raises `NotAllowed` where somebody declares never to be asked, unless it is meant."""
    if "never" in stances and not anyway:
        raise NotAllowed(
            "Nothing was asked: a performer declares never to be asked for this.",
            next_step="Leave the performer out, or ask with --anyway.",
            code="declared-never",
        )


def _stances(client: "Client", performer: str) -> list[dict[str, str]]:
    try:
        found = client.get(f"/standing/{performer}")
    except EbenbildError as error:
        if error.status == NOT_FOUND:
            return []
        raise
    return [{"kind": item["kind"], "stance": item["stance"]} for item in found["stances"]]
