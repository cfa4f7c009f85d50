"""`account`: people and their keys; `approval` and `audit`: what they decide."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.web.texts import text

account = typer.Typer(help="People of an organisation, and their sign-in.", no_args_is_help=True)
approval = typer.Typer(help="What waits for a second person.", no_args_is_help=True)
audit = typer.Typer(help="Who decided what, and whether the log is whole.", no_args_is_help=True)

Roles = Annotated[list[str], typer.Option("--role", help="Such as admin; repeatable.")]
Note = Annotated[str, typer.Option(help="Why.")]


@command(account, "invite")
def invite(
    cli: Cli,
    email: Annotated[str, typer.Argument(help="Mail address of the person.")],
    role: Roles,
    tenant: Annotated[
        str | None, typer.Option(help="Organisation, where it is not your own (operator).")
    ] = None,
) -> None:
    """Make an invitation link and print it, once; the first administrator is invited so too."""
    with cli.client() as client:
        body = {"email": email, "roles": role, "tenant_id": tenant}
        made = client.post("/v1/invitations", body)
    emit(cli, made, lambda: fields(made))
    note(text(cli.lang, "account.waits" if made["waits_for"] else "account.invite-next"))


@command(account, "list")
def list_members(
    cli: Cli,
    tenant: Annotated[
        str, typer.Option(help="Organisation, where it is not your own (operator).")
    ] = "",
) -> None:
    """List the people of your organisation."""
    with cli.client() as client:
        found = client.get("/v1/members", tenant_id=tenant)
    rows = [
        (item["id"], item["name"], item["email"], ", ".join(item["roles"]), item["disabled_at"])
        for item in found
    ]
    emit(cli, found, lambda: table(("id", "name", "email", "roles", "shut out"), rows))


@command(account, "roles")
def change_roles(
    cli: Cli,
    person: Annotated[str, typer.Argument(help="Id of the member.")],
    role: Annotated[
        list[str] | None, typer.Option("--role", help="Repeatable; none puts the member out.")
    ] = None,
) -> None:
    """Give a member exactly these roles."""
    with cli.client() as client:
        changed = client.post(f"/v1/members/{person}/roles", {"roles": role or []})
    emit(cli, changed, lambda: fields(changed))
    if changed["waits_for"]:
        note(text(cli.lang, "account.waits"))


@command(account, "sign-in")
def sign_in(cli: Cli, email: Annotated[str, typer.Argument(help="Your mail address.")]) -> None:
    """Sign in with password and code, and print a token that stands in for an API key."""
    password = typer.prompt(text(cli.lang, "signin.password"), hide_input=True, err=True)
    code = typer.prompt(text(cli.lang, "code.label"), err=True)
    with cli.client() as client:
        body = {"email": email, "password": password, "code": code}
        made: dict[str, Any] = client.post("/sign-in/token", body)
    emit(cli, made, lambda: say(made["token"]))
    note(text(cli.lang, "account.token-once"))


@command(account, "organisations")
def list_organisations(cli: Cli) -> None:
    """List the organisations that you belong to; the star is where you act."""
    with cli.client() as client:
        found = client.get("/v1/me/organisations")
    rows = [
        ("*" if item["current"] else "", item["id"], item["name"], ", ".join(item["roles"]))
        for item in found
    ]
    emit(cli, found, lambda: table(("", "id", "name", "roles"), rows))


@command(account, "choose")
def choose(
    cli: Cli, organisation: Annotated[str, typer.Argument(help="Id of the organisation.")]
) -> None:
    """Act in another of your organisations: print a new token; the present one ends."""
    with cli.client() as client:
        made: dict[str, Any] = client.post("/v1/me/organisation", {"tenant_id": organisation})
    emit(cli, made, lambda: say(made["token"]))
    note(text(cli.lang, "account.token-once"))


@command(account, "language")
def choose_language(cli: Cli, language: Annotated[str, typer.Argument(help="en or de.")]) -> None:
    """Say in which language mails to you are written (signed in as a person)."""
    with cli.client() as client:
        kept = client.post("/v1/me/language", {"lang": language})
    emit(cli, kept, lambda: fields(kept))


@command(account, "forgot")
def forgot(cli: Cli, email: Annotated[str, typer.Argument(help="Your mail address.")]) -> None:
    """Have a code for another password mailed to you; nothing says whether there is an account."""
    with cli.client() as client:
        made = client.post(f"/sign-in/reset?lang={cli.lang}", {"email": email})
    emit(cli, made, lambda: None)
    note(text(cli.lang, "reset.mailed"))


@command(account, "new-password")
def new_password(cli: Cli) -> None:
    """Set another password by the mailed code; you are signed out everywhere."""
    code = typer.prompt(text(cli.lang, "reset.code"), hide_input=True, err=True)
    password = typer.prompt(
        text(cli.lang, "account.new-password"), hide_input=True, confirmation_prompt=True, err=True
    )
    with cli.client() as client:
        made = client.post("/sign-in/reset/password", {"code": code, "password": password})
    emit(cli, made, lambda: say(text(cli.lang, "reset.done")))


@command(account, "keys")
def list_keys(cli: Cli) -> None:
    """List the API keys of your organisation."""
    with cli.client() as client:
        found = client.get("/v1/keys")
    show_keys(cli, found)


def show_keys(cli: Cli, found: list[dict[str, Any]]) -> None:
    """API keys without the keys themselves; a table leaves out those that were ended."""
    rows = [
        (item["id"], item["name"], ", ".join(item["scopes"]), item["expires_at"], item["used_at"])
        for item in found
        if not item["revoked_at"]
    ]
    emit(cli, found, lambda: table(("id", "name", "scopes", "until", "last used"), rows))


@command(account, "key-add")
def add_key(
    cli: Cli,
    scope: Annotated[list[str] | None, typer.Option(help="Repeatable; default: the usual.")] = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[int | None, typer.Option(help="Good for how many days.")] = None,
) -> None:
    """Make an API key for your organisation, never wider than yours, and print it, once."""
    with cli.client() as client:
        made = client.post("/v1/keys", {"scopes": scope, "name": name, "days": days})
    emit(cli, made, lambda: fields(made))
    note(text(cli.lang, "tenant.key-once"))


@command(account, "key-revoke")
def revoke_key(cli: Cli, key: Annotated[str, typer.Argument(help="Id of the key.")]) -> None:
    """End an API key of your organisation for good."""
    with cli.client() as client:
        left = client.post(f"/v1/keys/{key}/revocation")
    emit(cli, left, lambda: table(("id", "revoked"), [(k["id"], k["revoked_at"]) for k in left]))


@command(approval, "list")
def list_approvals(cli: Cli) -> None:
    """List what waits for your decision, and what you proposed."""
    with cli.client() as client:
        found = list(client.pages("/v1/approvals"))

    def render() -> None:
        from api.approvalshowing import action_words  # noqa: PLC0415

        rows = [
            (
                one["id"],
                action_words(cli.lang, one["action"]),
                one["subject_id"],
                one["proposed_at"],
            )
            for one in found
        ]
        table(("id", "action", "about", "proposed"), rows)

    emit(cli, found, render)


@command(approval, "approve")
def approve(
    cli: Cli, item: Annotated[str, typer.Argument(help="Id of the approval.")], note: Note = ""
) -> None:
    """Approve what somebody else proposed."""
    _decide(cli, item, yes=True, why=note)


@command(approval, "reject")
def reject(
    cli: Cli, item: Annotated[str, typer.Argument(help="Id of the approval.")], note: Note = ""
) -> None:
    """Reject what somebody else proposed."""
    _decide(cli, item, yes=False, why=note)


@command(audit, "list")
def list_entries(
    cli: Cli,
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")] = 50,
    actor: Annotated[str, typer.Option(help="Of one person, or of one key.")] = "",
    action: Annotated[str, typer.Option(help="Of one kind, as it is listed.")] = "",
    subject_id: Annotated[str, typer.Option(help="About one thing.")] = "",
    since: Annotated[str, typer.Option(help="From this day on.")] = "",
    until: Annotated[str, typer.Option(help="Up to and including this day.")] = "",
) -> None:
    """List who decided what in your organisation."""
    narrowed = {"actor": actor, "action": action, "subject_id": subject_id}
    with cli.client() as client:
        asked = {"limit": limit, "since": since, "until": until, **narrowed}
        found = client.get("/v1/audit", **asked)["items"]

    def render() -> None:
        for item in found:
            who = item["person"] or item["subject"]
            say(f"{item['seq']:>5}  {item['at'][:16].replace('T', ' ')}  {item['action']}")
            say(f"       {text(cli.lang, 'audit.entry', who=who, about=item['subject_id'])}")

    emit(cli, found, render)


@command(audit, "verify")
def verify(cli: Cli) -> None:
    """Recompute the audit log and compare it with the public log; exit 1 when they differ."""
    with cli.client() as client:
        found = client.get("/v1/audit/faults")

    def render() -> None:
        for fault in found["faults"]:
            say(fault)
        word = "audit.bad" if found["faults"] else "audit.good"
        say(text(cli.lang, word, entries=found["entries"]))

    emit(cli, found, render)
    if found["faults"]:
        raise typer.Exit(1)


def _decide(cli: Cli, item: str, *, yes: bool, why: str) -> None:
    with cli.client() as client:
        made = client.post(f"/v1/approvals/{item}/decision", {"approve": yes, "note": why})
    emit(cli, made, lambda: fields(made))
