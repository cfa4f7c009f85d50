"""The pages on which people judge finds and look after the registry."""

from api.routetable.row import row

ROWS = (row("GET", "/review", "submissions", page=True),)
