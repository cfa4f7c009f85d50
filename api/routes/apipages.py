"""The page of the API: what one can do with it, by examples that work, and every address."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from api.deps import Language, Open
from api.routetable import ROWS
from api.visiting import visit_of
from api.web.curlexamples import EXAMPLES
from api.web.forms import form_page
from api.web.navigation import leads_to
from api.web.response import FormResponse

router = APIRouter(tags=["pages"], include_in_schema=False)
KEYS = "/studio/keys"
METHODS = ("get", "post", "put", "patch", "delete")


@router.get("/api", response_class=FormResponse)
def api_page(request: Request, world: Open, lang: Language) -> Response:
    """How do I call this registry from a program?"""
    visit = visit_of(world, request)
    return form_page(
        "api.html",
        lang,
        visit,
        here="/api",
        keys=KEYS,
        leads_to_keys=leads_to(KEYS, visit.principal if visit else None),
        examples=EXAMPLES,
        address=world.settings.base_url.rstrip("/"),
        groups=by_noun(request.app.openapi()),
    )


def by_noun(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Every address of the OpenAPI document under its first tag, with who may call it."""
    needs = {(row.method, row.path): row for row in ROWS}
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method not in methods:
                continue
            told = methods[method]
            row = needs.get((method.upper(), path))
            about = str(told.get("description") or told.get("summary") or "").split("\n", 1)[0]
            groups[(told.get("tags") or ["pages"])[0]].append(
                {
                    "method": method.upper(),
                    "path": path,
                    "about": about,
                    "public": row is not None and row.public,
                    "needs": sorted(row.needs) if row else [],
                }
            )
    return dict(sorted(groups.items()))
