"""Whom each command is for, as `--help` groups them; a new command finds its place here."""

import typer

PANELS = {
    "Performers, guardians, agents, unions": (
        "performer enrol challenge roster withdraw identify licence standing request key guardian"
        " mandate estate payee group framework suspend pause dispute clip takedown bundle searches"
        " purpose export erase"
    ),
    "Studios": (
        "clear scan bulk compare clearance-policy certificate work cut question review"
        " figure dataset usage player template"
    ),
    "Collecting societies": (
        "accrue collect invoice ledger run creditnote complaint unclaimed payout tax"
        " receipt report statement tariff"
    ),
    "Anyone": "demo verify rules log retention records",
    "Whoever runs the registry": (
        "init serve worker doctor tenant account approval audit attest quota notice webhook keys"
        " registry models evaluate calibrate rematch reindex backup restore breach"
    ),
}
REST = "More"


def arrange(app: typer.Typer) -> None:
    """Put every command and group of `app` under the people it is for, in the order above."""
    place = {name: panel for panel, names in PANELS.items() for name in names.split()}
    order = list(place)

    def rank(name: str | None) -> int:
        return order.index(name) if name in place else len(order)

    for command in app.registered_commands:
        command.rich_help_panel = place.get(command.name or "", REST)
    for group in app.registered_groups:
        group.rich_help_panel = place.get(group.name or "", REST)
    app.registered_commands.sort(key=lambda info: rank(info.name))
    app.registered_groups.sort(key=lambda info: rank(info.name))
