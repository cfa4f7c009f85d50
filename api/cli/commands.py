"""Puts the commands together; each noun's file adds its own."""

from typing import Annotated

import typer

from api.cli import (
    access,
    accounts,
    attest,
    auditpacks,
    backups,
    bulks,
    certificates,
    challenges,
    clear,
    collecting,
    compare,
    complaints,
    contracts,
    creditnotes,
    cutacts,
    datasets,
    demo,
    disputes,
    enforcement,
    enrol,
    estates,
    evaluate,
    figures,
    frameworks,
    groups,
    guardians,
    invoices,
    keys,
    ledger,
    licences,
    log,
    maintain,
    mandates,
    models,
    money,
    notices,
    pauses,
    payees,
    payouts,
    performers,
    players,
    portability,
    previews,
    privacy,
    questions,
    receipts,
    report,
    requests,
    reviews,
    rosters,
    rules,
    runs,
    scan,
    serve,
    setup,
    standings,
    statements,
    tariffs,
    taxes,
    tenants,
    unclaimed,
    usage,
    vault,
    verify,
    webhooks,
    works,
    yearreports,
)
from api.cli.panels import arrange
from core.release import release

GROUPS = {
    "tenant": tenants.app,
    "account": accounts.account,
    "approval": accounts.approval,
    "audit": accounts.audit,
    "key": keys.app,
    "keys": vault.app,
    "performer": performers.app,
    "guardian": guardians.app,
    "bulk": bulks.app,
    "dispute": disputes.app,
    "complaint": complaints.app,
    "unclaimed": unclaimed.app,
    "roster": rosters.app,
    "quota": rosters.quota,
    "challenge": challenges.app,
    "mandate": mandates.app,
    "estate": estates.app,
    "payee": payees.app,
    "payout": payouts.app,
    "player": players.app,
    "run": runs.app,
    "tax": taxes.app,
    "licence": licences.app,
    "standing": standings.app,
    "rules": rules.app,
    "template": contracts.app,
    "certificate": certificates.app,
    "log": log.app,
    "bundle": portability.bundle,
    "registry": portability.registry,
    "request": requests.app,
    "clip": enforcement.clip,
    "takedown": enforcement.takedown,
    "group": groups.group,
    "framework": frameworks.app,
    "suspend": groups.suspend,
    "pause": pauses.app,
    "work": works.works,
    "cut": works.cuts,
    "usage": usage.app,
    "tariff": tariffs.app,
    "ledger": ledger.app,
    "collect": collecting.app,
    "invoice": invoices.app,
    "creditnote": creditnotes.app,
    "receipt": receipts.app,
    "dataset": datasets.app,
    "figure": figures.app,
    "question": questions.app,
    "review": reviews.app,
    "report": report.app,
    "statement": statements.app,
    "models": models.app,
    "notice": notices.app,
    "webhook": webhooks.app,
}
SINGLE = (
    setup,
    serve,
    demo,
    enrol,
    attest,
    clear,
    compare,
    cutacts,
    scan,
    money,
    verify,
    maintain,
    evaluate,
    privacy,
    backups,
)


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="ebenbild",
        help="Ebenbild: whose voice, whose face, is it allowed, what is owed.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    app.callback()(_before_any)
    for module in SINGLE:
        module.register(app)
    access.register(accounts.account)
    previews.register(licences.app, requests.app)
    yearreports.register(report.app)
    auditpacks.register(accounts.audit)
    for name, group in GROUPS.items():
        app.add_typer(group, name=name)
    arrange(app)
    return app


def _tell_release(asked: bool) -> None:
    if asked:
        typer.echo(f"ebenbild {release()}")
        raise typer.Exit


def _before_any(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_tell_release,
            is_eager=True,
            help="Say which release this is.",
        ),
    ] = False,
) -> None:
    pass
