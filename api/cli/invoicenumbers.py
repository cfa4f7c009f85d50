"""Invoices by the number that stands on them, which people know, or by their id."""

import re
from typing import TYPE_CHECKING

from core.errors import BadInput, NotFound

if TYPE_CHECKING:
    from api.client import Client

_NUMBER = re.compile("[0-9]{4}-[0-9]{6}")


def invoice_called(client: "Client", said: str) -> str:
    """The id of the invoice that is named by its number or its id.

    Raises `NotFound` for a number that no invoice has, `BadInput` for one that several books gave.
    """
    if _NUMBER.fullmatch(said) is None:
        return said
    found = [one["id"] for one in client.pages("/v1/invoices") if one["number"] == said]
    if not found:
        raise NotFound("There is no such invoice.", next_step="List them: ebenbild invoice list.")
    if len(found) > 1:
        raise BadInput(
            f"Several books have an invoice {said}.",
            next_step="Name its id: ebenbild invoice list",
        )
    return str(found[0])
