"""Puts the commands together; each noun's file adds its own."""

import typer

from api.cli import (
    access,
    accounts,
    attest,
    backups,
    certificates,
    challenges,
    clear,
    compare,
    contracts,
    cutacts,
    datasets,
    demo,
    disputes,
    enforcement,
    enrol,
    estates,
    evaluate,
    frameworks,
    groups,
    guardians,
    keys,
    licences,
    log,
    maintain,
    mandates,
    models,
    money,
    notices,
    performers,
    privacy,
    questions,
    report,
    requests,
    reviews,
    rosters,
    rules,
    scan,
    serve,
    setup,
    standings,
    tenants,
    vault,
    verify,
    webhooks,
    works,
)
from api.cli.panels import arrange

GROUPS = {
    "tenant": tenants.app,
    "account": accounts.account,
    "approval": accounts.approval,
    "audit": accounts.audit,
    "key": keys.app,
    "keys": vault.app,
    "performer": performers.app,
    "guardian": guardians.app,
    "dispute": disputes.app,
    "roster": rosters.app,
    "quota": rosters.quota,
    "challenge": challenges.app,
    "mandate": mandates.app,
    "estate": estates.app,
    "licence": licences.app,
    "standing": standings.app,
    "rules": rules.app,
    "template": contracts.app,
    "certificate": certificates.app,
    "log": log.app,
    "request": requests.app,
    "clip": enforcement.clip,
    "takedown": enforcement.takedown,
    "group": groups.group,
    "framework": frameworks.app,
    "suspend": groups.suspend,
    "work": works.works,
    "cut": works.cuts,
    "usage": money.usage,
    "dataset": datasets.app,
    "question": questions.app,
    "review": reviews.app,
    "report": report.app,
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
    for module in SINGLE:
        module.register(app)
    access.register(accounts.account)
    for name, group in GROUPS.items():
        app.add_typer(group, name=name)
    arrange(app)
    return app
