"""The rows of the authorisation table, by side; it knows routes and scopes and no code of them."""

from api.routetable import (
    books,
    entrance,
    family,
    income,
    messages,
    negotiation,
    oversight,
    payouts,
    people,
    portability,
    privacy,
    registry,
    rules,
    runs,
    studio,
    usage,
)

ROWS = (
    *entrance.ROWS,
    *registry.ROWS,
    *studio.ROWS,
    *oversight.ROWS,
    *books.ROWS,
    *income.ROWS,
    *payouts.ROWS,
    *usage.ROWS,
    *runs.ROWS,
    *rules.ROWS,
    *negotiation.ROWS,
    *messages.ROWS,
    *family.ROWS,
    *people.ROWS,
    *portability.ROWS,
    *privacy.ROWS,
)
