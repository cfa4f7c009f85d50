"""`tenant`: organisations that use this registry, and their API keys."""

from typing import Annotated

import typer

from api.cli.accounts import show_keys
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.web.texts import text

app = typer.Typer(help="Organisations and their API keys.", no_args_is_help=True)
TenantId = Annotated[str, typer.Argument(help="Id of the organisation.")]
Scopes = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        help="performers, licences, submissions, usage, reports, and for the operator admin or "
        "metrics; repeatable; default: all that this kind of organisation needs.",
    ),
]


@command(app, "add")
def add(
    cli: Cli,
    name: Annotated[str, typer.Argument(help="What the organisation is called.")],
    kind: Annotated[
        str, typer.Option(help="performer, agency, studio, society, union or operator.")
    ],
    scope: Scopes = None,
    *,
    did: Annotated[
        str | None, typer.Option(help="Its DID; licences of other registries name it by that.")
    ] = None,
    registry: Annotated[
        str | None, typer.Option(help="did:key of another registry, where its book is.")
    ] = None,
) -> None:
    """Add an organisation and print its first API key, once."""
    body = {"name": name, "kind": kind, "did": did, "registry_did": registry}
    with cli.client() as client:
        tenant = client.post("/v1/tenants", body)
        issued = client.post(f"/v1/tenants/{tenant['id']}/keys", {"scopes": scope})
    both = {**tenant, "api_key": issued["api_key"], "scopes": issued["scopes"]}
    emit(cli, both, lambda: fields(both))
    note(text(cli.lang, "tenant.key-once"))


@command(app, "key")
def key(
    cli: Cli,
    tenant: TenantId,
    scope: Scopes = None,
) -> None:
    """Make another API key for an organisation and print it, once."""
    with cli.client() as client:
        issued = client.post(f"/v1/tenants/{tenant}/keys", {"scopes": scope})
    emit(cli, issued, lambda: fields(issued))
    note(text(cli.lang, "tenant.key-once"))


@command(app, "keys")
def list_keys(cli: Cli, tenant: TenantId) -> None:
    """List the API keys of an organisation, without the keys themselves."""
    with cli.client() as client:
        found = client.get(f"/v1/tenants/{tenant}/keys")
    show_keys(cli, found)


@command(app, "key-revoke")
def revoke_key(
    cli: Cli, tenant: TenantId, key: Annotated[str, typer.Argument(help="Id of the key.")]
) -> None:
    """End an API key of an organisation for good, and list those that are left."""
    with cli.client() as client:
        left = client.post(f"/v1/tenants/{tenant}/keys/{key}/revocation")
    show_keys(cli, left)


@command(app, "list")
def list_tenants(cli: Cli) -> None:
    """List the organisations."""
    with cli.client() as client:
        found = list(client.pages("/v1/tenants"))
    rows = [(tenant["id"], tenant["kind"], tenant["name"]) for tenant in found]
    emit(cli, found, lambda: table(("id", "kind", "name"), rows))
